import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { ChangePage, HelpCenterSource, Locator, SiteCall } from '../../ports/knowledge-base.ts';
import { articleShape, deskCall, isWanted, locatorOf, type RawArticle } from './help-center-articles.ts';
import type { ZendeskRequests } from './request.ts';

const changesAnswer = z.object({
  articles: z.array(
    articleShape
      .extend({
        translations: z
          .array(z.object({ locale: z.string(), draft: z.boolean().catch(true) }))
          .nullish()
          .catch(null),
      })
      .nullable()
      .catch(null),
  ),
  end_time: z.number().nullish(),
  next_page: z.string().nullish(),
});
type Changed = RawArticle & {
  readonly translations?: readonly { readonly locale: string; readonly draft: boolean }[] | null | undefined;
};

const overlapSeconds = 5 * 60;

/** Articles changed since then, by Zendesk's incremental export; what was unpublished is gone. */
export async function changedArticles(
  requests: ZendeskRequests,
  call: SiteCall<HelpCenterSource>,
  since: string,
  cursor: string | null,
): Promise<ChangePage> {
  const start = cursor === null ? Math.floor(Date.parse(since) / 1000) - overlapSeconds : Number(cursor);
  if (!Number.isInteger(start))
    throw new ProblemError('invalid-request', { detail: 'The time to begin at cannot be read.' });
  const { articles, end_time, next_page } = await requests.json(
    deskCall(call),
    {
      operation: 'article-changes',
      path: 'help_center/incremental/articles',
      query: { start_time: String(Math.max(0, start)), include: 'translations' },
      missing: 'zendesk-forbidden',
    },
    changesAnswer,
  );
  const known = articles.filter((article) => article !== null);
  const places = known.flatMap((article) => placesOf(call.source, article));
  const end = end_time ?? start;
  // A next part that begins where this one did would come again and again.
  const isOver = next_page === null || next_page === undefined || end <= start;
  return {
    locators: places.filter(({ isDraft }) => !isDraft).map(({ locator }) => locator),
    gone: places.filter(({ isDraft }) => isDraft).map(({ locator }) => locator.externalId),
    skipped: [],
    next: isOver ? null : String(end),
    until: isOver && known.length > 0 ? new Date(end * 1000).toISOString() : null,
  };
}

/** An article in each language it has and the source wants. */
function placesOf(
  source: HelpCenterSource,
  article: Changed,
): readonly { readonly locator: Locator; readonly isDraft: boolean }[] {
  const translations = article.translations ?? [];
  const inLocales =
    translations.length > 0 ? translations : [{ locale: article.locale, draft: article.draft }];
  return inLocales
    .filter(({ locale }) => isWanted(source, locale))
    .map(({ locale, draft }) => ({
      locator: locatorOf(article, locale),
      isDraft: draft || (article.draft && locale === article.locale),
    }));
}
