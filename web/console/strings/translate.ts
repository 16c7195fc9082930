import { problemTypes, type ProblemType } from '../../../src/kernel/problem-types.ts';
import { deProblems } from '../../sidebar/strings/de-problems.ts';
import { de } from './de.ts';
import { en } from './en.ts';

export type StringKey = keyof typeof en;

/** The words of one screen language. */
export interface Translate {
  (key: StringKey, values?: Readonly<Record<string, string | number>>): string;
  problem(slug: ProblemType): { readonly title: string; readonly wayOut: string };
  number(value: number, options?: Intl.NumberFormatOptions): string;
  /** An ISO 8601 time as the person writes it. */
  time(iso: string): string;
  readonly language: 'en' | 'de';
}

/** The words for a language tag; English where we have no catalogue. */
export function translateFor(tag: string): Translate {
  const language = tag.toLowerCase().startsWith('de') ? 'de' : 'en';
  const catalogue: Readonly<Record<StringKey, string>> = language === 'de' ? de : en;
  const translate = (key: StringKey, values: Readonly<Record<string, string | number>> = {}) =>
    catalogue[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
  const times = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  return Object.assign(translate, {
    problem: (slug: ProblemType) => (language === 'de' ? deProblems[slug] : problemTypes[slug]),
    number: (value: number, options?: Intl.NumberFormatOptions) =>
      new Intl.NumberFormat(language, options).format(value),
    time: (iso: string) => times.format(new Date(iso)),
    language: language as 'en' | 'de',
  });
}
