import type { AnswerFeedback, AnswerOutcome } from '../../contract/feedback.ts';
import type { Ids } from '../../ports/clock.ts';
import type { Database } from '../../ports/database.ts';
import type { Logger } from '../../ports/logger.ts';
import type { CallLedger } from './call-ledger.ts';
import { noteSaid, type Said } from './feedback-queries.ts';

export type Report =
  | { readonly kind: 'feedback'; readonly value: AnswerFeedback }
  | { readonly kind: 'outcome'; readonly value: AnswerOutcome };

interface Held {
  readonly said: Said;
  readonly tries: number;
}

const flushMs = 1_000;
const mostHeld = 20_000;
/** A receipt is written a moment after its answer, perhaps by another process. */
const mostTries = 4;
const nextTryMs = 2_000;

/** Nothing is written, not even into the audit log. */
class NothingFound extends Error {}

/**
 * Collects what agents say of answers and writes it once a second, one link of the audit chain a batch. It counts only for
 * the agent the answer was for. What is about a receipt that nobody writes within seconds is dropped.
 */
export class FeedbackBook {
  readonly #ports: { readonly database: Database; readonly ids: Ids; readonly logger: Logger };
  readonly #ledger: Pick<CallLedger, 'flush'>;
  /** By subscription, then by receipt and agent. */
  #held = new Map<string, Map<string, Held>>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(
    ports: { readonly database: Database; readonly ids: Ids; readonly logger: Logger },
    ledger: Pick<CallLedger, 'flush'>,
  ) {
    this.#ports = ports;
    this.#ledger = ledger;
  }

  /** False when too much is held already. */
  record(subscriptionId: string, zendeskAgentId: number, { kind, value }: Report): boolean {
    if (this.#count >= mostHeld) return false;
    const { receiptId, ...rest } = value;
    const said = { receiptId, zendeskAgentId, feedback: undefined, outcome: undefined, [kind]: rest };
    this.#keep(subscriptionId, { said, tries: 0 }, flushMs);
    return true;
  }

  /** Writes what is held; safe to call at any time. */
  flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const taken = this.#held;
    this.#held = new Map();
    this.#count = 0;
    this.#writing = this.#writing.then(async () => {
      // The receipts that are meant come first.
      if (taken.size > 0) await this.#ledger.flush();
      for (const [subscriptionId, entries] of taken) await this.#write(subscriptionId, [...entries.values()]);
    });
    return this.#writing;
  }

  #keep(subscriptionId: string, { said, tries }: Held, afterMs: number): void {
    const entries = this.#held.get(subscriptionId) ?? new Map<string, Held>();
    this.#held.set(subscriptionId, entries);
    const key = `${said.receiptId} ${said.zendeskAgentId}`;
    const known = entries.get(key);
    if (known === undefined) this.#count += 1;
    // What is tried again was said before what has come meanwhile.
    const [earlier, later] = tries > 0 ? [said, known?.said] : [known?.said, said];
    entries.set(key, {
      said: {
        ...said,
        feedback: later?.feedback ?? earlier?.feedback,
        outcome: later?.outcome ?? earlier?.outcome,
      },
      tries: Math.max(tries, known?.tries ?? 0),
    });
    this.#timer ??= setTimeout(() => void this.flush(), afterMs).unref();
  }

  async #write(subscriptionId: string, entries: readonly Held[]): Promise<void> {
    const { database, ids, logger } = this.#ports;
    const call = {
      subscriptionId,
      actor: { kind: 'system', id: 'feedback-book' },
      requestId: ids.next(),
    } as const;
    let found: ReadonlySet<string> = new Set();
    try {
      found = await database.write(
        call,
        { permission: 'system', audit: { action: 'answers.rated', facts: { count: entries.length } } },
        async (tx) => {
          const noted = await noteSaid(
            tx,
            entries.map(({ said }) => said),
          );
          if (noted.size === 0) throw new NothingFound();
          return noted;
        },
      );
    } catch (error) {
      if (!(error instanceof NothingFound))
        logger.warn('feedback delayed', { subscriptionId, count: entries.length });
    }
    const missing = entries.filter(({ said }) => !found.has(said.receiptId));
    for (const { said, tries } of missing)
      if (tries + 1 < mostTries && this.#count < mostHeld)
        this.#keep(subscriptionId, { said, tries: tries + 1 }, nextTryMs);
  }
}
