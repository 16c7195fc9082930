import { LRUCache } from 'lru-cache';
import { Transient } from '../../../kernel/transient.ts';
import { searchWords } from '../../../kernel/text/words.ts';
import type { Call } from '../../../ports/call.ts';
import type { Fetched } from '../../../ports/knowledge-base.ts';
import { chunkDocument } from '../chunking/chunk-document.ts';
import { openSettings } from '../source-view.ts';
import { openSite, type KnowledgeSites, type OpenSite } from '../open-site.ts';
import { readExternalIds, type ScopeSource } from './retrieval-queries.ts';

export type LocatedCall = Call<'database' | 'contentBox' | 'secretBox'>;

/** A passage of a page that was fetched for an answer. */
export interface LocatedPassage {
  readonly sourceId: string;
  /** As stored with its vector: a keyed hash. */
  readonly hash: string;
  readonly title: string;
  readonly headingPath: readonly string[];
  readonly page: number | null;
  readonly url: string;
  readonly text: string;
  readonly searchText: string;
}

type Found = Extract<Fetched, { readonly state: 'found' }>;

const documentsFetched = 5;
const wordsSearched = 8;
/** Of a site without a search of its own. */
const pagesRead = 40;
const patience = 6_000;
const mostCharacters = 32 * 1024 * 1024;

/**
 * Pages of the web that were fetched for answers, kept in memory for ten minutes at most: a site is asked politely, one page
 * after the other, and says of none who may read it. Held as `Transient`. Pages of Confluence and articles are not kept:
 * fetching them anew is what shows that they may still be read.
 */
export class FetchedPages {
  readonly #pages: LRUCache<string, Found>;

  /** `clock` counts milliseconds, from wherever it likes. */
  constructor(clock: { now(): number } = performance) {
    this.#pages = new LRUCache({
      perf: clock,
      maxSize: mostCharacters,
      sizeCalculation: ({ document }) => document.measure((one) => JSON.stringify(one).length),
      ttl: 600_000,
      ttlAutopurge: true,
    });
  }

  /** Those of the documents that are there and can be read now; what fails is left out. */
  async read(site: OpenSite, sourceKey: string, externalIds: readonly string[]): Promise<readonly Found[]> {
    const known = (id: string): Found | undefined => this.#pages.get(`${sourceKey}:${id}`);
    const missing = externalIds.filter((id) => known(id) === undefined);
    if (missing.length > 0)
      for (const one of await site.read(missing))
        if (one.state === 'found') this.#pages.set(`${sourceKey}:${one.externalId}`, one);
    return externalIds.flatMap((id) => known(id) ?? []);
  }

  /** Lets go of everything of a subscription. */
  forget(subscriptionId: string): void {
    for (const key of this.#pages.keys()) if (key.startsWith(`${subscriptionId}:`)) this.#pages.delete(key);
  }
}

export interface LocatedSearch {
  readonly sites: KnowledgeSites;
  readonly pages: FetchedPages;
  readonly source: ScopeSource;
  readonly query: Transient<readonly string[]>;
  /** External ids of documents whose vectors are near. */
  readonly near: readonly string[];
  /** Only what anybody may read. */
  readonly publicOnly: boolean;
}

/** Passages of the documents of a source that its own search, or the vectors, name. Errors as `KnowledgeBase`. */
export async function readLocated(
  call: LocatedCall,
  search: LocatedSearch,
): Promise<Transient<readonly LocatedPassage[]>> {
  const { sites, pages, source, query, near } = search;
  const signal = AbortSignal.any([call.signal, AbortSignal.timeout(patience)]);
  const { settings } = await openSettings(call.ports.secretBox, call.subscriptionId, source);
  const site = await openSite(sites, { subscriptionId: call.subscriptionId, signal }, settings);
  const key = `${call.subscriptionId}:${source.id}@${source.version}`;
  const wanted = new Set(near.slice(0, documentsFetched));
  if (source.kind !== 'web') for (const { externalId } of await searched(site, query)) wanted.add(externalId);
  else if (near.length === 0) {
    // Without a search and without vectors there is only reading: as far as the patience goes.
    const ids = await call.ports.database.read(call, (tx) => readExternalIds(tx, source.id, pagesRead));
    for (const id of ids) wanted.add(id);
  }
  const found =
    source.kind === 'web'
      ? await oneByOne(pages, site, key, [...wanted], signal)
      : await readNow(site, [...wanted]);
  const isShown = (one: Found): boolean =>
    !(search.publicOnly && source.kind === 'help-center') || one.public;
  return Transient.all(found.filter(isShown).map((one) => passagesOf(call, source.id, one))).map((lists) =>
    lists.flat(),
  );
}

/** As they stand now, and only what the connection may read now. */
async function readNow(site: OpenSite, externalIds: readonly string[]): Promise<readonly Found[]> {
  if (externalIds.length === 0) return [];
  return (await site.read(externalIds)).filter((one) => one.state === 'found');
}

/** Words of the whole conversation, the newest counting most; a search that wants every word gets few. */
async function searched(
  site: OpenSite,
  query: Transient<readonly string[]>,
): Promise<readonly { readonly externalId: string }[]> {
  const words = query.map((turns) =>
    searchWords(
      turns.slice(-6).map((text, at, list) => ({ text, weight: at === list.length - 1 ? 3 : 1 })),
      wordsSearched,
    ),
  );
  if (words.measure((list) => list.length) === 0) return [];
  return site.search(words, { locale: null, limit: documentsFetched });
}

/** A site of the web is asked politely, one page after the other; what was read until then counts. */
async function oneByOne(
  pages: FetchedPages,
  site: OpenSite,
  key: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<readonly Found[]> {
  const found: Found[] = [];
  for (const id of ids) {
    if (signal.aborted) break;
    try {
      found.push(...(await pages.read(site, key, [id])));
    } catch (error) {
      if (found.length === 0 && !signal.aborted) throw error;
    }
  }
  return found;
}

function passagesOf(
  { ports: { contentBox }, subscriptionId }: LocatedCall,
  sourceId: string,
  { document, url }: Found,
): Transient<readonly LocatedPassage[]> {
  return document.map((one) =>
    chunkDocument(one).map(({ headingPath, page, text, searchText }) => ({
      sourceId,
      hash: contentBox.mark(Transient.of(searchText), subscriptionId),
      title: one.title,
      headingPath,
      page,
      url,
      text,
      searchText,
    })),
  );
}
