import { detectLanguage, phrasesFor, sentenceGap } from './language.ts';
import {
  contractions,
  fillers,
  fillerSentences,
  plainWords,
  typos,
  withReplacements,
} from './phrase-lists.ts';
import { isSmallTalk } from './sentences.ts';
import { termsOf } from './words.ts';

/** What a rewrite may do; `translate` is beyond this model and leaves the text as it is. */
export type RewriteMode =
  | 'fix-grammar'
  | 'shorten'
  | 'expand'
  | 'simplify'
  | 'friendlier'
  | 'formal'
  | 'translate'
  | 'custom';

const modes: ReadonlySet<string> = new Set([
  'fix-grammar',
  'shorten',
  'expand',
  'simplify',
  'friendlier',
  'formal',
  'translate',
  'custom',
]);
const isMode = (mode: string): mode is RewriteMode => modes.has(mode);

const untouchable =
  /https?:\/\/[^\s<>"]+|www\.[^\s<>"]+|[\w.+-]+@[\w-]+\.[\w.-]+|\{\{[^{}]*\}\}|\{[a-z_][\w.]*\}|%\(?\w*\)?[sd]\b|`[^`]*`|\[\d{1,3}\]|\d[\d.,:/-]*\d|\d/gi;

/** Runs a change over text whose links, placeholders and numbers are out of its reach. */
function aroundUntouchables(text: string, change: (text: string) => string): string {
  const kept: string[] = [];
  const masked = text.replace(untouchable, (part) => {
    kept.push(part);
    return `\ue000${String.fromCharCode(0xe100 + kept.length - 1)}`;
  });
  // More parts than marks would mix them up: such a text stays as it is.
  if (kept.length > 5_000) return text;
  return change(masked).replace(
    /\ue000([\ue100-\uf8ff])/g,
    (_, mark: string) => kept[(mark.codePointAt(0) ?? 0xe100) - 0xe100] ?? '',
  );
}

const tagPattern = /(<[^<>]+>)/;
const isHtml = (text: string): boolean => /<\/?[a-z][^<>]*>/i.test(text);
const opensBlock = (tag: string): boolean =>
  /^<\/?(?:p|div|li|ul|ol|br|h\d|td|th|tr|table|blockquote)\b/i.test(tag);

/** Changes the text of HTML and leaves its tags alone; plain text is changed as a whole. */
function overText(text: string, change: (text: string, startsSentence: boolean) => string): string {
  if (!isHtml(text)) return aroundUntouchables(text, (plain) => change(plain, true));
  let startsSentence = true;
  return text
    .split(tagPattern)
    .map((part, index) => {
      if (index % 2 === 1) {
        startsSentence ||= opensBlock(part);
        return part;
      }
      if (part.trim() === '') return part;
      const changed = aroundUntouchables(part, (plain) => change(plain, startsSentence));
      startsSentence = /[.!?]\s*$/.test(part);
      return changed;
    })
    .join('');
}

const isRealDouble = new Set(['that', 'had', 'die', 'der', 'das', 'sie', 'den', 'dem', 'nos']);

function fixGrammar(text: string, startsSentence: boolean, language: string): string {
  let fixed = text
    .replace(/(\p{L}{2,})(\s+)\1(?![\p{L}'’-])/giu, (whole, word: string, _space, at: number, all: string) =>
      isRealDouble.has(word.toLowerCase()) || /\p{L}/u.test(all[at - 1] ?? '') ? whole : word,
    )
    .replace(/([^\s])[ \t]{2,}/g, '$1 ')
    .replace(/[ \t]+([,.;!?])(?=\s|$)/g, '$1')
    .replace(/([,;])(?=\p{L})/gu, '$1 ')
    .replace(/!{2,}/g, '!')
    .replace(/\?{2,}/g, '?');
  fixed = withReplacements(fixed, typos[language] ?? []);
  if (language === 'en') fixed = fixed.replace(/(^|[\s("'])i(?=$|[\s,.;:!?)]|['’](?:m|ve|ll|d)\b)/g, '$1I');
  const starts = startsSentence ? /(^\s*|[.!?]\s+|\n\s*)(\p{Ll})/gu : /([.!?]\s+|\n\s*)(\p{Ll})/gu;
  return fixed.replace(starts, (whole, before: string, letter: string, at: number, all: string) =>
    // "e.g. this" is no new sentence, nor is a line that goes on after a comma.
    /(?:\be\.g|\bi\.e|\bz\. ?b|\bd\. ?h|\bca|\bbzw|\betc|,)\.?\s*$/i.test(
      all.slice(0, at + before.trimEnd().length),
    )
      ? whole
      : before + letter.toUpperCase(),
  );
}

const hasUntouchable = (sentence: string): boolean => sentence.includes('\ue000');

function shortenText(text: string, language: string): string {
  return text
    .split(/(\n+)/)
    .map((line, index) => {
      if (index % 2 === 1 || line.trim() === '') return line;
      const sentences = line.match(/[^.!?。！？؟]+[.!?。！？؟]*\s*/g) ?? [line];
      let kept = sentences.filter(
        (sentence) => hasUntouchable(sentence) || !fillerSentences.some((pattern) => pattern.test(sentence)),
      );
      if (kept.length > 3) {
        const droppable = kept
          .filter((sentence) => !hasUntouchable(sentence) && !isSmallTalk(sentence))
          .toSorted((one, other) => termsOf(one).length - termsOf(other).length);
        const dropped = new Set(droppable.slice(0, Math.floor(kept.length / 4)));
        kept = kept.filter((sentence) => !dropped.has(sentence));
      }
      const joined = withReplacements(
        kept.join(''),
        (fillers[language] ?? []).map((filler) => [filler, ''] as const),
      );
      return joined
        .replace(/[ \t]{2,}/g, ' ')
        .replace(/[ \t]+([,.;!?])/g, '$1')
        .replace(/^[\s,]+/, '')
        .replace(
          /(^|[.!?]\s+)(\p{Ll})/gu,
          (_, before: string, letter: string) => before + letter.toUpperCase(),
        );
    })
    .join('')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}

/** Puts a courtesy after the greeting and another before the signature, unless the text has them. */
function addCourtesies(text: string, language: string): string {
  const words = phrasesFor(language);
  const has = (phrase: string): boolean => text.includes(phrase);
  const thanks = /thank|dank|gracias|hvala|شكر|ありがとう/i.test(text);
  if (isHtml(text))
    return addToHtml(
      text,
      thanks || has(words.courtesyOpening) ? '' : words.courtesyOpening,
      has(words.courtesyClosing) ? '' : words.courtesyClosing,
      sentenceGap(language),
    );
  const lines = text.split('\n');
  const isBrief = (line: string | undefined): boolean =>
    line !== undefined && line.trim() !== '' && isSmallTalk(line);
  const after = isBrief(lines[0]) ? 1 : 0;
  let before = lines.length;
  while (before > after + 1 && (lines[before - 1]?.trim() === '' || isBrief(lines[before - 1]))) before -= 1;
  const middle = lines.slice(after, before).join('\n').trim();
  return [
    lines.slice(0, after).join('\n'),
    thanks || has(words.courtesyOpening) ? '' : words.courtesyOpening,
    middle,
    has(words.courtesyClosing) ? '' : words.courtesyClosing,
    lines.slice(before).join('\n').trim(),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

/** The tags of HTML must stay as they are, so the courtesies join the first and the last full sentence. */
function addToHtml(html: string, opening: string, closing: string, gap: string): string {
  const parts = html.split(tagPattern);
  const full = parts.flatMap((part, index) =>
    index % 2 === 0 && part.trim() !== '' && !isSmallTalk(part.trim()) && termsOf(part).length >= 2
      ? [index]
      : [],
  );
  const [first, last] = [full[0], full.at(-1)];
  if (first === undefined || last === undefined) return html;
  return parts
    .map((part, index) => {
      const opened = index === first && opening !== '' ? `${opening}${gap}${part.trimStart()}` : part;
      return index === last && closing !== '' ? `${opened.trimEnd()}${gap}${closing}` : opened;
    })
    .join('');
}

const swapped = (pairs: readonly (readonly [string, string])[]): (readonly [string, string])[] =>
  pairs.map(([long, short]) => [short, long] as const);

/** The mode a free instruction comes closest to. */
function modeFor(instruction: string): RewriteMode {
  if (/short|brief|concise|kürz|corto|breve|kra[tć]|أقصر|اختصر|短く/i.test(instruction)) return 'shorten';
  if (/formal|official|förmlich|رسمي|丁寧/i.test(instruction)) return 'formal';
  if (/friend|warm|kind|polite|freundlich|herzlich|amable|ljubazn|ودي|親し/i.test(instruction))
    return 'friendlier';
  if (/simpl|plain|easy|einfach|sencill|jednostavn|بسيط|簡単/i.test(instruction)) return 'simplify';
  return /long|detail|expand|ausführ|detalla|opširn|أطول|詳しく/i.test(instruction)
    ? 'expand'
    : 'fix-grammar';
}

/** Rewrites a draft with word lists alone; links, placeholders, numbers and HTML tags stay. */
export function rewrite(draft: string, mode: string, instruction: string): string {
  const chosen = mode === 'custom' ? modeFor(instruction) : mode;
  if (!isMode(chosen)) return draft;
  const language = detectLanguage(draft.replace(/<[^<>]+>/g, ' '));
  switch (chosen) {
    case 'fix-grammar':
      return overText(draft, (text, starts) => fixGrammar(text, starts, language));
    case 'shorten':
      return isHtml(draft)
        ? overText(draft, (text) =>
            withReplacements(
              text,
              (fillers[language] ?? []).map((filler) => [filler, ''] as const),
            )
              .replace(/[ \t]{2,}/g, ' ')
              .replace(/[ \t]+([,.;!?])/g, '$1'),
          )
        : aroundUntouchables(draft, (text) => shortenText(text, language));
    case 'simplify':
      return overText(draft, (text) =>
        withReplacements(text, plainWords[language] ?? []).replace(
          /;\s+(\p{L})/gu,
          (_, letter: string) => `. ${letter.toUpperCase()}`,
        ),
      );
    case 'expand':
      return addCourtesies(draft, language);
    case 'friendlier':
      return addCourtesies(
        overText(draft, (text) => (language === 'en' ? withReplacements(text, contractions) : text)),
        language,
      );
    case 'formal':
      return overText(draft, (text) =>
        language === 'en'
          ? withReplacements(text, [...swapped(contractions), ...(plainWords['en-formal'] ?? [])])
          : withReplacements(text, plainWords[`${language}-formal`] ?? []),
      );
    default:
      return draft;
  }
}
