import { detectLanguage, phrasesFor, sentenceGap } from './language.ts';
import { blocksOf, customerBlocks, ticketLine, type Block, type ReadPrompt } from './read-prompt.ts';
import { rewrite } from './rewrite.ts';
import {
  isFullQuestion,
  isOrderToModel,
  isQuestion,
  isRequest,
  isSmallTalk,
  shorten,
  splitSentences,
  usefulSentences,
} from './sentences.ts';
import { overlap, rarityIn, termsOf } from './words.ts';

/** An answer that stands on quoted sentences; empty when no source fits. */
export interface DemoReply {
  readonly language: string;
  readonly answer: string;
  readonly citations: { readonly source: number; readonly quote: string }[];
  readonly missing: string[];
}

interface Quote {
  readonly source: number;
  readonly quote: string;
  readonly score: number;
  readonly order: number;
}

/** Below this share a sentence only happens to use the same words. */
const leastScore = 0.42;
const mostQuotes = 3;

/** What is asked: a question put directly, else the customer's last message, else the subject. */
function questionOf(prompt: ReadPrompt): { readonly text: string; readonly main: string } {
  const direct = prompt.blocks.findLast(({ kind }) => ['question', 'message', 'visitor'].includes(kind));
  const asked = direct ?? (prompt.task === 'ask' ? blocksOf(prompt, 'instruction').at(-1) : undefined);
  if (asked) return { text: asked.text, main: asked.text };
  const written = customerBlocks(prompt);
  const last = written.at(-1)?.text ?? '';
  const useful = usefulSentences(last);
  // A short reminder ("any news?") is about what was asked before.
  const context =
    useful.join(' ').length < 120
      ? written
          .slice(-3, -1)
          .map(({ text }) => text)
          .join('\n')
      : '';
  const main = [...useful, ...usefulSentences(context)]
    .filter((sentence) => isQuestion(sentence) || isRequest(sentence))
    .join(' ');
  return { text: [last, context, ticketLine(prompt, 'Subject')].join('\n'), main };
}

function quotesFor(prompt: ReadPrompt, query: { readonly text: string; readonly main: string }): Quote[] {
  const sources = blocksOf(prompt, 'source');
  const rarity = rarityIn(sources.flatMap(({ text }) => splitSentences(text)));
  const [wide, narrow] = [termsOf(query.text), termsOf(query.main)];
  const wholes = sources.map((source) =>
    overlap([...narrow, ...wide], `${source.attributes['title'] ?? ''} ${source.text}`, rarity),
  );
  const largest = Math.max(...wholes, Number.MIN_VALUE);
  const quotes = sources.flatMap((source, sourceIndex) =>
    sentencesOf(source).map(({ sentence, heading }, index): Quote => {
      const fit =
        overlap(narrow, sentence, rarity) +
        overlap(wide, sentence, rarity) * 0.5 +
        overlap(narrow, heading, rarity) * 0.7 +
        overlap(wide, heading, rarity) * 0.3;
      const shared = new Set(
        termsOf(`${sentence} ${heading}`).filter((term) => narrow.includes(term) || wide.includes(term)),
      ).size;
      // One common word may be chance, and an article about something else holds no answer.
      const weight =
        (shared > 1 ? 1 : 0.5) * (0.6 + (0.4 * (wholes[sourceIndex] ?? 0)) / largest) * trust(source);
      return {
        source: Number(source.attributes['n'] ?? sourceIndex + 1),
        quote: sentence,
        score: fit * weight,
        order: sourceIndex * 1_000 + index,
      };
    }),
  );
  const ranked = quotes.toSorted((one, other) => other.score - one.score || one.order - other.order);
  const top = ranked[0];
  if (!top || top.score < leastScore) return [];
  return ranked
    .filter(({ score }) => score >= Math.max(leastScore, top.score * 0.6))
    .slice(0, mostQuotes)
    .toSorted((one, other) => one.order - other.order);
}

/** What the customer may read comes before what is ours alone. */
const trust = ({ attributes }: Block): number =>
  attributes['internal'] === 'true' ? 0.7 : attributes['origin'] === 'similar-ticket' ? 0.85 : 1;

/** Whole sentences of a source that can be quoted, each with the heading above it: nothing addressed to a model. */
function sentencesOf(source: Block): { readonly sentence: string; readonly heading: string }[] {
  let heading = '';
  return usefulLines(source.text).flatMap((line) => {
    const ends = /[.!。！]["'”»)\]]*$/.test(line);
    if (isQuestion(line) || (!ends && line.length < 60)) {
      heading = line;
      return [];
    }
    return line.length >= 20 && line.length <= 400 ? [{ sentence: line, heading }] : [];
  });
}

/** Sentences and headings in order. */
const usefulLines = (text: string): string[] =>
  splitSentences(text).filter(
    (line) =>
      !isOrderToModel(line) &&
      (!isSmallTalk(line) || isQuestion(line) || line.length < 60) &&
      !/@/.test(line),
  );

function asSentence(text: string): string {
  const trimmed = text.trim().replace(/\s+/g, ' ');
  const capital = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?。！？؟]$/.test(capital)
    ? capital
    : `${capital}${/[\u3040-\u30ff]/.test(capital) ? '。' : '.'}`;
}

/** Finds again what an earlier draft's [n] marks stand for. */
function citationsIn(draft: string, sources: readonly Block[]): DemoReply['citations'] {
  return sources.flatMap((source, index) => {
    const number = Number(source.attributes['n'] ?? index + 1);
    if (!draft.includes(`[${number}]`)) return [];
    return sentencesOf(source)
      .filter(({ sentence }) => draft.includes(sentence))
      .map(({ sentence }) => ({ source: number, quote: sentence }));
  });
}

function adjustDraft(prompt: ReadPrompt, draft: string, language: string): DemoReply {
  const mode = /shorter/i.test(prompt.taskText)
    ? 'shorten'
    : /warmer/i.test(prompt.taskText)
      ? 'friendlier'
      : 'fix-grammar';
  const answer = rewrite(draft, mode, '');
  return { language, answer, citations: citationsIn(answer, blocksOf(prompt, 'source')), missing: [] };
}

/** The language the customer writes, or the one asked for when there is no customer. */
function languageOf(prompt: ReadPrompt, text: string): string {
  return /^[a-z]{2,3}(-\w+)*$/i.test(prompt.language) ? prompt.language : detectLanguage(text);
}

/** Drafts a reply: greeting, up to three quoted sentences with their numbers, the agent's instruction, closing. */
export function reply(prompt: ReadPrompt): DemoReply {
  const query = questionOf(prompt);
  const written = customerBlocks(prompt)
    .map(({ text }) => text)
    .join('\n');
  const language = languageOf(prompt, written || query.text);
  const draft = blocksOf(prompt, 'draft')[0]?.text ?? '';
  if (draft !== '' && /draft/i.test(prompt.taskText)) return adjustDraft(prompt, draft, language);

  const isAsked = blocksOf(prompt, 'question').length > 0;
  const isLetter = prompt.task === 'suggest-reply' || (!isAsked && customerBlocks(prompt).length > 0);
  const instruction =
    prompt.task === 'ask'
      ? ''
      : blocksOf(prompt, 'instruction')
          .map(({ text }) => text.trim())
          .filter((text) => text !== '' && !isOrderToModel(text))
          .join(' ');
  const quotes = quotesFor(prompt, query);
  const words = phrasesFor(language);
  const gap = sentenceGap(language);
  if (quotes.length === 0 && instruction === '') {
    const open = usefulSentences(query.text);
    const asked =
      open.find(isFullQuestion) ?? open.find(isRequest) ?? open[0] ?? ticketLine(prompt, 'Subject');
    return {
      language,
      answer: '',
      citations: [],
      missing: [words.missing(shorten(asked.replace(/["„“”«»「」]/g, ''), 180))],
    };
  }
  const quoted = quotes.map(({ source, quote }) => `${asSentence(quote)} [${source}]`).join(gap || ' ');
  const trouble = termsOf(query.text).includes('c:damage');
  const body = [
    instruction === '' ? '' : asSentence(instruction),
    quoted === '' ? '' : isLetter ? `${words.fromArticle}${gap || '\n'}${quoted}` : quoted,
  ].filter(Boolean);
  const name = ticketLine(prompt, "Customer's first name");
  const paragraphs = isLetter
    ? [words.greeting(name), trouble ? words.sorry : words.thanks, ...body, words.closing]
    : body;
  return {
    language,
    answer: paragraphs.join('\n\n'),
    citations: quotes.map(({ source, quote }) => ({ source, quote })),
    missing: [],
  };
}
