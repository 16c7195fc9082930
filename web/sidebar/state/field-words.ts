import { en } from '../strings/en.ts';
import type { StringKey, Translate } from '../strings/translate.ts';

/** A field in the words of the screen; one we have no word for keeps the name it came with. */
export const fieldName = (field: string, t: Translate, given = field): string =>
  wordFor(`field.${field}`, t) ?? given;

const worded: ReadonlySet<string> = new Set(['type', 'priority', 'status']);

/** A value of a standard field in the words of the screen; others keep the name Zendesk gives them. */
export const valueName = (field: string, value: string, given: string, t: Translate): string =>
  (worded.has(field) ? wordFor(`value.${value}`, t) : null) ?? given;

function wordFor(key: string, t: Translate): string | null {
  return Object.hasOwn(en, key) ? t(key as StringKey) : null;
}

/** Numbers of tickets as evidence: `#1012, #1020`. */
export const ticketNumbers = (tickets: readonly { readonly id: number }[], most = 3): string =>
  tickets
    .slice(0, most)
    .map(({ id }) => `#${id}`)
    .join(', ');
