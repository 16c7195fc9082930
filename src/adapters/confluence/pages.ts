import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { ConfluenceCall } from '../../ports/confluence.ts';
import type {
  ChangePage,
  ConfluenceSource,
  Fetched,
  Locator,
  LocatorPage,
  SiteCall,
} from '../../ports/knowledge-base.ts';
import { TooMuchAsked, unreadableAnswer, type ConfluenceRequests } from './request.ts';
import { readStorageFormat } from './storage-format.ts';

const pageShape = z.object({
  id: z.string().regex(/^\d{1,20}$/),
  status: z.string(),
  title: z.string().nullish(),
  spaceId: z.string(),
  version: z.object({ number: z.number().int(), createdAt: z.string() }),
  body: z.object({ storage: z.object({ value: z.string() }).nullish() }).nullish(),
  _links: z.object({ webui: z.string().nullish() }).nullish(),
});
type Page = z.infer<typeof pageShape>;

const pagesAnswer = z.object({
  results: z.array(pageShape),
  _links: z.object({ next: z.string().nullish() }).nullish(),
});

/** Places of our own listings: Confluence's cursor, and what the next time has to know. */
const Place = z.object({
  cursor: z.string().nullable(),
  limit: z.number().int().min(1).max(250),
  newest: z.string().nullable(),
});
type Place = z.infer<typeof Place>;

const largestPart = 250;
const smallestPart = 5;
const bodiesAtOnce = 25;
const readsAtOnce = 3;
const overlapMs = 5 * 60_000;

/** Every current page of the spaces, without its text. */
export async function listPages(
  requests: ConfluenceRequests,
  call: SiteCall<ConfluenceSource>,
  cursor: string | null,
): Promise<LocatorPage> {
  const { pages, next } = await pagePart(requests, call, placeFrom(cursor), 'id');
  return {
    locators: pages.map((page) => locatorOf(requests, call, page)),
    next: next && JSON.stringify(next),
    skipped: [],
  };
}

/** Pages changed since then, newest first, until one is older by the overlap; who is gone only a full list shows. */
export async function changedPages(
  requests: ConfluenceRequests,
  call: SiteCall<ConfluenceSource>,
  since: string,
  cursor: string | null,
): Promise<ChangePage> {
  const place = placeFrom(cursor);
  const oldest = Date.parse(since) - overlapMs;
  if (Number.isNaN(oldest)) throw new ProblemError('invalid-request', { detail: 'since is not a time' });
  const { pages, next } = await pagePart(requests, call, place, '-modified-date');
  const newest = place.newest ?? pages[0]?.version.createdAt ?? null;
  const recent = pages.filter((page) => Date.parse(page.version.createdAt) > oldest);
  const isOver = recent.length < pages.length || next === null;
  return {
    locators: recent.map((page) => locatorOf(requests, call, page)),
    next: isOver ? null : JSON.stringify({ ...next, newest }),
    skipped: [],
    gone: [],
    until: isOver ? newest : null,
  };
}

/** The text of pages; one that has left the chosen spaces is gone. */
export async function readPages(
  requests: ConfluenceRequests,
  call: SiteCall<ConfluenceSource>,
  externalIds: readonly string[],
): Promise<readonly Fetched[]> {
  const known = [...new Set(externalIds.filter((id) => /^\d{1,20}$/.test(id)))];
  const parts = Array.from({ length: Math.ceil(known.length / bodiesAtOnce) }, (_, index) =>
    known.slice(index * bodiesAtOnce, (index + 1) * bodiesAtOnce),
  );
  const found = new Map<string, Fetched>();
  const work = async (): Promise<void> => {
    for (let ids = parts.shift(); ids !== undefined; ids = parts.shift())
      for (const fetched of await readPart(requests, call, ids)) found.set(fetched.externalId, fetched);
  };
  await Promise.all(Array.from({ length: readsAtOnce }, work));
  return externalIds.map((externalId) => found.get(externalId) ?? { externalId, state: 'gone' });
}

async function readPart(
  requests: ConfluenceRequests,
  call: SiteCall<ConfluenceSource>,
  ids: readonly string[],
): Promise<readonly Fetched[]> {
  try {
    const { results } = await requests.json(
      siteCall(call),
      {
        operation: 'page-bodies',
        path: 'api/v2/pages',
        query: [
          ...ids.map((id) => ['id', id] as const),
          ['status', 'current'],
          ['body-format', 'storage'],
          ['limit', String(ids.length)],
        ],
      },
      pagesAnswer,
    );
    return results.filter((page) => isCurrent(call, page)).map((page) => fetchedOf(requests, call, page));
  } catch (error) {
    if (!(error instanceof TooMuchAsked)) throw error;
    const [first] = ids;
    if (first !== undefined && ids.length === 1)
      return [{ externalId: first, state: 'failed', problem: error.type }];
    const middle = Math.ceil(ids.length / 2);
    return [
      ...(await readPart(requests, call, ids.slice(0, middle))),
      ...(await readPart(requests, call, ids.slice(middle))),
    ];
  }
}

/** One part of the spaces' pages; asks for half as many when Confluence cannot do it. */
async function pagePart(
  requests: ConfluenceRequests,
  call: SiteCall<ConfluenceSource>,
  place: Place,
  sort: 'id' | '-modified-date',
): Promise<{ readonly pages: readonly Page[]; readonly next: Place | null }> {
  for (let limit = place.limit; ; limit = Math.max(smallestPart, Math.floor(limit / 2))) {
    try {
      const answer = await requests.json(
        siteCall(call),
        {
          operation: 'pages',
          path: 'api/v2/pages',
          query: [
            ...call.source.spaces.map(({ id }) => ['space-id', id] as const),
            ['status', 'current'],
            ['sort', sort],
            ['limit', String(limit)],
            ...(place.cursor === null ? [] : [['cursor', place.cursor] as const]),
          ],
        },
        pagesAnswer,
      );
      const next = cursorIn(answer._links?.next ?? null);
      return {
        pages: answer.results.filter((page) => isCurrent(call, page)),
        // Confluence may name a next part after an empty one.
        next:
          next === null || answer.results.length === 0 ? null : { cursor: next, limit, newest: place.newest },
      };
    } catch (error) {
      if (!(error instanceof TooMuchAsked) || limit <= smallestPart) throw error;
    }
  }
}

function isCurrent({ source }: SiteCall<ConfluenceSource>, page: Page): boolean {
  return page.status === 'current' && source.spaces.some(({ id }) => id === page.spaceId);
}

function fetchedOf(requests: ConfluenceRequests, call: SiteCall<ConfluenceSource>, page: Page): Fetched {
  const { externalId, url, updatedAt } = locatorOf(requests, call, page);
  const storage = page.body?.storage?.value;
  if (storage === undefined) return { externalId, state: 'failed', problem: 'confluence-unavailable' };
  return {
    externalId,
    state: 'found',
    url,
    version: String(page.version.number),
    updatedAt,
    public: false,
    document: Transient.of(readStorageFormat(page.title ?? '', storage)),
  };
}

function locatorOf(
  requests: ConfluenceRequests,
  { source }: SiteCall<ConfluenceSource>,
  page: Page,
): Locator {
  return {
    externalId: page.id,
    url: readerUrl(requests, source, page),
    version: String(page.version.number),
    updatedAt: page.version.createdAt,
  };
}

/** The page's address without its title, which Confluence writes at its end. */
export function readerUrl(
  requests: ConfluenceRequests,
  { access, spaces }: ConfluenceSource,
  page: { readonly id: string; readonly spaceId: string },
): string {
  const key = spaces.find(({ id }) => id === page.spaceId)?.key ?? '';
  const origin = requests.readerOrigin(access.siteUrl);
  return `${origin}/wiki/spaces/${encodeURIComponent(key)}/pages/${page.id}`;
}

export const siteCall = ({ source, signal, onRoundTrip }: SiteCall<ConfluenceSource>): ConfluenceCall => ({
  access: source.access,
  signal,
  onRoundTrip,
});

/** The cursor in a `_links.next`, which is relative to the site and therefore never followed as it is. */
export function cursorIn(next: string | null): string | null {
  if (next === null) return null;
  const cursor = URL.parse(next, 'https://site.invalid')?.searchParams.get('cursor') ?? null;
  if (cursor === null || cursor === '') throw unreadableAnswer();
  return cursor;
}

function placeFrom(cursor: string | null): Place {
  if (cursor === null) return { cursor: null, limit: largestPart, newest: null };
  try {
    return Place.parse(JSON.parse(cursor));
  } catch {
    throw new ProblemError('invalid-request', { detail: 'The place to go on from cannot be read.' });
  }
}
