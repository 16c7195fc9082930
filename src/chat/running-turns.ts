import { ProblemError } from '../kernel/problem-error.ts';
import type { Database } from '../ports/database.ts';
import { readActiveAgents } from './chat-queries.ts';

const lookMs = 2_000;
/** Turns of one AI agent that one process runs at a time. */
const mostOfAgent = 2_000;

interface RunningTurn {
  readonly subscriptionId: string;
  readonly aiAgentId: string;
  readonly abort: AbortController;
}

/** Turns under way in this process: ends those whose AI agent was switched off, or whose subscription was stopped, within seconds. */
export class RunningTurns {
  readonly #database: Database;
  readonly #turns = new Set<RunningTurn>();
  readonly #counts = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;

  constructor(ports: { readonly database: Database }) {
    this.#database = ports.database;
  }

  /** `signal` is the caller's; the returned one also aborts, with a `ProblemError`, when the AI agent may no longer answer. Throws `rate-limited`. */
  begin(
    { subscriptionId, aiAgentId }: { readonly subscriptionId: string; readonly aiAgentId: string },
    signal: AbortSignal,
  ): { readonly signal: AbortSignal; readonly end: () => void } {
    const count = this.#counts.get(aiAgentId) ?? 0;
    if (count >= mostOfAgent) throw new ProblemError('rate-limited', { retryAfterSeconds: 5 });
    this.#counts.set(aiAgentId, count + 1);
    const turn = { subscriptionId, aiAgentId, abort: new AbortController() };
    this.#turns.add(turn);
    this.#timer ??= setInterval(() => void this.#look().catch(() => undefined), lookMs).unref();
    return {
      signal: AbortSignal.any([signal, turn.abort.signal]),
      end: () => {
        if (!this.#turns.delete(turn)) return;
        const left = (this.#counts.get(aiAgentId) ?? 1) - 1;
        if (left === 0) this.#counts.delete(aiAgentId);
        else this.#counts.set(aiAgentId, left);
        if (this.#turns.size === 0) this.close();
      },
    };
  }

  close(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  async #look(): Promise<void> {
    const ofSubscription = Map.groupBy(this.#turns, ({ subscriptionId }) => subscriptionId);
    for (const [subscriptionId, turns] of ofSubscription) {
      const ids = [...new Set(turns.map(({ aiAgentId }) => aiAgentId))];
      const active = await this.#database.read({ subscriptionId }, (tx) => readActiveAgents(tx, ids));
      for (const { aiAgentId, abort } of turns)
        if (!active.has(aiAgentId)) abort.abort(new ProblemError('chat-unavailable'));
    }
  }
}
