import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { ChangePage, Locator, LocatorPage, SkipReason, WebSource } from '../../ports/knowledge-base.ts';
import { canonicalAddress, SourceHosts } from './addresses.ts';
import { largestSitemap, readSitemap, type SitemapEntry } from './sitemap.ts';
import type { Visitor, Visits } from './visit.ts';

/** Pages of one source. */
const mostPages = 5_000;
/** Sitemaps of one source, with those that an index names. */
const mostSitemaps = 50;
const overlapMs = 5 * 60_000;
const dayMs = 24 * 60 * 60_000;

/** What is left to list: the typed pages first, then one sitemap a part. */
const Place = z.object({
  sitemaps: z.array(z.string()).max(mostSitemaps),
  /** Sitemaps and pages that were met so far. */
  sitemapsMet: z.number().int(),
  pagesMet: z.number().int(),
  /** ISO 8601: when the listing began. */
  began: z.string(),
});
type Place = z.infer<typeof Place>;
type Skipped = LocatorPage['skipped'][number];

/** The source's hosts, and who asks. */
export function visitorOf(
  source: WebSource,
  call: { readonly signal: AbortSignal; readonly onRoundTrip?: () => void },
): Visitor {
  return {
    subscriptionId: source.subscriptionId,
    hosts: new SourceHosts([...source.urls, ...source.sitemaps]),
    signal: call.signal,
    onRoundTrip: call.onRoundTrip,
  };
}

/** The pages of the source that robots.txt lets us read: the typed ones, then a sitemap a part. */
export async function listPages(
  visits: Visits,
  visitor: Visitor,
  source: WebSource,
  cursor: string | null,
  now: Date,
): Promise<LocatorPage & { readonly began: string }> {
  const place = cursor === null ? undefined : placeFrom(cursor);
  const part =
    place === undefined
      ? {
          entries: source.urls.map((address): SitemapEntry => ({ address, lastModified: null })),
          skipped: [],
          place: {
            sitemaps: source.sitemaps.slice(0, mostSitemaps),
            sitemapsMet: Math.min(source.sitemaps.length, mostSitemaps),
            pagesMet: 0,
            began: now.toISOString(),
          },
        }
      : await nextSitemap(visits, visitor, place);
  const skipped: Skipped[] = [...part.skipped];
  const found = new Map<string, Locator>();
  let { pagesMet } = part.place;
  for (const { address, lastModified } of part.entries) {
    const url = canonicalAddress(address);
    const reason = await reasonToSkip(visits, visitor, url, pagesMet);
    if (url === undefined || reason !== undefined) {
      skipped.push({ url: url ?? '', reason: reason ?? 'not-an-address' });
      if (reason === 'too-many') break;
    } else if (!found.has(url)) {
      pagesMet += 1;
      found.set(url, { externalId: url, url, version: null, updatedAt: timeOf(lastModified) });
    }
  }
  const rest = { ...part.place, pagesMet };
  return {
    locators: [...found.values()],
    skipped,
    next: rest.sitemaps.length === 0 || pagesMet >= mostPages ? null : JSON.stringify(rest),
    began: rest.began,
  };
}

/** Pages that the sitemap says have changed, and those of which it says nothing. */
export async function changedPages(
  visits: Visits,
  visitor: Visitor,
  source: WebSource,
  since: string,
  cursor: string | null,
  now: Date,
): Promise<ChangePage> {
  const oldest = Date.parse(since) - overlapMs;
  if (Number.isNaN(oldest)) throw new ProblemError('invalid-request', { detail: 'since is not a time' });
  const { began, ...page } = await listPages(visits, visitor, source, cursor, now);
  return {
    ...page,
    locators: page.locators.filter(
      ({ updatedAt }) => updatedAt === null || Date.parse(updatedAt) + lengthOf(updatedAt) > oldest,
    ),
    gone: [],
    until: page.next === null ? began : null,
  };
}

async function nextSitemap(
  visits: Visits,
  visitor: Visitor,
  place: Place,
): Promise<{
  readonly entries: readonly SitemapEntry[];
  readonly skipped: readonly Skipped[];
  readonly place: Place;
}> {
  const [url = '', ...left] = place.sitemaps;
  const reason = await visits.reasonToSkip(visitor, url);
  const skip = (why: SkipReason) => ({
    entries: [],
    skipped: [{ url, reason: why }],
    place: { ...place, sitemaps: left },
  });
  if (reason !== undefined) return skip(reason);
  const options = { accept: 'application/xml, text/xml, application/gzip', limit: largestSitemap };
  const answer = await visits.get(visitor, url, options).catch((error: unknown) => {
    // One sitemap that is not let out says nothing about the others.
    if (error instanceof ProblemError && error.type === 'site-refused') return undefined;
    throw error;
  });
  const sitemap = answer?.status === 200 && !answer.isTooLong ? readSitemap(answer.bytes) : undefined;
  if (sitemap === undefined) return skip('unreadable');
  const named = sitemap.sitemaps.flatMap(({ address }) => canonicalAddress(address) ?? []);
  const taken = named.slice(0, Math.max(0, mostSitemaps - place.sitemapsMet));
  return {
    entries: sitemap.pages,
    skipped: named.slice(taken.length).map((address) => ({ url: address, reason: 'too-many' as const })),
    place: { ...place, sitemaps: [...left, ...taken], sitemapsMet: place.sitemapsMet + taken.length },
  };
}

async function reasonToSkip(
  visits: Visits,
  visitor: Visitor,
  url: string | undefined,
  pagesMet: number,
): Promise<SkipReason | undefined> {
  if (url === undefined) return 'not-an-address';
  if (pagesMet >= mostPages) return 'too-many';
  return visits.reasonToSkip(visitor, url);
}

function timeOf(lastModified: string | null): string | null {
  if (lastModified === null || Number.isNaN(Date.parse(lastModified))) return null;
  return lastModified;
}

/** A day that is named without a time lasts until its end. */
const lengthOf = (time: string): number => (/^\d{4}-\d{2}-\d{2}$/.test(time) ? dayMs : 0);

function placeFrom(cursor: string): Place {
  try {
    return Place.parse(JSON.parse(cursor));
  } catch {
    throw new ProblemError('invalid-request', { detail: 'The place to go on from cannot be read.' });
  }
}
