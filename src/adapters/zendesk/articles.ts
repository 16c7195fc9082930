import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Transient } from '../../kernel/transient.ts';
import type { Article, HelpDeskCall } from '../../ports/help-desk.ts';
import { articleText } from './comment-text.ts';
import { visibleLine } from '../../kernel/invisible-characters.ts';
import type { ZendeskRequests } from './request.ts';
import { searchInSets } from './search.ts';

const zendeskArticle = z.object({
  id: z.number(),
  title: z.string().nullish(),
  body: z.string().nullish(),
  html_url: z.string(),
  locale: z.string(),
  // What does not say that it is published and open is neither.
  draft: z.boolean().catch(true),
  user_segment_id: z.number().nullable().catch(0),
  user_segment_ids: z.array(z.number()).nullish(),
  updated_at: z.string(),
});
const articlesAnswer = z.object({ results: z.array(zendeskArticle.nullable().catch(null)) });

/** Help Center articles for the words; an account without a Help Center has none. */
export function searchArticles(
  requests: ZendeskRequests,
  call: HelpDeskCall,
  words: Transient<readonly string[]>,
  options: { readonly locale: string | null; readonly limit: number },
): Promise<Transient<readonly Article[]>> {
  const { brandIds } = call.connection;
  const brand: Record<string, string> = brandIds?.length === 1 ? { brand_id: String(brandIds[0]) } : {};
  return searchInSets(words, options.limit, async (set) => {
    const query = {
      query: set.join(' '),
      locale: options.locale ?? '*',
      per_page: String(Math.min(Math.max(options.limit, 1), 100)),
      ...brand,
    };
    try {
      const { results } = await requests.json(
        call,
        { operation: 'search-articles', path: 'help_center/articles/search', query, missing: 'not-found' },
        articlesAnswer,
      );
      return results.flatMap((raw) => (raw === null ? [] : [toArticle(raw)]));
    } catch (error) {
      if (error instanceof ProblemError && error.type === 'not-found') return [];
      throw error;
    }
  });
}

function toArticle(raw: z.infer<typeof zendeskArticle>): Article {
  return {
    id: raw.id,
    title: visibleLine(raw.title ?? ''),
    text: articleText(raw.body ?? ''),
    url: raw.html_url,
    locale: raw.locale,
    public: !raw.draft && raw.user_segment_id === null && (raw.user_segment_ids ?? []).length === 0,
    updatedAt: raw.updated_at,
  };
}
