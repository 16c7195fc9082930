import { phrasesFor } from './language.ts';
import { blocksOf, customerBlocks, type ReadPrompt } from './read-prompt.ts';
import { rewrite } from './rewrite.ts';
import { splitSentences, usefulSentences } from './sentences.ts';
import { overlap, termsOf } from './words.ts';

/** One line of a scorecard, judged by words alone. */
export interface DemoReviewLine {
  readonly name: string;
  readonly score: number | null;
  readonly reason: string;
  readonly quote: string;
}

interface Reply {
  readonly text: string;
  readonly sentences: readonly string[];
  readonly asked: string;
}
type Judge = (reply: Reply) => { readonly score: number; readonly quote: string };

const found = (reply: Reply, pattern: RegExp): string =>
  reply.sentences.find((sentence) => pattern.test(sentence)) ?? '';
/** High with a sentence that shows it, low without one. */
const byWords =
  (pattern: RegExp, low = 45): Judge =>
  (reply) => {
    const quote = found(reply, pattern);
    return { score: quote === '' ? low : 90, quote };
  };

const judges: readonly (readonly [RegExp, Judge])[] = [
  [
    /tone|polite|ton\b|höflich/i,
    byWords(/thank|please|glad|happy to|danke|bitte|gern|gracias|hvala|شكر|ありがとう/i, 55),
  ],
  [
    /empath|einfühl/i,
    byWords(/sorry|apolog|understand|entschuldig|tut (?:mir|uns) leid|verstehe|lament|žao|نأسف|申し訳/i),
  ],
  [
    /solution|next step|lösung/i,
    byWords(/\d|refund|replac|send|will\b|erstatt|ersetz|senden|werden|envi|poslat|سوف|お送り/i),
  ],
  [
    /closing|ends|abschluss/i,
    byWords(/let (?:me|us) know|write to us|reply|regards|melden|schreiben sie|grüß|saludos|pozdrav/i, 50),
  ],
  [
    /grammar|spelling|wording|rechtschreib/i,
    (reply) => ({ score: rewrite(reply.text, 'fix-grammar', '') === reply.text ? 95 : 60, quote: '' }),
  ],
  [
    /comprehen|answers what|verständnis/i,
    (reply) => {
      const asked = termsOf(reply.asked);
      const best = reply.sentences
        .map((quote) => ({ quote, share: overlap(asked, quote) }))
        .toSorted((one, other) => other.share - one.share)[0];
      return { score: Math.min(95, Math.round(40 + 160 * (best?.share ?? 0))), quote: best?.quote ?? '' };
    },
  ],
];

/** Scores the draft by each line of the scorecard: what its words show, null for lines about something else. */
export function review(prompt: ReadPrompt): DemoReviewLine[] {
  const text = blocksOf(prompt, 'draft')[0]?.text ?? '';
  const asked = usefulSentences(customerBlocks(prompt).at(-1)?.text ?? '').join(' ');
  const reply = { text, sentences: splitSentences(text), asked };
  const words = phrasesFor(prompt.language);
  return (blocksOf(prompt, 'scorecard')[0]?.text ?? '').split('\n').flatMap((line): DemoReviewLine[] => {
    const name = line.split(':')[0]?.trim() ?? '';
    if (name === '') return [];
    const judge = judges.find(([pattern]) => pattern.test(line))?.[1];
    if (judge === undefined || text === '') return [{ name, score: null, reason: '', quote: '' }];
    const { score, quote } = judge(reply);
    return [{ name, score, reason: score >= 75 ? words.reviewGood : words.reviewLacks, quote }];
  });
}
