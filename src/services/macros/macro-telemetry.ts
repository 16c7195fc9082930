import type { Ids } from '../../ports/clock.ts';
import type { Database } from '../../ports/database.ts';
import type { Logger } from '../../ports/logger.ts';
import { holdConnection } from './macro-queries.ts';
import { addMacroLooks, insertMacroEvents, type MacroEvent, type MacroLook } from './telemetry-queries.ts';

export interface MacroReport {
  readonly events: readonly MacroEvent[];
  /** Undefined when the list had been shown before. */
  readonly look: MacroLook | undefined;
}

const flushMs = 1_000;
const mostHeld = 20_000;

/** Collects what sidebars report of macros and writes it once a second, one link of the audit chain a batch. A batch that fails is lost: it is a statistic. */
export class MacroTelemetry {
  readonly #ports: {
    readonly database: Database;
    readonly ids: Ids;
    readonly logger: Logger;
  };
  #held = new Map<string, MacroReport[]>();
  #count = 0;
  #timer: NodeJS.Timeout | undefined;
  #writing: Promise<void> = Promise.resolve();

  constructor(ports: { readonly database: Database; readonly ids: Ids; readonly logger: Logger }) {
    this.#ports = ports;
  }

  /** False when too much is held already. */
  record(subscriptionId: string, report: MacroReport): boolean {
    if (this.#count >= mostHeld) return false;
    const reports = this.#held.get(subscriptionId);
    if (reports === undefined) this.#held.set(subscriptionId, [report]);
    else reports.push(report);
    this.#count += 1;
    this.#timer ??= setTimeout(() => void this.flush(), flushMs).unref();
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
      for (const [subscriptionId, reports] of taken) await this.#write(subscriptionId, reports);
    });
    return this.#writing;
  }

  async #write(subscriptionId: string, reports: readonly MacroReport[]): Promise<void> {
    const { database, ids, logger } = this.#ports;
    const events = reports.flatMap((report) => report.events);
    const looks = reports.flatMap(({ look }) => (look === undefined ? [] : [look]));
    const call = {
      subscriptionId,
      actor: { kind: 'system', id: 'macro-telemetry' },
      requestId: ids.next(),
    } as const;
    try {
      await database.write(
        call,
        { permission: 'system', audit: { action: 'macros.reported', facts: { count: events.length } } },
        async (tx) => {
          // Sidebars stay open when Zendesk is disconnected, which deletes all of this.
          if (!(await holdConnection(tx))) return;
          await insertMacroEvents(tx, subscriptionId, events);
          await addMacroLooks(tx, subscriptionId, looks);
        },
      );
    } catch {
      logger.warn('macro events dropped', { subscriptionId, count: events.length });
    }
  }
}
