import { ar } from './ar.ts';
import { de } from './de.ts';
import { en, type WidgetStrings } from './en.ts';
import { es } from './es.ts';
import { fr } from './fr.ts';
import type { WidgetLanguage } from './launcher.ts';

const all: Readonly<Record<WidgetLanguage, WidgetStrings>> = { en, de, es, fr, ar };

/** The frame's words in a language of `widgetLanguages`. */
export const stringsOf = (language: string): WidgetStrings =>
  Object.hasOwn(all, language) ? all[language as WidgetLanguage] : en;
