import { detectLanguage } from '../copilot/evidence/language.ts';
import { Transient } from '../kernel/transient.ts';
import type { Conversation } from './conversation.ts';

/** ISO 639-1: what the detector knows. A language comes out of a message as a place in this list, and nothing else of it does. */
const known =
  'am ar az be bg bn ca cs da de el en es et eu fa fi fr gu he hi hr hu hy is it ja ka kn ko ku lo lt lv ml mr ms nl no or pa pl pt ro ru sk sl sq sr sv ta te th tl tr uk ur vi yo zh'.split(
    ' ',
  );

const baseOf = (language: string): string => language.split('-')[0]?.toLowerCase() ?? '';

/**
 * The language to answer in: the one the message is surely written in, else the one of the conversation, else the page's.
 * Where the AI agent may speak only some, another is answered in the first of them.
 */
export function languageFor(
  conversation: Transient<Conversation>,
  message: Transient<string>,
  locale: string,
  allowed: readonly string[],
): string {
  const at = Transient.all([conversation, message]).measure(([before, text]) => {
    const said = detectLanguage(text, allowed.length === 0 ? undefined : allowed.map(baseOf));
    if (said.sure && said.language !== null) return known.indexOf(said.language);
    return before.language === null ? -1 : known.indexOf(before.language);
  });
  const found = known[at] ?? baseOf(locale);
  if (allowed.length === 0) return found;
  return allowed.some((language) => baseOf(language) === found) ? found : baseOf(allowed[0] ?? 'en');
}
