import type { Language } from './preferences.ts';
import { ARABIC } from './words-ar.ts';
import { GERMAN } from './words-de.ts';

/** Turns an English phrase of the desk into the chosen language; unknown phrases stay English. */
export type Words = (english: string) => string;

const ENGLISH: Readonly<Record<string, string>> = {
  'Submit as open': 'Submit as Open',
  'Submit as pending': 'Submit as Pending',
  'Submit as hold': 'Submit as On hold',
  'Submit as solved': 'Submit as Solved',
  'saved as open': 'saved as Open',
  'saved as pending': 'saved as Pending',
  'saved as hold': 'saved as On hold',
  'saved as solved': 'saved as Solved',
  hold: 'on hold',
};

const TABLES: Readonly<Record<Language, Readonly<Record<string, string>>>> = {
  en: ENGLISH,
  de: GERMAN,
  ar: ARABIC,
};

/** Builds the look-up for one language. */
export function createWords(language: Language): Words {
  const table = TABLES[language];
  return (english) => (Object.hasOwn(table, english) ? (table[english] ?? english) : english);
}
