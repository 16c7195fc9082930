import type { MacroDocument, MacroRestriction } from '../../services/macros/macro-text.ts';
import type { AcceptanceModel } from '../evidence/macro-acceptance.ts';
import { indexReplies, type ReplyIndex } from '../evidence/reply-match.ts';
import { readText } from '../ranking/text-features.ts';

/** A macro ready to be suggested. */
export interface KnownMacro extends MacroDocument {
  readonly id: number;
  readonly restriction: MacroRestriction | null;
}

/** The active macros of an account with the index of their texts, and what agents did with them. */
export interface MacroLibrary {
  readonly macros: readonly KnownMacro[];
  /** Replies of the index are the macros, in their order. */
  readonly index: ReplyIndex;
  readonly acceptance: AcceptanceModel;
}

export function buildLibrary(macros: readonly KnownMacro[], acceptance: AcceptanceModel): MacroLibrary {
  return { macros, index: indexReplies(macros.map((macro) => readText(textOf(macro)))), acceptance };
}

/** What a macro is found by: title twice, because it names the case, description, and what it writes and tags. */
export function textOf({ title, description, actions }: MacroDocument): string {
  const name = title.replaceAll('::', ' ');
  const written = actions.flatMap(({ field, value }) => {
    const text = Array.isArray(value) ? value.at(-1) : value;
    if (typeof text !== 'string') return [];
    if (field === 'comment_value' || field === 'subject') return [text];
    if (field === 'comment_value_html') return [text.replace(/<[^>]*>/g, ' ')];
    return field === 'current_tags' || field === 'set_tags' ? [text.replaceAll('_', ' ')] : [];
  });
  return [name, name, description ?? '', ...written].join('\n').replace(/\{\{[^}]*\}\}/g, ' ');
}

const names: readonly (readonly [RegExp, string])[] = [
  [/^comment_(?:value|value_html|mode_is_public)$/, 'comment'],
  [/^(?:current|set|remove)_tags$/, 'tags'],
];

/** The fields a macro changes, each once, as Zendesk names them in a ticket. */
export const changedFields = ({ actions }: MacroDocument): string[] => [
  ...new Set(actions.map(({ field }) => names.find(([pattern]) => pattern.test(field))?.[1] ?? field)),
];
