import { detectLanguage } from './language.ts';
import { blocksOf, customerBlocks, type Block, type ReadPrompt } from './read-prompt.ts';
import { isOrderToModel, isQuestion, isSmallTalk, shorten, splitSentences } from './sentences.ts';
import { overlap, rarityIn, termsOf } from './words.ts';

/** What an AI agent's turn is made of, in the names of the schema that asks for it. */
export interface DemoTurn {
  readonly action: 'answer' | 'ask';
  readonly search: string;
  readonly refusedTopic: boolean;
  readonly promises: 'nothing';
  readonly citations: readonly { readonly source: number; readonly quote: string }[];
  readonly answer: string;
}

/** Sentences below one heading of a source. */
interface Section {
  readonly source: number;
  readonly sentences: readonly { readonly text: string; readonly score: number }[];
  readonly score: number;
}

/** A message with fewer words of matter is about what was asked before. */
const fewTerms = 3;
/** Below this a sentence shares too little with the question to be its answer. */
const leastScore = 0.5;
/** A section as long as this is quoted whole; of a longer one, the best sentence and the next. */
const shortSection = 3;
/** A section in another language than the visitor's is only taken when none of theirs fits. */
const foreign = 0.4;

/** What a question is after, and how a sentence looks that says it. */
const wanted: readonly (readonly [asked: RegExp, said: RegExp])[] = [
  [
    /how long|how many (?:hours|days)|when\b|wie lange|wann|cuánt[oa]s? (?:tiempo|horas|días|dura)|cuándo/i,
    /(?:\d|\b(?:one|two|three|five|ten|zwei|fünf|zehn|dos|cinco|diez)\b)[^.]{0,12}(?:minute|hour|day|week|month|year|stunde|tag|woche|monat|jahr|minuto|hora|día|semana|mes|año)/i,
  ],
  [/how much|cost|price|kostet|preis|teuer|cuánto cuesta|precio/i, /[€$£]\s?\d|\d\s?(?:€|\$|CHF)/],
];
const wantedIsWorth = 1.4;

/**
 * Answers a visitor with the sentences of the sources that share most with the question; each is quoted word for word. What
 * fits none is left open, and the product says then that it does not know.
 */
export function chatTurn(prompt: ReadPrompt): DemoTurn {
  const asked = questionTerms(prompt);
  const best = sectionsOf(prompt, asked).toSorted((one, other) => other.score - one.score)[0];
  const quotes = best === undefined || best.score < leastScore ? [] : quotesOf(best);
  return {
    action: quotes.length > 0 ? 'answer' : 'ask',
    search: '',
    refusedTopic: false,
    promises: 'nothing',
    citations: quotes.map((quote) => ({ source: best?.source ?? 1, quote })),
    answer: quotes
      .map((quote, at) => (at < quotes.length - 1 ? quote : `${quote} [${best?.source}]`))
      .join(' '),
  };
}

const mostLines = 5;

/** What a visitor asked, a line each, with the first sentence of an answer that stood on a source; a question mark is open. */
export function chatSummary(prompt: ReadPrompt): string {
  const said = blocksOf(prompt, 'comment');
  const lines = said.flatMap(({ attributes, text }, at) => {
    if (attributes['author'] !== 'customer' || isOrderToModel(text) || isSmallTalk(text)) return [];
    const next = said[at + 1];
    const isAnswered = next?.attributes['author'] === 'agent' && /\[\d+\]/.test(next.text);
    const answer = isAnswered ? splitSentences(next.text.replaceAll(/\s?\[\d+\]/g, ''))[0] : undefined;
    return [`${shorten(text.replaceAll(/\s+/g, ' '), 120)} → ${answer ?? '?'}`];
  });
  return lines.slice(-mostLines).join('\n');
}

function questionTerms(prompt: ReadPrompt): readonly string[] {
  const said = customerBlocks(prompt).map(({ text }) => text);
  const newest = termsOf(said.at(-1) ?? '');
  return newest.length >= fewTerms ? newest : [...newest, ...termsOf(said.at(-2) ?? '')];
}

function sectionsOf(prompt: ReadPrompt, asked: readonly string[]): Section[] {
  const sources = blocksOf(prompt, 'source');
  const newest = customerBlocks(prompt).at(-1)?.text ?? '';
  const [, said] = wanted.find(([question]) => question.test(newest)) ?? [];
  const rarity = rarityIn(sources.map(({ text, attributes }) => `${attributes['title'] ?? ''} ${text}`));
  return sources.flatMap((source, place) => {
    const number = Number(source.attributes['n'] ?? place + 1);
    const title = source.attributes['title'] ?? '';
    return readSections(source).map(({ heading, sentences }): Section => {
      const scored = sentences.map((text) => ({
        text,
        score: overlap(asked, text, rarity) * (said?.test(text) === true ? wantedIsWorth : 1),
      }));
      const isForeign = detectLanguage([heading, ...sentences].join(' ')) !== prompt.language.split('-')[0];
      const fit =
        Math.max(...scored.map(({ score }) => score)) * 2 +
        overlap(asked, sentences.join(' '), rarity) +
        overlap(asked, heading, rarity) +
        overlap(asked, title, rarity) * 0.5;
      // The order of the sources is a search's word, and worth a little.
      const weight = (isForeign ? foreign : 1) * (1 - place * 0.04);
      return { source: number, sentences: scored, score: fit * weight };
    });
  });
}

function quotesOf({ sentences }: Section): readonly string[] {
  if (sentences.length <= shortSection) return sentences.map(({ text }) => text);
  const best = sentences.reduce((one, other) => (other.score > one.score ? other : one));
  const at = sentences.indexOf(best);
  return sentences.slice(at, at + 2).map(({ text }) => text);
}

/** Whole sentences that can be quoted, below the heading or question they stand under; nothing addressed to a model. */
function readSections({
  text,
}: Block): { readonly heading: string; readonly sentences: readonly string[] }[] {
  const sections: { heading: string; sentences: string[] }[] = [{ heading: '', sentences: [] }];
  for (const line of splitSentences(text)) {
    if (isOrderToModel(line) || /@/.test(line)) continue;
    const isSentence = /[.!。！]["'”»)\]]*$/.test(line) || line.includes('|') || /\d/.test(line);
    if (isQuestion(line) || !isSentence) sections.push({ heading: line, sentences: [] });
    else if (line.length >= 15 && line.length <= 400) sections.at(-1)?.sentences.push(line);
  }
  return sections.filter(({ sentences }) => sentences.length > 0);
}
