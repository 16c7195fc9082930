import type { Receipt } from '../../contract/stream-events.ts';
import type { Clock, Ids } from '../../ports/clock.ts';
import type { Database } from '../../ports/database.ts';
import type { Logger } from '../../ports/logger.ts';
import { addUsage } from '../quotas/quota-queries.ts';
import { insertReceipts } from './receipt-queries.ts';

export interface LedgerEntry {
  readonly receipt: Receipt;
  readonly zendeskAgentId: number | null;
}

const flushMs = 200;
const mostHeld = 20_000;
const batchSize = 500;

/** Collects receipts and writes them in batches, one link of the audit chain a batch; a failing database delays them, within bounds. */
export class CallLedger {
  readonly #ports: {
    readonly database: Database;
    readonly ids: Ids;
    readonly logger: Logger;
    readonly clock: Clock;
  };
  #held = new Map<string, LedgerEntry[]>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #flushing: Promise<void> | undefined;

  constructor(ports: {
    readonly database: Database;
    readonly ids: Ids;
    readonly logger: Logger;
    readonly clock: Clock;
  }) {
    this.#ports = ports;
  }

  record(subscriptionId: string, entry: LedgerEntry): void {
    if (this.#count >= mostHeld) {
      this.#ports.logger.error('receipts dropped', { subscriptionId, count: 1 });
      return;
    }
    const entries = this.#held.get(subscriptionId);
    if (entries === undefined) this.#held.set(subscriptionId, [entry]);
    else entries.push(entry);
    this.#count += 1;
    this.#timer ??= setTimeout(() => void this.flush(), flushMs).unref();
  }

  /** Writes what is held; safe to call at any time. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#flushing;
    if (this.#count === 0) return;
    this.#flushing = this.#writeAll().finally(() => {
      this.#flushing = undefined;
    });
    await this.#flushing;
  }

  async #writeAll(): Promise<void> {
    const taken = this.#held;
    this.#held = new Map();
    this.#count = 0;
    for (const [subscriptionId, entries] of taken) {
      for (let at = 0; at < entries.length; at += batchSize) {
        await this.#write(subscriptionId, entries.slice(at, at + batchSize));
      }
    }
  }

  async #write(subscriptionId: string, entries: readonly LedgerEntry[]): Promise<void> {
    const { database, ids, logger } = this.#ports;
    const call = {
      subscriptionId,
      actor: { kind: 'system', id: 'call-ledger' } as const,
      requestId: ids.next(),
    };
    try {
      await database.write(
        call,
        { permission: 'system', audit: { action: 'copilot.called', facts: { count: entries.length } } },
        async (tx) => {
          await insertReceipts(tx, subscriptionId, entries);
          await addUsage(tx, subscriptionId, sumOf(entries));
        },
      );
    } catch (error) {
      if (isGone(error)) return logger.info('receipts dropped', { subscriptionId, count: entries.length });
      logger.error('receipts delayed', { subscriptionId, count: entries.length });
      for (const entry of entries) this.#keep(subscriptionId, entry);
    }
  }

  #keep(subscriptionId: string, entry: LedgerEntry): void {
    if (this.#count >= mostHeld) return;
    const entries = this.#held.get(subscriptionId) ?? [];
    entries.push(entry);
    this.#held.set(subscriptionId, entries);
    this.#count += 1;
    this.#timer ??= setTimeout(() => void this.flush(), 5_000).unref();
  }
}

const foreignKeyViolation = '23503';

/** The subscription was erased while its calls ran: nothing of it may be written any more. */
function isGone(error: unknown): boolean {
  return error instanceof Error && 'sqlState' in error && error.sqlState === foreignKeyViolation;
}

function sumOf(entries: readonly LedgerEntry[]): Parameters<typeof addUsage>[2] {
  const sum = {
    calls: entries.length,
    inputTokens: 0,
    cachedInputTokens: 0,
    outputTokens: 0,
    reasoningTokens: 0,
    costNanoUsd: 0,
    unpricedCalls: 0,
  };
  for (const { receipt } of entries) {
    sum.inputTokens += receipt.inputTokens;
    sum.cachedInputTokens += receipt.cachedInputTokens;
    sum.outputTokens += receipt.outputTokens;
    sum.reasoningTokens += receipt.reasoningTokens;
    sum.costNanoUsd += receipt.costNanoUsd ?? 0;
    if (receipt.costNanoUsd === null) sum.unpricedCalls += 1;
  }
  return sum;
}
