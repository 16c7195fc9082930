import { createHash } from 'node:crypto';
import { removeInvisible } from '../../kernel/invisible-characters.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Fetched } from '../../ports/knowledge-base.ts';
import type { KnowledgeDocument } from '../../ports/knowledge-document.ts';
import type { TextExtractor } from '../../ports/text-extractor.ts';
import { canonicalAddress } from './addresses.ts';
import type { Visited, Visitor, Visits } from './visit.ts';

type Extractor = Pick<TextExtractor, 'extract'>;

const largestPage = 5 * 1024 * 1024;
const atOnce = 4;
const htmlTypes = /^(?:text\/html|application\/xhtml\+xml)$/;

/** Pages by their addresses, several at once. A site that asks to slow down fails the whole reading. */
export async function readPages(
  visits: Visits,
  extractor: Extractor,
  visitor: Visitor,
  externalIds: readonly string[],
): Promise<readonly Fetched[]> {
  const found = new Map<string, Fetched>();
  const left = [...new Set(externalIds)];
  const work = async (): Promise<void> => {
    for (let externalId = left.shift(); externalId !== undefined; externalId = left.shift())
      found.set(externalId, await readPage(visits, extractor, visitor, externalId));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return externalIds.map((externalId) => found.get(externalId) ?? { externalId, state: 'gone' });
}

async function readPage(
  visits: Visits,
  extractor: Extractor,
  visitor: Visitor,
  externalId: string,
): Promise<Fetched> {
  // What the source no longer names, or robots.txt no longer allows, is out of it.
  const url = canonicalAddress(externalId);
  try {
    if (url === undefined || (await visits.reasonToSkip(visitor, url)) !== undefined)
      return { externalId, state: 'gone' };
    const answer = await visits.get(visitor, url, {
      accept: 'text/html, application/xhtml+xml, text/plain;q=0.8',
      limit: largestPage,
    });
    if (answer.status !== 200) return { externalId, state: 'gone' };
    return await found(extractor, visitor, externalId, answer);
  } catch (error) {
    if (visitor.signal.aborted) throw visitor.signal.reason;
    if (!(error instanceof ProblemError) || error.type === 'site-rate-limited') throw error;
    return { externalId, state: 'failed', problem: error.type };
  }
}

async function found(
  extractor: Extractor,
  visitor: Visitor,
  externalId: string,
  answer: Visited,
): Promise<Fetched> {
  const [type = '', ...parameters] = (answer.headers.get('content-type') ?? '').toLowerCase().split(';');
  const isHtml = htmlTypes.test(type.trim());
  const unreadable: Fetched = { externalId, state: 'failed', problem: 'site-unreadable' };
  if (answer.isTooLong || !(isHtml || type.trim() === 'text/plain')) return unreadable;
  const charset = parameters.map((part) => /^\s*charset="?([\w-]+)"?\s*$/.exec(part)?.[1]).find(Boolean);
  const text = decoded(answer.bytes, charset ?? (isHtml ? charsetIn(answer.bytes) : undefined));
  const head = isHtml ? headOf(text) : { isWithheld: false, canonical: undefined };
  if (head.isWithheld || isNoIndex(answer.headers.get('x-robots-tag') ?? ''))
    return { externalId, state: 'failed', problem: 'site-refused' };
  const document = await documentOf(
    extractor,
    visitor,
    `${titleFrom(answer.url)}${isHtml ? '.html' : '.txt'}`,
    text,
  );
  if (document === undefined) return unreadable;
  const canonical = canonicalAddress(head.canonical ?? '', answer.url);
  const modified = Date.parse(answer.headers.get('last-modified') ?? '');
  return {
    externalId,
    state: 'found',
    url:
      head.canonical !== undefined && canonical !== undefined && visitor.hosts.has(canonical)
        ? canonical
        : answer.url,
    version: createHash('sha256').update(text).digest('base64url'),
    updatedAt: Number.isNaN(modified) ? null : new Date(modified).toISOString(),
    public: true,
    document,
  };
}

/** What a stranger's page says, found out apart from the server; undefined when it cannot be read. */
async function documentOf(
  extractor: Extractor,
  { signal }: Visitor,
  name: string,
  text: string,
): Promise<Transient<KnowledgeDocument> | undefined> {
  // The mark says UTF-8, whatever the page says of itself. Characters that no text has stand on careless pages.
  const bytes = Buffer.from(`\uFEFF${text.replace(/[\0-\x06\x0E-\x1A\x7F]/g, '')}`);
  const extraction = await extractor.extract({ name, bytes }, signal);
  if (extraction.kind === 'read') return extraction.document;
  return extraction.reason === 'no-text' ? Transient.of({ title: '', blocks: [] }) : undefined;
}

/** The last word of an address, for a page that has no title. */
function titleFrom(address: string): string {
  const { pathname, hostname } = new URL(address);
  const segment = pathname.split('/').findLast((part) => part !== '') ?? '';
  const word = removeInvisible(decodedSegment(segment)).text.replace(/[\p{Cc}/\\]/gu, ' ');
  return (
    word
      .replace(/\.(?:x?html?|txt)$/i, '')
      .slice(0, 100)
      .trim() || hostname
  );
}

function decodedSegment(segment: string): string {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
}

function decoded(bytes: Uint8Array, charset: string | undefined): string {
  try {
    return new TextDecoder(charset ?? 'utf-8').decode(bytes);
  } catch {
    return new TextDecoder().decode(bytes);
  }
}

/** The charset a page names in its first kilobyte. */
function charsetIn(bytes: Uint8Array): string | undefined {
  const start = Buffer.from(bytes.subarray(0, 1024)).toString('latin1');
  return /<meta[^>]{0,200}charset\s*=\s*["']?\s*([\w-]+)/i.exec(start)?.[1];
}

const isNoIndex = (rules: string): boolean => /(?:^|[\s,:])(?:noindex|none)(?:$|[\s,])/i.test(rules);

/** What a page says of itself in its head. */
function headOf(html: string): { readonly isWithheld: boolean; readonly canonical: string | undefined } {
  const head = html.slice(0, 100_000).split(/<body[\s>]/i, 1)[0] ?? '';
  const tags = head.match(/<(?:meta|link)\s[^>]{1,2000}>/gi) ?? [];
  const attribute = (tag: string, name: string): string | undefined =>
    new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)'|([^\\s>]+))`, 'i')
      .exec(tag)
      ?.slice(1)
      .find((value) => value !== undefined);
  const robots = tags.filter((tag) => /^(?:robots|indeskbot)$/i.test(attribute(tag, 'name') ?? ''));
  const canonical = tags.find((tag) => attribute(tag, 'rel')?.toLowerCase() === 'canonical');
  return {
    isWithheld: robots.some((tag) => isNoIndex(attribute(tag, 'content') ?? '')),
    canonical: canonical && attribute(canonical, 'href')?.replaceAll('&amp;', '&'),
  };
}
