import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import { reveal } from '../../kernel/reveal.ts';
import type { Transient } from '../../kernel/transient.ts';
import type { HelpCenterSource, ScoredLocator, SiteCall } from '../../ports/knowledge-base.ts';
import { articleShape, deskCall, isWanted, locatorOf } from './help-center-articles.ts';
import type { ZendeskRequests } from './request.ts';
import { searchInSets } from './search.ts';

const searchAnswer = z.object({ results: z.array(articleShape.nullable().catch(null)) });

/** The Help Center's own search, in one language when it is known which; an account without a Help Center finds nothing. */
export async function searchHelpCenter(
  requests: ZendeskRequests,
  call: SiteCall<HelpCenterSource>,
  words: Transient<readonly string[]>,
  { locale, limit }: { readonly locale: string | null; readonly limit: number },
): Promise<readonly ScoredLocator[]> {
  const { source } = call;
  const [only, another] = source.locales;
  const asked = locale !== null && isWanted(source, locale) ? locale.toLowerCase() : undefined;
  const inLocale = asked ?? (another === undefined ? only : undefined) ?? '*';
  const found = await searchInSets(words, limit, async (set) => {
    try {
      const { results } = await requests.json(
        deskCall(call),
        {
          operation: 'search-articles',
          path: 'help_center/articles/search',
          query: {
            query: set.join(' '),
            locale: inLocale,
            per_page: String(Math.min(Math.max(limit, 1), 100)),
          },
          missing: 'not-found',
        },
        searchAnswer,
      );
      return results.flatMap((article) =>
        article === null || article.draft || !isWanted(source, article.locale)
          ? []
          : [{ id: article.id, locator: locatorOf(article) }],
      );
    } catch (error) {
      if (error instanceof ProblemError && error.type === 'not-found') return [];
      throw error;
    }
  });
  return reveal(found, 'help-desk').map(({ locator }, place) => ({ ...locator, score: 1 / (1 + place) }));
}
