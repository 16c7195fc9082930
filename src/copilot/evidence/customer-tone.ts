import type { EscalationSignal } from './escalation-signals.ts';
import { escalationWords } from './escalation-words.ts';

/** How often a signal was seen, and the sentence where first. */
export interface Sighting {
  readonly signal: EscalationSignal;
  readonly count: number;
  readonly sentence: string | null;
}

const charactersRead = 20_000;
const sentencesRead = 200;
const sentences = new Intl.Segmenter(undefined, { granularity: 'sentence' });
const capitals = /(?<![\p{L}\d])\p{Lu}{4,}(?![\p{L}\d])/gu;
const timeLost =
  /(?<![\p{L}\d])\d+\+?\s?(?:hours?|hrs?|days?|weeks?|months?|mins?|minutes?|years?|stunden?|tagen?|wochen?|monaten?|minuten|heures?|jours?|semaines?|mois|horas?|d[ií]as?|semanas?|mes(?:es)?|minutos)(?![\p{L}\d])/giu;

type WordSignal = keyof typeof escalationWords;
const patterns = Object.entries(escalationWords).map(
  ([signal, words]) => [signal as WordSignal, patternOf(words)] as const,
);

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').replace(/[’‘`]/g, "'").toLowerCase();
}

/** One pattern for a list of words and phrases; the longest is tried first. */
function patternOf(words: string): RegExp {
  const phrases = words
    .split(',')
    .map((phrase) => fold(phrase.trim().replaceAll(/\s+/g, ' ')))
    .filter((phrase) => phrase !== '')
    .toSorted((a, b) => b.length - a.length)
    .map((phrase) =>
      phrase
        .replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`)
        .replaceAll('*', String.raw`[\p{L}\d]*`)
        .replaceAll("'", "'?")
        .replaceAll(' ', String.raw`\s+`),
    );
  return new RegExp(String.raw`(?<![\p{L}\d])(?:${phrases.join('|')})(?![\p{L}\d])`, 'gu');
}

/** Without addresses, links and handles: they are not what somebody says. */
const spoken = (text: string): string =>
  text.slice(0, charactersRead).replace(/https?:\/\/\S+|[\w.+-]*@[\w.-]+/g, ' ');

/** The first 200 sentences of a message. */
export function sentencesOf(text: string): string[] {
  return [...sentences.segment(text.slice(0, charactersRead))]
    .map(({ segment }) => segment.trim())
    .filter((sentence) => sentence !== '')
    .slice(0, sentencesRead);
}

/** What a customer's messages, oldest first, say about the mood. A word counts once a message. */
export function readTone(messages: readonly string[]): Sighting[] {
  const texts = messages.map(spoken);
  const folded = texts.map((text) => fold(text).replaceAll('#', ' '));
  const all = texts.join('\n');
  const seen = (signal: EscalationSignal, count: number, sentence: string | null = null): Sighting[] =>
    count > 0 ? [{ signal, count, sentence }] : [];
  const found = patterns.flatMap(([signal, pattern]) => {
    const from = signal === 'closing-thanks' ? folded.slice(-1) : folded;
    const matches = from.flatMap((text) => [...new Set(text.match(pattern) ?? [])]);
    return seen(signal, matches.length, matches[0] === undefined ? null : sentenceWith(messages, pattern));
  });
  return [
    ...found,
    ...seen(
      'no-question',
      texts[0] !== undefined && texts[0].trim() !== '' && !texts[0].includes('?') ? 1 : 0,
    ),
    ...seen('capital-letters', all.match(capitals)?.length ?? 0, sentenceWith(messages, capitals, false)),
    ...seen('exclamation-marks', all.match(/!/g)?.length ?? 0),
    ...seen(
      'doubled-question-marks',
      all.match(/\?\s?[?!]|!\s?\?/g)?.length ?? 0,
      sentenceWith(messages, /\?\s?[?!]|!\s?\?/g),
    ),
    ...seen('time-lost', all.match(timeLost)?.length ?? 0, sentenceWith(messages, timeLost)),
  ];
}

function sentenceWith(messages: readonly string[], pattern: RegExp, folding = true): string | null {
  for (const message of messages)
    for (const sentence of sentencesOf(message)) {
      const read = folding ? fold(spoken(sentence)).replaceAll('#', ' ') : spoken(sentence);
      if (read.search(pattern) !== -1) return sentence;
    }
  return null;
}
