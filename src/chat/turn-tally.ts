import { toProblem } from '../kernel/problem-error.ts';
import type { ProblemType } from '../kernel/problem-types.ts';
import type { SubscriptionSettings } from '../services/settings/settings-reader.ts';
import { admit, settle } from '../copilot/admit.ts';
import { CallMeter } from '../copilot/call-meter.ts';
import type { Receipt } from '../contract/stream-events.ts';
import type { TurnCounts } from './chat-queries.ts';
import type { ChatAgent } from './chat-agents.ts';
import type { ChatCall, ChatServices } from './chat-call.ts';
import { TurnBudget } from './daily-budget.ts';
import type { Decision } from './decision.ts';

/** What a tally reads and writes. */
export type TallyServices = Pick<ChatServices, 'settings' | 'ledger' | 'quotas' | 'budgets' | 'bookkeeping'>;

/** What one turn costs and comes to: meter, budgets, receipt and the counts of the day. Numbers and ids only. */
export class TurnTally {
  readonly meter: CallMeter;
  /** Of the AI agent, for the day. */
  readonly budget: TurnBudget;
  readonly #call: ChatCall;
  readonly #services: TallyServices;
  readonly #agent: ChatAgent;
  readonly #settings: SubscriptionSettings;
  #isAdmitted = false;

  constructor(call: ChatCall, services: TallyServices, agent: ChatAgent, settings: SubscriptionSettings) {
    this.meter = new CallMeter(call.ports.clock);
    this.budget = new TurnBudget(services.bookkeeping, agent);
    this.#call = call;
    this.#services = services;
    this.#agent = agent;
    this.#settings = settings;
  }

  /** Lets the turn ask a model, within the quotas and budgets of the subscription; otherwise says what refuses it. */
  async admit(): Promise<ProblemType | undefined> {
    try {
      await admit(this.#services, this.#agent.subscriptionId, this.#settings, 'chat');
      this.#isAdmitted = true;
      return undefined;
    } catch (error) {
      return toProblem(error).type;
    }
  }

  /** Leaves receipt and counts. */
  async end(isFirst: boolean, outcome: string, decision?: Decision): Promise<void> {
    await this.#finish(outcome, (receipt) => ({
      conversations: Number(isFirst),
      turns: 1,
      unanswered: Number(decision?.unanswered === true),
      handOffs: Number(decision?.calls !== undefined && isReached(decision)),
      unpricedTurns: Number(receipt.costNanoUsd === null),
    }));
  }

  /** Leaves a receipt and what was used of the budgets: no visitor was there to be counted. */
  endTrial(outcome: string): Promise<Receipt> {
    return this.#finish(outcome, () => ({}));
  }

  async #finish(outcome: string, counted: (receipt: Receipt) => Partial<TurnCounts>): Promise<Receipt> {
    const { ids, metrics, modelProvider, logger } = this.#call.ports;
    const { subscriptionId, version } = this.#agent;
    const { asked } = this.meter;
    const receipt = this.meter.receipt({
      ids,
      feature: 'chat',
      ticketId: null,
      connection: asked,
      promptVersion: version,
      host: asked === undefined ? '' : modelProvider.hostOf(asked),
      outcome,
    });
    metrics.featureFinished({ feature: 'chat', outcome }, this.meter.elapsedMs / 1000);
    if (asked !== undefined) {
      metrics.tokensUsed({ provider: asked.kind, kind: 'input' }, receipt.inputTokens);
      metrics.tokensUsed({ provider: asked.kind, kind: 'output' }, receipt.outputTokens);
    }
    if (this.#isAdmitted) settle(this.#services, subscriptionId, this.#settings, receipt);
    this.#services.ledger.record(subscriptionId, { receipt, zendeskAgentId: null });
    await this.budget.settle(
      {
        ...counted(receipt),
        inputTokens: receipt.inputTokens,
        outputTokens: receipt.outputTokens,
        costNanoUsd: receipt.costNanoUsd ?? 0,
      },
      logger,
    );
    return receipt;
  }
}

const isReached = ({ handOff }: Decision): boolean => handOff === 'done' || handOff === 'pending';
