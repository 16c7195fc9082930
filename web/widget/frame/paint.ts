import type { WidgetLook } from '../../../src/contract/chat.ts';

const rightToLeft: readonly string[] = ['ar'];

/** Gives the page the AI agent's colours, the chosen theme and the language's direction. */
export function paint(page: Document, look: WidgetLook, language: string): void {
  const { documentElement: html } = page;
  html.lang = language;
  html.dir = rightToLeft.includes(language) ? 'rtl' : 'ltr';
  html.dataset['theme'] = look.theme;
  html.style.setProperty('--colour', look.colour);
  html.style.setProperty('--on-colour', look.textColour);
}
