import { z } from 'zod';
import { htmlToDocument } from '../../kernel/html/html-to-document.ts';
import { visibleLine } from '../../kernel/invisible-characters.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type {
  Fetched,
  HelpCenterSource,
  KnowledgeBase,
  LocatorPage,
  SiteCall,
} from '../../ports/knowledge-base.ts';
import { articleShape, deskCall, isPublic, isWanted, locatorOf } from './help-center-articles.ts';
import { changedArticles } from './help-center-changes.ts';
import { searchHelpCenter } from './help-center-search.ts';
import type { ZendeskRequests } from './request.ts';

const articlesAnswer = z.object({
  // One odd record does not cost the others.
  articles: z.array(articleShape.nullable().catch(null)),
  meta: z.object({ has_more: z.boolean(), after_cursor: z.string().nullish() }).nullish(),
});
const articleAnswer = z.object({ article: articleShape });
const localesAnswer = z.object({ locales: z.array(z.string()) });

/** Which languages are left, and where in the first of them. */
const Place = z.object({ locales: z.array(z.string()).max(200), after: z.string().nullable() });
type Place = z.infer<typeof Place>;

const partSize = '100';
const atOnce = 4;

/** Published articles of the Help Center as knowledge; those for some people only come with `public` false. Drafts do not exist here. */
export function createHelpCenter(requests: ZendeskRequests): KnowledgeBase<HelpCenterSource> {
  return {
    list: (call, cursor) => listArticles(requests, call, cursor),
    read: (call, externalIds) => readArticles(requests, call, externalIds),
    changedSince: (call, since, cursor) => changedArticles(requests, call, since, cursor),
    search: (call, words, options) => searchHelpCenter(requests, call, words, options),
  };
}

async function listArticles(
  requests: ZendeskRequests,
  call: SiteCall<HelpCenterSource>,
  cursor: string | null,
): Promise<LocatorPage> {
  const place =
    cursor === null ? { locales: [...(await localesOf(requests, call))], after: null } : placeFrom(cursor);
  const [locale, ...others] = place.locales;
  if (locale === undefined) return { locators: [], next: null, skipped: [] };
  const { articles, meta } = await requests.json(
    deskCall(call),
    {
      operation: 'articles',
      path: `help_center/${encodeURIComponent(locale)}/articles`,
      query: { 'page[size]': partSize, ...(place.after !== null && { 'page[after]': place.after }) },
      missing: 'zendesk-forbidden',
    },
    articlesAnswer,
  );
  const after = meta?.has_more === true ? (meta.after_cursor ?? null) : null;
  const next: Place | null =
    after !== null
      ? { locales: place.locales, after }
      : others.length > 0
        ? { locales: others, after: null }
        : null;
  return {
    locators: articles.flatMap((article) => (article === null || article.draft ? [] : [locatorOf(article)])),
    next: next && JSON.stringify(next),
    skipped: [],
  };
}

async function localesOf(
  requests: ZendeskRequests,
  call: SiteCall<HelpCenterSource>,
): Promise<readonly string[]> {
  if (call.source.locales.length > 0) return call.source.locales;
  const { locales } = await requests.json(
    deskCall(call),
    { operation: 'article-locales', path: 'help_center/locales', missing: 'zendesk-forbidden' },
    localesAnswer,
  );
  return locales.map((locale) => locale.toLowerCase());
}

async function readArticles(
  requests: ZendeskRequests,
  call: SiteCall<HelpCenterSource>,
  externalIds: readonly string[],
): Promise<readonly Fetched[]> {
  const found = new Map<string, Fetched>();
  const left = [...new Set(externalIds)];
  const work = async (): Promise<void> => {
    for (let externalId = left.shift(); externalId !== undefined; externalId = left.shift())
      found.set(externalId, await readArticle(requests, call, externalId));
  };
  await Promise.all(Array.from({ length: atOnce }, work));
  return externalIds.map((externalId) => found.get(externalId) ?? { externalId, state: 'gone' });
}

async function readArticle(
  requests: ZendeskRequests,
  call: SiteCall<HelpCenterSource>,
  externalId: string,
): Promise<Fetched> {
  const [, locale, id] = /^([a-z]{2,3}(?:-[a-z0-9]{2,8})*)\/(\d{1,18})$/.exec(externalId) ?? [];
  if (locale === undefined || !isWanted(call.source, locale)) return { externalId, state: 'gone' };
  try {
    const { article } = await requests.json(
      deskCall(call),
      { operation: 'article', path: `help_center/${locale}/articles/${id}`, missing: 'not-found' },
      articleAnswer,
    );
    if (article.draft || article.locale.toLowerCase() !== locale) return { externalId, state: 'gone' };
    const { url, version, updatedAt } = locatorOf(article);
    return {
      externalId,
      state: 'found',
      url,
      version: version ?? article.updated_at,
      updatedAt,
      public: isPublic(article),
      document: Transient.of(htmlToDocument(article.body ?? '', visibleLine(article.title ?? ''))),
    };
  } catch (error) {
    if (!(error instanceof ProblemError)) throw error;
    if (error.type === 'not-found') return { externalId, state: 'gone' };
    if (error.type !== 'zendesk-unavailable') throw error;
    return { externalId, state: 'failed', problem: error.type };
  }
}

function placeFrom(cursor: string): Place {
  try {
    return Place.parse(JSON.parse(cursor));
  } catch {
    throw new ProblemError('invalid-request', { detail: 'The place to go on from cannot be read.' });
  }
}
