import { notFound, parameterMissing } from './api-error.ts';
import { escapeHtml, htmlToText } from './html-text.ts';
import { paginate } from './pagination.ts';
import { articlePage } from './present.ts';
import { tokenize } from './tokenize.ts';
import { idAt, listParameter, ok } from './simulation.ts';
import type { Answer, Call, Route, Simulation } from './simulation.ts';
import type { Article, Json } from './model.ts';

const SNIPPET_WORDS = 30;

type ArticleTerms = { readonly title: ReadonlySet<string>; readonly body: ReadonlySet<string> };

// Articles never change while the simulator runs, so their terms are worked out once.
const ARTICLE_TERMS = new WeakMap<Article, ArticleTerms>();

/** Endpoints of the Help Center: articles by locale, search with snippets, changes since a time, public pages. */
export function helpCenterRoutes(simulation: Simulation): Route[] {
  const read = { method: 'GET', scope: 'hc', open: true };
  return [
    { ...read, path: '/api/v2/help_center/articles/search', handle: (call) => search(simulation, call) },
    {
      ...read,
      path: '/api/v2/help_center/incremental/articles',
      open: false,
      handle: (call) => incremental(simulation, call),
    },
    { ...read, path: '/api/v2/help_center/articles', handle: (call) => list(simulation, call, null) },
    {
      ...read,
      path: '/api/v2/help_center/articles/:id',
      handle: (call) => show(simulation, call, idAt(call), null),
    },
    {
      ...read,
      path: '/api/v2/help_center/:name/articles',
      handle: (call) => list(simulation, call, call.parts[0] ?? null),
    },
    {
      ...read,
      path: '/api/v2/help_center/:name/articles/:id',
      handle: (call) => show(simulation, call, idAt(call, 1), call.parts[0] ?? null),
    },
    {
      ...read,
      path: '/api/v2/help_center/locales',
      handle: () => ok({ locales: locales(simulation), default_locale: locales(simulation)[0] ?? 'en-us' }),
    },
    { ...read, path: '/api/v2/help_center/:name/sections', handle: (call) => ok(sections(simulation, call)) },
    { ...read, path: '/api/v2/help_center/sections', handle: (call) => ok(sections(simulation, call)) },
    { ...read, path: '/hc/:name/articles/:name', handle: (call) => publicPage(simulation, call) },
  ];
}

// Without credentials only what every visitor may read; with them drafts and restricted articles too.
function readable(simulation: Simulation, call: Call, locale: string | null): Article[] {
  const all = call.caller !== null;
  return [...simulation.account.articles.values()].filter(
    (article) =>
      (all || (!article.draft && article.userSegmentId === null)) &&
      (locale === null || locale === '*' || article.locale === locale.toLowerCase()),
  );
}

function list(simulation: Simulation, call: Call, locale: string | null): Answer {
  const labels = listParameter(call.url, 'label_names');
  const by = call.url.searchParams.get('sort_by') ?? 'position';
  const articles = readable(simulation, call, locale).filter(
    (article) => labels.length === 0 || labels.some((label) => article.labels.includes(label)),
  );
  const key = (article: Article): string | number => {
    if (by === 'title') return article.title;
    if (by === 'created_at') return article.createdAt;
    return by === 'updated_at' || by === 'edited_at' ? article.updatedAt : article.id;
  };
  const direction = call.url.searchParams.get('sort_order') === 'desc' ? -1 : 1;
  articles.sort((left, right) => (key(left) < key(right) ? -direction : direction));
  const page = paginate(articles, call.url, simulation.origin, { standard: 30 });
  return ok({
    articles: page.items.map(simulation.present.article),
    ...sideload(simulation, call, page.items),
    ...page.about,
  });
}

function sideload(simulation: Simulation, call: Call, articles: readonly Article[]): Json {
  const wanted = listParameter(call.url, 'include');
  if (!wanted.includes('sections')) return {};
  const ids = new Set(articles.map((article) => article.sectionId));
  return { sections: allSections(simulation).filter((section) => ids.has(Number(section['id']))) };
}

function show(simulation: Simulation, call: Call, id: number, locale: string | null): Answer {
  const article = readable(simulation, call, locale).find((candidate) => candidate.id === id);
  if (article === undefined) throw notFound();
  return ok({ article: simulation.present.article(article) });
}

function search(simulation: Simulation, call: Call): Answer {
  const query = call.url.searchParams.get('query');
  const labels = listParameter(call.url, 'label_names');
  const section = call.url.searchParams.get('section');
  if (query === null && labels.length === 0 && section === null) throw parameterMissing('query');
  const words = [...new Set(tokenize(query ?? ''))];
  const updatedAfter = call.url.searchParams.get('updated_after') ?? '';
  const scored = readable(simulation, call, call.url.searchParams.get('locale'))
    .filter((article) => labels.length === 0 || labels.some((label) => article.labels.includes(label)))
    .filter((article) => section === null || String(article.sectionId) === section)
    .filter((article) => article.updatedAt.slice(0, updatedAfter.length) >= updatedAfter)
    .map((article) => ({ article, score: scoreArticle(article, words) }))
    .filter((found) => words.length === 0 || found.score > 0)
    .sort((left, right) => right.score - left.score || left.article.id - right.article.id)
    .slice(0, 1_000);
  const page = paginate(scored, call.url, simulation.origin, { standard: 25, offsetOnly: true });
  const results = page.items.map(({ article }) => ({
    ...simulation.present.article(article),
    result_type: 'article',
    snippet: snippetOf(article, words),
  }));
  return ok({ results, ...page.about });
}

// Help Center search ranks by how many of the words occur; unlike ticket search it does not need all of them.
function scoreArticle(article: Article, words: readonly string[]): number {
  const { title, body } = termsOf(article);
  return words.reduce((sum, word) => sum + (title.has(word) ? 3 : 0) + (body.has(word) ? 1 : 0), 0);
}

function termsOf(article: Article): ArticleTerms {
  const known = ARTICLE_TERMS.get(article);
  if (known !== undefined) return known;
  const terms = {
    title: new Set(tokenize(`${article.title} ${article.labels.join(' ')}`)),
    body: new Set(tokenize(htmlToText(article.body))),
  };
  ARTICLE_TERMS.set(article, terms);
  return terms;
}

function snippetOf(article: Article, words: readonly string[]): string {
  const wanted = new Set(words);
  const parts = htmlToText(article.body).split(/\s+/);
  const hits = (part: string): boolean => tokenize(part).some((term) => wanted.has(term));
  const first = Math.max(0, parts.findIndex(hits) - 5);
  const shown = parts
    .slice(first, first + SNIPPET_WORDS)
    .map((part) => (hits(part) ? `<em>${escapeHtml(part)}</em>` : escapeHtml(part)));
  return `${first > 0 ? '…' : ''}${shown.join(' ')}…`;
}

function incremental(simulation: Simulation, call: Call): Answer {
  const start = Number(call.url.searchParams.get('start_time') ?? 0);
  const articles = readable(simulation, call, null)
    .filter((article) => Date.parse(article.updatedAt) >= start * 1000)
    .sort((left, right) => (left.updatedAt < right.updatedAt ? -1 : 1));
  const last = articles.at(-1);
  const end_time = last === undefined ? start : Math.floor(Date.parse(last.updatedAt) / 1000);
  const withTranslations = listParameter(call.url, 'include').includes('translations');
  return ok({
    articles: articles.map((article) => ({
      ...simulation.present.article(article),
      ...(withTranslations && { translations: [translationOf(article)] }),
    })),
    count: articles.length,
    end_time,
    next_page: null,
  });
}

// Each article of the simulator is written in one language.
function translationOf(article: Article): Json {
  return {
    id: article.id * 10,
    source_id: article.id,
    source_type: 'Article',
    locale: article.locale,
    title: article.title,
    draft: article.draft,
    outdated: false,
    hidden: false,
    created_at: article.createdAt,
    updated_at: article.updatedAt,
  };
}

function locales(simulation: Simulation): string[] {
  return [...new Set([...simulation.account.articles.values()].map((article) => article.locale))];
}

function allSections(simulation: Simulation): Json[] {
  const seen = new Map<number, Json>();
  for (const article of simulation.account.articles.values()) {
    seen.set(article.sectionId, {
      id: article.sectionId,
      name: article.section,
      locale: article.locale,
      category_id: 1,
      position: 0,
    });
  }
  return [...seen.values()];
}

function sections(simulation: Simulation, call: Call): Json {
  const page = paginate(allSections(simulation), call.url, simulation.origin, { standard: 30 });
  return { sections: page.items, ...page.about };
}

function publicPage(simulation: Simulation, call: Call): Answer {
  const article = simulation.account.articles.get(Number.parseInt(call.parts[1] ?? '', 10));
  if (article === undefined || article.draft || article.userSegmentId !== null) throw notFound();
  return { status: 200, text: articlePage(article), headers: { 'Content-Type': 'text/html; charset=utf-8' } };
}
