import { LRUCache } from 'lru-cache';
import type { Database } from '../../ports/database.ts';
import type { SecretBox } from '../../ports/secret-box.ts';
import { readMacros, type MacroRow } from '../../services/macros/macro-queries.ts';
import { macroBinding, MacroDocument } from '../../services/macros/macro-text.ts';
import { readSync } from '../../services/macros/sync-queries.ts';
import { countMacroEvents } from '../../services/macros/telemetry-queries.ts';
import { openedOrUndefined } from '../../services/secrets/opened-or-undefined.ts';
import { estimateAcceptance } from '../evidence/macro-acceptance.ts';
import { buildLibrary, type KnownMacro, type MacroLibrary } from './macro-library.ts';

const keptMs = 600_000;
const mostCharacters = 64_000_000;
/** How far back what agents did counts. */
export const countedDays = 90;

/** Stored macros, opened and indexed, kept in memory for at most ten minutes. */
export class MacroReader {
  readonly #database: Database;
  readonly #secretBox: SecretBox;
  readonly #kept = new LRUCache<string, { readonly subdomain: string; readonly library: MacroLibrary }>({
    maxSize: mostCharacters,
    maxEntrySize: mostCharacters,
    ttl: keptMs,
    ttlAutopurge: true,
  });
  readonly #loading = new Map<string, Promise<MacroLibrary | undefined>>();

  constructor(ports: { readonly database: Database; readonly secretBox: SecretBox }) {
    this.#database = ports.database;
    this.#secretBox = ports.secretBox;
  }

  /** The active macros of a connected account; undefined while they have not been read once. */
  async get(connection: {
    readonly subscriptionId: string;
    readonly subdomain: string;
  }): Promise<MacroLibrary | undefined> {
    const { subscriptionId, subdomain } = connection;
    const kept = this.#kept.get(subscriptionId);
    // Another account's macros are deleted when it is connected; this process may not have heard of it.
    if (kept?.subdomain === subdomain) return kept.library;
    const running = this.#loading.get(subscriptionId);
    if (running !== undefined) return running;
    const loading = this.#load(subscriptionId, subdomain).finally(() => {
      if (this.#loading.get(subscriptionId) === loading) this.#loading.delete(subscriptionId);
    });
    this.#loading.set(subscriptionId, loading);
    return loading;
  }

  /** Called after a reading, so that it shows at once in this process and within ten minutes in others. */
  forget(subscriptionId: string): void {
    this.#kept.delete(subscriptionId);
    this.#loading.delete(subscriptionId);
  }

  async #load(subscriptionId: string, subdomain: string): Promise<MacroLibrary | undefined> {
    const [sync, rows, counts] = await this.#database.read({ subscriptionId }, async (tx) => [
      await readSync(tx),
      await readMacros(tx),
      await countMacroEvents(tx, countedDays),
    ]);
    if (sync?.finishedAt === null || sync === undefined) return undefined;
    const opened = await openMacros(this.#secretBox, subscriptionId, rows);
    const macros = opened.flatMap(({ row, document }) =>
      row.active && document !== undefined
        ? [{ ...document, id: row.id, restriction: row.restriction } satisfies KnownMacro]
        : [],
    );
    const library = buildLibrary(macros, estimateAcceptance(counts));
    const size = rows.reduce((sum, row) => sum + row.document.length, 1);
    this.#kept.set(subscriptionId, { subdomain, library }, { size });
    return library;
  }
}

/** Stored macros with their documents; undefined for one that the keys of this server do not open. */
export function openMacros(
  secretBox: SecretBox,
  subscriptionId: string,
  rows: readonly MacroRow[],
): Promise<{ readonly row: MacroRow; readonly document: MacroDocument | undefined }[]> {
  return Promise.all(
    rows.map(async (row) => {
      const json = await openedOrUndefined(
        secretBox.open(row.document, macroBinding(subscriptionId, row.id)),
      );
      return { row, document: json === undefined ? undefined : MacroDocument.parse(JSON.parse(json)) };
    }),
  );
}
