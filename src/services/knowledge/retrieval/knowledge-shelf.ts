import { LRUCache } from 'lru-cache';
import { Transient } from '../../../kernel/transient.ts';
import type { Call } from '../../../ports/call.ts';
import { knowledgeBinding } from '../bindings.ts';
import { readChunk } from '../stored-chunk.ts';
import { ChanceFloor } from './chance-floor.ts';
import { PassageIndex } from './passage-index.ts';
import { readSealedChunks, type ScopeSource, type SealedChunk } from './retrieval-queries.ts';

export type ShelfCall = Call<'database' | 'contentBox' | 'secretBox'>;

/** A passage of a file or snippet as it stands on the shelf. */
export interface ShelvedPassage {
  readonly chunkId: string;
  readonly sourceId: string;
  readonly title: string;
  readonly headingPath: readonly string[];
  readonly page: number | null;
  readonly text: string;
  readonly searchText: string;
}

/** Opened passages of a scope and what finds them. */
export interface Shelf {
  readonly passages: readonly ShelvedPassage[];
  readonly index: PassageIndex;
  readonly floor: ChanceFloor;
}

const longestKept = 600_000;
const batch = 500;
/** Texts that are indexed before others get their turn. */
const slice = 40;

interface Kept {
  readonly shelf: Transient<Shelf>;
  readonly bytes: number;
}

/**
 * Opened files and snippets in memory, by scope: for at most ten minutes from when they were opened, the least recently used
 * going first when there is no room. The whole shelf is `Transient`, so that nothing of it can be written anywhere.
 */
export class KnowledgeShelves {
  readonly #kept: LRUCache<string, Kept>;
  readonly #opening = new Map<
    string,
    { readonly result: Promise<Kept>; waiting: number; readonly stop: AbortController }
  >();

  constructor(mostBytes = 256 * 1024 * 1024) {
    this.#kept = new LRUCache({
      maxSize: mostBytes,
      sizeCalculation: ({ bytes }) => Math.max(1, bytes),
      ttl: longestKept,
      ttlAutopurge: true,
    });
  }

  /** Bytes in use, about. */
  get bytes(): number {
    return this.#kept.calculatedSize;
  }

  /**
   * The shelf for these versions of these sources. Callers at the same time share one opening; it ends when all of them
   * have gone.
   */
  async get(call: ShelfCall, sources: readonly ScopeSource[]): Promise<Transient<Shelf>> {
    const key = `${call.subscriptionId}:${sources.map(({ id, version }) => `${id}@${version}`).join(',')}`;
    const kept = this.#kept.get(key);
    if (kept !== undefined) return kept.shelf;
    let opening = this.#opening.get(key);
    if (opening === undefined) {
      const stop = new AbortController();
      const result = open({ ...call, signal: stop.signal }, sources)
        .then((opened) => {
          this.#kept.set(key, opened);
          return opened;
        })
        .finally(() => this.#leave(key, stop));
      result.catch(() => undefined);
      opening = { result, waiting: 0, stop };
      this.#opening.set(key, opening);
    }
    opening.waiting += 1;
    try {
      return (await orAborted(opening.result, call.signal)).shelf;
    } finally {
      opening.waiting -= 1;
      if (opening.waiting === 0) {
        // Whoever comes next begins anew.
        this.#leave(key, opening.stop);
        opening.stop.abort();
      }
    }
  }

  #leave(key: string, stop: AbortController): void {
    if (this.#opening.get(key)?.stop === stop) this.#opening.delete(key);
  }

  /** Lets go of everything of a subscription. */
  forget(subscriptionId: string): void {
    for (const key of this.#kept.keys()) if (key.startsWith(`${subscriptionId}:`)) this.#kept.delete(key);
  }

  clear(): void {
    this.#kept.clear();
  }
}

function orAborted<T>(result: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted();
  return new Promise((resolve, reject) => {
    const leave = (): void => reject(signal.reason as Error);
    signal.addEventListener('abort', leave, { once: true });
    result.then(resolve, reject).finally(() => signal.removeEventListener('abort', leave));
  });
}

async function open(call: ShelfCall, sources: readonly ScopeSource[]): Promise<Kept> {
  const sourceIds = sources.map(({ id }) => id);
  const index = new PassageIndex();
  const passages: ShelvedPassage[] = [];
  const titles = new Map<string, Promise<Transient<string>>>();
  for (let after = noId; sourceIds.length > 0;) {
    call.signal.throwIfAborted();
    const rows = await call.ports.database.read(call, (tx) =>
      readSealedChunks(tx, call.subscriptionId, { sourceIds, after, limit: batch }),
    );
    for (let from = 0; from < rows.length; from += slice) {
      call.signal.throwIfAborted();
      const opened = await Promise.all(
        rows.slice(from, from + slice).map((row) => openChunk(call, row, titles)),
      );
      Transient.all(opened).map((list) =>
        list.forEach((passage) => {
          passages.push(passage);
          index.add(passage);
        }),
      );
      await new Promise((resolve) => setImmediate(resolve));
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < batch) break;
    after = last.id;
  }
  return { shelf: Transient.of({ passages, index, floor: new ChanceFloor(index) }), bytes: index.bytes };
}

const noId = '00000000-0000-0000-0000-000000000000';

async function openChunk(
  call: ShelfCall,
  { id, sourceId, documentId, page, content, title }: SealedChunk,
  titles: Map<string, Promise<Transient<string>>>,
): Promise<Transient<ShelvedPassage>> {
  const { contentBox } = call.ports;
  let opening = titles.get(documentId);
  if (opening === undefined) {
    opening = contentBox.open(title, knowledgeBinding.title(call.subscriptionId, documentId));
    titles.set(documentId, opening);
  }
  const [name, stored] = await Promise.all([
    opening,
    contentBox.open(content, knowledgeBinding.content(call.subscriptionId, id)),
  ]);
  return Transient.all([name, stored]).map(([documentTitle, text]) => ({
    chunkId: id,
    sourceId,
    title: documentTitle,
    page,
    ...readChunk(text),
  }));
}
