import * as stopwords from 'stopword';

const segmenter = new Intl.Segmenter(undefined, { granularity: 'word' });
const common = new Set(
  [
    stopwords.eng,
    stopwords.deu,
    stopwords.spa,
    stopwords.ara,
    stopwords.jpn,
    stopwords.fra,
    stopwords.ita,
    stopwords.por,
    stopwords.hrv,
    stopwords.nld,
    stopwords.rus,
  ]
    .flat()
    .map((word) => fold(word)),
);
const courtesy = new Set(
  [
    'hello',
    'hi',
    'dear',
    'thanks',
    'thank',
    'please',
    'regards',
    'best',
    'kind',
    'hey',
    'help',
    'team',
    'support',
    'hallo',
    'guten',
    'tag',
    'danke',
    'bitte',
    'grüße',
    'liebe',
    'hola',
    'gracias',
    'saludos',
    'hvala',
    'pozdrav',
    'molim',
    'dobar',
    'dan',
  ].map(fold),
);

/** A word as words are compared: without accents and capitals. */
export function fold(word: string): string {
  return word.normalize('NFKD').replace(/\p{M}/gu, '').replaceAll('’', "'").toLowerCase();
}

/**
 * A light stem: enough to bring singular and plural, and common endings of English and German, together.
 * "deliveries" meets "delivered", "versions" meets "version", "running" meets "run".
 */
export function stem(word: string): string {
  if (word.length <= 3 || /[^a-z]/.test(word)) return word;
  const singular = word.replace(/ie[sd]$/, 'y').replace(/([^s])s$/, '$1');
  if (singular.length <= 4) return singular;
  const bare = singular.replace(/(?:ingly|edly|ing|ed|es|en|er|n|e|y)$/, '');
  if (bare === singular || bare.length < 3) return singular;
  return bare.replace(/([bdfgkmnprt])\1$/, '$1');
}

/** Whether a folded word says nothing of what a text is about. */
export function isFunctionWord(folded: string): boolean {
  return common.has(folded) || courtesy.has(folded);
}

export interface WrittenTerm {
  readonly term: string;
  /** As it stands in the text, at this place. */
  readonly written: string;
  readonly at: number;
}

/** The words of a text as they are compared, each with how and where it is written. */
export function writtenTerms(text: string): WrittenTerm[] {
  const found: WrittenTerm[] = [];
  for (const { segment, isWordLike, index } of segmenter.segment(text.slice(0, 60_000))) {
    if (isWordLike !== true) continue;
    const word = fold(segment);
    if (word.length < 2 && !/\p{Script=Han}/u.test(word)) continue;
    if (common.has(word) || courtesy.has(word)) continue;
    found.push({ term: stem(word), written: segment, at: index });
  }
  return found;
}

/** The words of a text as they are compared: folded, stemmed, without function words; numbers and codes are kept. */
export function terms(text: string): string[] {
  return writtenTerms(text).map(({ term }) => term);
}

/** Words to give to a search engine that wants each of them: as written, the most telling first. Codes, names of people and links are left out. */
export function searchWords(
  texts: readonly { readonly text: string; readonly weight: number }[],
  limit: number,
): string[] {
  const scores = new Map<string, { score: number; written: string }>();
  for (const { text, weight } of texts) {
    const counts = new Map<string, { count: number; written: string }>();
    for (const { segment, isWordLike } of segmenter.segment(
      text.replace(/https?:\/\/\S+|\S+@\S+/g, ' ').slice(0, 20_000),
    )) {
      if (isWordLike !== true) continue;
      const word = fold(segment);
      if (word.length < 3 && !/\p{Script=Han}|\p{Script=Katakana}|\p{Script=Hiragana}/u.test(word)) continue;
      if (common.has(word) || courtesy.has(word) || /\d/.test(word)) continue;
      const key = stem(word);
      const known = counts.get(key);
      if (known === undefined) counts.set(key, { count: 1, written: segment });
      else known.count += 1;
    }
    for (const [key, { count, written }] of counts) {
      const known = scores.get(key);
      const score = weight * Math.log1p(count) * Math.min(1.5, 0.5 + written.length / 10);
      if (known === undefined) scores.set(key, { score, written });
      else known.score += score;
    }
  }
  return [...scores.values()]
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ written }) => written.toLowerCase());
}
