import { problemTypes, type ProblemType } from '../../../src/kernel/problem-types.ts';
import { de } from './de.ts';
import { deProblems } from './de-problems.ts';
import { en } from './en.ts';

export type StringKey = keyof typeof en;
/** A counted phrase: its keys end in `.one` and `.other`. */
export type CountedKey = Extract<StringKey, `${string}.one`> extends `${infer Stem}.one` ? Stem : never;
export type ProblemWords = { readonly title: string; readonly wayOut: string };

/** The words of one screen language. */
export interface Translate {
  (key: StringKey, values?: Readonly<Record<string, string | number>>): string;
  count(stem: CountedKey, count: number): string;
  problem(slug: ProblemType): ProblemWords;
  /** The language tag of the screen, for numbers and dates. */
  readonly locale: string;
  /** The language of the words, for phrases the browser makes, such as "3 days ago". */
  readonly language: 'en' | 'de';
}

/** The words for a language tag; English where we have no catalogue. */
export function translateFor(locale: string): Translate {
  const german = locale.toLowerCase().split('-')[0] === 'de';
  const catalogue: Readonly<Record<StringKey, string>> = german ? de : en;
  const plural = new Intl.PluralRules(german ? 'de' : 'en');
  const translate = (key: StringKey, values: Readonly<Record<string, string | number>> = {}) =>
    catalogue[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  return Object.assign(translate, {
    count: (stem: CountedKey, count: number) =>
      translate(plural.select(count) === 'one' ? `${stem}.one` : `${stem}.other`, { count }),
    problem: (slug: ProblemType) => (german ? deProblems[slug] : problemTypes[slug]),
    language: german ? ('de' as const) : ('en' as const),
    locale: supported(locale) ? locale : german ? 'de' : 'en',
  });
}

function supported(locale: string): boolean {
  try {
    return Intl.NumberFormat.supportedLocalesOf(locale).length > 0;
  } catch {
    return false;
  }
}
