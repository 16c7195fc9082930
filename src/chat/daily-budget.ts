import { ProblemError, toProblem } from '../kernel/problem-error.ts';
import type { Logger } from '../ports/logger.ts';
import type { ModelConnection, ModelProvider } from '../ports/model-provider.ts';
import type { BookkeepingDatabase } from '../ports/database.ts';
import { mostOutputTokens, mostPromptTokens } from './ask-agent.ts';
import type { ChatAgent } from './chat-agents.ts';
import { addToDay, holdBudget, type Hold, type TurnCounts } from './chat-queries.ts';

/** Rules, schema and the rest around sources and conversation, generously. */
const aroundTokens = 4_000;
const callTokens = { input: mostPromptTokens + aroundTokens, output: mostOutputTokens };
/** Billionths of a dollar a token while nobody knows the price: as dear as any. */
const dearest = { input: 15_000, output: 75_000 };

/**
 * The daily budget of an AI agent during one turn. What the turn may use is held in the database before each call to a
 * model and given back with what it did use: many turns at once pass the budget by no more than the last one uses.
 */
export class TurnBudget {
  readonly #database: BookkeepingDatabase;
  readonly #agent: ChatAgent;
  #held: (Hold & { readonly day: string }) | undefined;

  constructor(database: BookkeepingDatabase, agent: ChatAgent) {
    this.#database = database;
    this.#agent = agent;
  }

  /** Before a call to a model. Throws `budget-used-up`, and `database-unavailable` when it cannot know. */
  async hold(modelProvider: ModelProvider, connection: ModelConnection): Promise<void> {
    const { subscriptionId, id, settings } = this.#agent;
    const { dailyBudget } = settings;
    if (dailyBudget === null) return;
    const hold = {
      tokens: callTokens.input + callTokens.output,
      nanoUsd:
        modelProvider.priceOf(connection, callTokens) ??
        callTokens.input * dearest.input + callTokens.output * dearest.output,
    };
    const day = await this.#database.bookkeep({ subscriptionId }, (tx) =>
      holdBudget(tx, subscriptionId, id, dailyBudget, hold),
    );
    if (day === undefined) throw new ProblemError('budget-used-up');
    this.#held = {
      day,
      tokens: hold.tokens + (this.#held?.tokens ?? 0),
      nanoUsd: hold.nanoUsd + (this.#held?.nanoUsd ?? 0),
    };
  }

  /** At the end of the turn, whatever became of it. A database that is away loses counts, not answers. */
  async settle(counts: Partial<TurnCounts>, logger: Logger): Promise<void> {
    const { subscriptionId, id } = this.#agent;
    const held = this.#held;
    this.#held = undefined;
    try {
      await this.#database.bookkeep({ subscriptionId }, (tx) =>
        addToDay(tx, subscriptionId, id, counts, held),
      );
    } catch (error) {
      logger.warn('turn not counted', { subscriptionId, problem: toProblem(error).type });
    }
  }
}
