import { z } from 'zod';
import type { HelpDeskCall } from '../../ports/help-desk.ts';
import type { HelpCenterSource, Locator, SiteCall } from '../../ports/knowledge-base.ts';

/** An article as the Help Center shows it in one language. */
export const articleShape = z.object({
  id: z.number().int(),
  title: z.string().nullish(),
  body: z.string().nullish(),
  html_url: z.string(),
  locale: z.string(),
  // What does not say that it is published and open is neither.
  draft: z.boolean().catch(true),
  user_segment_id: z.number().nullable().catch(0),
  user_segment_ids: z.array(z.number()).nullish().catch([0]),
  updated_at: z.string(),
  edited_at: z.string().nullish(),
});
export type RawArticle = z.infer<typeof articleShape>;

export const deskCall = ({ source, signal, onRoundTrip }: SiteCall<HelpCenterSource>): HelpDeskCall => ({
  connection: source.connection,
  signal,
  ...(onRoundTrip !== undefined && { onRoundTrip }),
});

/** Anybody may read it: published, and for no group of people. */
export function isPublic({ draft, user_segment_id, user_segment_ids }: RawArticle): boolean {
  return !draft && user_segment_id === null && (user_segment_ids ?? []).length === 0;
}

export const isWanted = ({ locales }: HelpCenterSource, locale: string): boolean =>
  locales.length === 0 || locales.includes(locale.toLowerCase());

/** Where an article is, without its title, which Zendesk writes into its address. */
export function locatorOf(article: RawArticle, inLocale?: string): Locator {
  const locale = (inLocale ?? article.locale).toLowerCase();
  const { origin } = new URL(article.html_url);
  return {
    externalId: `${locale}/${article.id}`,
    url: `${origin}/hc/${locale}/articles/${article.id}`,
    // Who may read it is part of it: an article that is closed to some has to be met anew.
    version: `${article.edited_at ?? article.updated_at} ${article.updated_at} ${isPublic(article) ? 'public' : 'restricted'}`,
    updatedAt: article.updated_at,
  };
}
