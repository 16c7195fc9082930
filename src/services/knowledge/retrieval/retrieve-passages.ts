import { ProblemError } from '../../../kernel/problem-error.ts';
import { Transient } from '../../../kernel/transient.ts';
import type { Call } from '../../../ports/call.ts';
import { isLocated } from '../located.ts';
import type { KnowledgeSites } from '../open-site.ts';
import type { FloorCheck, Passage, Retrieved } from '../passage.ts';
import { packedVector } from '../vectors.ts';
import { ChanceFloor } from './chance-floor.ts';
import { EncoderChecks } from './encoder-checks.ts';
import { fuseRankings } from './fuse-rankings.ts';
import { KnowledgeShelves, type Shelf } from './knowledge-shelf.ts';
import { FetchedPages, readLocated, type LocatedPassage } from './located-passages.ts';
import { PassageIndex } from './passage-index.ts';
import { rankPassages } from './rank-passages.ts';
import { findNearest, readScope, type NearChunk, type Scope, type ScopeSource } from './retrieval-queries.ts';

export type RetrieveCall = Call<'database' | 'contentBox' | 'secretBox' | 'embedder' | 'logger'>;

/** What stays between two searches. All of it is in memory, for ten minutes at most. */
export interface RetrievalServices {
  readonly shelves: KnowledgeShelves;
  readonly pages: FetchedPages;
  readonly checks: EncoderChecks;
  readonly sites: KnowledgeSites;
}

export const retrievalServices = (sites: KnowledgeSites): RetrievalServices => ({
  shelves: new KnowledgeShelves(),
  pages: new FetchedPages(),
  checks: new EncoderChecks(),
  sites,
});

/** Lets go of every opened text of a subscription. */
export function forgetKnowledge({ shelves, pages }: RetrievalServices, subscriptionId: string): void {
  shelves.forget(subscriptionId);
  pages.forget(subscriptionId);
}

export interface Wanted {
  readonly scope: Scope;
  /** The whole conversation, newest last. */
  readonly query: Transient<readonly string[]>;
  readonly limit: number;
}

/** Places of each way of searching that are put together. */
const candidates = 40;

/**
 * Passages for the newest turn of a conversation, best first, among the knowledge of one AI agent or of the copilot. Files
 * and snippets are searched in memory; what stands elsewhere is found by its site's own search and by vectors, and fetched
 * anew. A source that fails costs its own passages only and leaves a line in the log.
 */
export async function retrievePassages(
  call: RetrieveCall,
  services: RetrievalServices,
  { scope, query, limit }: Wanted,
): Promise<Retrieved> {
  const sources = await call.ports.database.read(call, (tx) => readScope(tx, scope));
  if (sources.length === 0 || query.measure((turns) => turns.length) === 0) return nothing;
  const publicOnly = !('copilot' in scope);
  const stored = sources.filter(({ kind }) => !isLocated(kind));
  const [shelf, near] = await Promise.all([
    services.shelves.get(call, stored),
    nearest(call, sources, query, publicOnly),
  ]);
  const located = await fetchLocated(call, services, { sources, query, near: near.chunks, publicOnly });
  const isFused = near.modelId !== undefined && services.checks.passes(call, stored, shelf, near.modelId);
  const byId = new Map(sources.map((source) => [source.id, source]));
  const answer = Transient.all([shelf, located.passages, query]).map(([opened, pages, turns]) =>
    rank(opened, pages, turns, { near: isFused ? near.chunks : [], byId, limit }),
  );
  return {
    passages: answer.map(({ passages }) => passages),
    mode: isFused ? 'fused' : 'lexical',
    sure: answer.measure(({ sure }) => sure),
    floor: checkOf(answer),
    ...(located.missing.length > 0 && { missing: located.missing }),
  };
}

function checkOf(answer: Transient<Ranked>): FloorCheck | undefined {
  if (!answer.measure(({ check }) => check !== undefined)) return undefined;
  return {
    reached: answer.measure(({ check }) => check?.reached ?? 0),
    needed: answer.measure(({ check }) => check?.needed ?? 0),
  };
}

const nothing: Retrieved = { passages: Transient.of([]), mode: 'lexical', sure: false };

/** Nobody without a model, and none of another model's vectors. */
async function nearest(
  call: RetrieveCall,
  sources: readonly ScopeSource[],
  query: Transient<readonly string[]>,
  publicOnly: boolean,
): Promise<{ readonly modelId: string | undefined; readonly chunks: readonly NearChunk[] }> {
  const { embedder, database } = call.ports;
  const modelId = embedder.model?.id;
  if (modelId === undefined) return { modelId, chunks: [] };
  try {
    const [vector] = await embedder.embed(
      query.map((turns) => [turns.slice(-3).toReversed().join('\n')]),
      'query',
      call.signal,
    );
    if (vector === undefined || embedder.model?.id !== modelId) return { modelId: undefined, chunks: [] };
    const sourceIds = sources.map(({ id }) => id);
    const articles = sources.filter(({ kind }) => kind === 'help-center').map(({ id }) => id);
    const wanted = {
      sourceIds,
      modelId,
      vector: packedVector(vector),
      limit: candidates,
      publicOnly: publicOnly ? articles : [],
    };
    return { modelId, chunks: await database.read(call, (tx) => findNearest(tx, wanted)) };
  } catch (error) {
    if (error instanceof ProblemError && error.type === 'embedding-unavailable')
      return { modelId: undefined, chunks: [] };
    throw error;
  }
}

async function fetchLocated(
  call: RetrieveCall,
  services: RetrievalServices,
  search: {
    readonly sources: readonly ScopeSource[];
    readonly query: Transient<readonly string[]>;
    readonly near: readonly NearChunk[];
    readonly publicOnly: boolean;
  },
): Promise<{
  readonly passages: Transient<readonly LocatedPassage[]>;
  readonly missing: NonNullable<Retrieved['missing']>;
}> {
  const { sources, query, publicOnly } = search;
  const missing: { sourceId: string; problem: string }[] = [];
  const lists = await Promise.all(
    sources
      .filter(({ kind }) => isLocated(kind))
      .map(async (source) => {
        const near = search.near.flatMap(({ sourceId, externalId }) =>
          sourceId === source.id && externalId !== null ? [externalId] : [],
        );
        try {
          return await readLocated(call, { ...services, source, query, near, publicOnly });
        } catch (error) {
          call.signal.throwIfAborted();
          const problem = error instanceof ProblemError ? error.type : 'internal';
          call.ports.logger.warn('knowledge.source-not-searched', {
            subscriptionId: call.subscriptionId,
            problem,
          });
          missing.push({ sourceId: source.id, problem });
          return Transient.of<readonly LocatedPassage[]>([]);
        }
      }),
  );
  return { passages: Transient.all(lists).map((all) => all.flat()), missing };
}

interface Ranked {
  readonly passages: readonly Passage[];
  readonly sure: boolean;
  /** Of the ranking that came nearest to its floor. */
  readonly check: FloorCheck | undefined;
}

function rank(
  shelf: Shelf,
  located: readonly LocatedPassage[],
  turns: readonly string[],
  about: {
    readonly near: readonly NearChunk[];
    readonly byId: ReadonlyMap<string, ScopeSource>;
    readonly limit: number;
  },
): Ranked {
  const limit = Math.max(about.limit, candidates);
  const inside = rankPassages(shelf.index, shelf.floor, turns, { limit });
  const pages = new PassageIndex();
  for (const passage of located) pages.add(passage);
  const outside = rankPassages(pages, new ChanceFloor(pages), turns, { limit, background: shelf.index });
  const passageOf = (at: string): Omit<Passage, 'score'> | undefined => {
    const place = Number(at.slice(1));
    const found = at.startsWith('s') ? shelf.passages[place] : located[place];
    const source = found && about.byId.get(found.sourceId);
    if (found === undefined || source === undefined) return undefined;
    const { sourceId, title, headingPath, page, text } = found;
    const where =
      'url' in found ? { chunkId: found.hash, url: found.url } : { chunkId: found.chunkId, url: null };
    return {
      ...where,
      sourceId,
      title,
      headingPath,
      page,
      text,
      kind: source.kind,
      internal: source.internal,
    };
  };
  const lexical = [
    ...inside.ranked.map(({ index, score }) => ({ item: `s${index}`, score })),
    ...outside.ranked.map(({ index, score }) => ({ item: `l${index}`, score })),
  ].toSorted((a, b) => b.score - a.score);
  const near = placesOf(about.near, shelf, located);
  const best =
    about.near.length === 0
      ? lexical
      : fuseRankings([lexical.map(({ item }) => item), near.map(({ item }) => item)]);
  const seen = new Set<string>();
  const passages = best.flatMap(({ item, score }) => {
    const passage = passageOf(item);
    // The same text in two sources is one passage to who reads it.
    if (passage === undefined || seen.has(passage.text)) return [];
    seen.add(passage.text);
    return [{ ...passage, score, found: { words: placeIn(lexical, item), vector: placeIn(near, item) } }];
  });
  const [check] = [inside.check, outside.check]
    .filter((one) => one !== undefined)
    .toSorted((a, b) => b.reached - b.needed - (a.reached - a.needed));
  return { passages: passages.slice(0, about.limit), sure: inside.sure || outside.sure, check };
}

interface Scored {
  readonly item: string;
  readonly score: number;
}

function placeIn(list: readonly Scored[], item: string): { place: number; score: number } | null {
  const at = list.findIndex((one) => one.item === item);
  const one = list[at];
  return one === undefined ? null : { place: at + 1, score: one.score };
}

/** Where the neighbours of the question's vector stand: a chunk whose page says something else by now is left out. */
function placesOf(near: readonly NearChunk[], shelf: Shelf, located: readonly LocatedPassage[]): Scored[] {
  const shelved = new Map(shelf.passages.map(({ chunkId }, at) => [chunkId, `s${at}`]));
  const fetched = new Map(located.map(({ sourceId, hash }, at) => [`${sourceId}:${hash}`, `l${at}`]));
  return near.flatMap(({ id, sourceId, hash, likeness }) => {
    const item = shelved.get(id) ?? fetched.get(`${sourceId}:${hash}`);
    return item === undefined ? [] : [{ item, score: likeness }];
  });
}
