import { describe, expect, it } from 'vitest';
import { longestMessage as ofContract } from '../../../src/contract/chat.ts';
import { longestMessage } from '../frame/limits.ts';
import { en } from './en.ts';
import { launcherStrings, widgetLanguage, widgetLanguages } from './launcher.ts';
import { stringsOf } from './strings.ts';

const said = (text: unknown): string => (typeof text === 'function' ? String(text('7', '9')) : String(text));

describe('the words of the widget', () => {
  it.each(widgetLanguages)('are whole in %s, and not English by mistake', (language) => {
    const words = stringsOf(language);
    expect(Object.keys(words).sort()).toEqual(Object.keys(en).sort());
    for (const text of Object.values(words)) expect(said(text).trim()).not.toBe('');
    if (language === 'en') return;
    const same = Object.entries(words).filter(
      ([key, text]) => said(text) === said(en[key as keyof typeof en]),
    );
    // "Name", "Conversation" and "Sources" are words of more than one language.
    expect(
      same.map(([key]) => key).filter((key) => !['name', 'conversation', 'sources'].includes(key)),
    ).toEqual([]);
    expect(launcherStrings(language).close).not.toBe(launcherStrings('en').close);
  });

  it('are those of the page where the AI agent speaks its language, else of the AI agent', () => {
    expect(widgetLanguage('de-AT', [])).toBe('de');
    expect(widgetLanguage('de', ['en', 'es'])).toBe('en');
    expect(widgetLanguage('de', ['nl', 'es'])).toBe('es');
    expect(widgetLanguage('nl', [])).toBe('en');
    expect(widgetLanguage('AR', [])).toBe('ar');
  });
});

it('the frame knows the limit of the contract', () => {
  expect(longestMessage).toBe(ofContract);
});
