import { blocksOf, customerBlocks, ticketLine, type Block, type ReadPrompt } from './read-prompt.ts';
import {
  hardFactsIn,
  isFullQuestion,
  isPromise,
  isQuestion,
  isRequest,
  shorten,
  usefulSentences,
} from './sentences.ts';
import { overlap, termsOf } from './words.ts';

/** The parts of a summary; each text is taken from the ticket, shortened at most. */
export interface DemoSummary {
  readonly wants: string;
  readonly facts: string[];
  readonly happened: string[];
  readonly open: string[];
  readonly next: string | null;
  readonly changed: string[];
}

const longest = 150;

const isFromAgent = ({ attributes }: Block): boolean => attributes['author'] === 'agent';
const isNew = ({ attributes }: Block): boolean => attributes['new'] === 'true';

/** The best of some texts by a score; the first of equals. */
function best(
  candidates: readonly string[],
  score: (text: string, index: number) => number,
): string | undefined {
  let winner: string | undefined;
  let highest = -Infinity;
  candidates.forEach((candidate, index) => {
    const value = score(candidate, index);
    if (value > highest) [winner, highest] = [candidate, value];
  });
  return winner;
}

function wish(prompt: ReadPrompt, written: readonly Block[]): string {
  const subject = ticketLine(prompt, 'Subject');
  const subjectTerms = termsOf(subject);
  const candidates = written.flatMap((block, index) =>
    usefulSentences(block.text).map((text) => ({ text, isFirst: index === 0 })),
  );
  const first = new Set(candidates.filter(({ isFirst }) => isFirst).map(({ text }) => text));
  const chosen = best(
    candidates.map(({ text }) => text),
    (text, index) =>
      (isRequest(text) ? 3 : 0) +
      (isFullQuestion(text) ? 1.8 : 0) +
      (first.has(text) ? 1.5 : 0) +
      Math.min(1, overlap(subjectTerms, text)) -
      index * 0.02 -
      (text.length > 240 || text.length < 8 ? 1 : 0),
  );
  return shorten(chosen ?? subject, 200);
}

/** The clause around each hard fact, so that a number does not stand alone. */
function factsOf(texts: readonly string[]): string[] {
  const found: { readonly phrase: string; readonly worth: number; readonly order: number }[] = [];
  const seen = new Set<string>();
  for (const sentence of texts.flatMap(usefulSentences)) {
    const clauses = sentence.length <= 90 ? [sentence] : sentence.split(/(?<=[,;،])\s+|(?<=、)|\s[–—-]\s/);
    for (const clause of clauses) {
      const fresh = hardFactsIn(clause).filter(({ fact }) => !seen.has(fact));
      if (fresh.length === 0) continue;
      for (const { fact } of fresh) seen.add(fact);
      const worth = Math.max(...fresh.map((one) => one.worth)) + fresh.length * 0.5;
      found.push({
        phrase: phraseAround(clause.replace(/[,;،、]\s*$/, '').trim(), fresh[0]?.fact ?? ''),
        worth,
        order: found.length,
      });
    }
  }
  const kept = found.toSorted((one, other) => other.worth - one.worth || one.order - other.order).slice(0, 5);
  return kept.toSorted((one, other) => one.order - other.order).map(({ phrase }) => phrase);
}

function phraseAround(clause: string, fact: string): string {
  if (clause.length <= 90) return clause;
  const at = Math.max(0, clause.indexOf(fact));
  const from = Math.max(0, at - 40);
  const start = from === 0 ? 0 : clause.indexOf(' ', from) + 1;
  return `${start > 0 ? '…' : ''}${shorten(clause.slice(start), 85)}`;
}

function happenedIn(comments: readonly Block[], wants: string): string[] {
  const steps = comments.filter(isFromAgent).flatMap(({ text }) => {
    const sentence = best(
      usefulSentences(text),
      (one, index) =>
        (isQuestion(one) ? -1 : 0) +
        hardFactsIn(one).length * 0.4 +
        (isPromise(one) ? -0.3 : 0) -
        index * 0.3,
    );
    return sentence === undefined ? [] : [shorten(sentence, longest)];
  });
  if (steps.length > 0) return [...new Set(steps)].slice(-4);
  const told = comments
    .flatMap(({ text }) => usefulSentences(text))
    .find(
      (sentence) => !isQuestion(sentence) && !isRequest(sentence) && !wants.startsWith(sentence.slice(0, 40)),
    );
  return told === undefined ? [] : [shorten(told, longest)];
}

function unanswered(comments: readonly Block[]): string[] {
  const lastAnswer = comments.findLastIndex(
    (block) => isFromAgent(block) && block.attributes['public'] !== 'false',
  );
  const questions = comments
    .slice(lastAnswer + 1)
    .filter((block) => !isFromAgent(block))
    .flatMap(({ text }) => usefulSentences(text).filter(isQuestion));
  return [...new Set(questions)].slice(-3).map((question) => shorten(question, longest));
}

/** Summarises a ticket with its own sentences. */
export function summarize(prompt: ReadPrompt): DemoSummary {
  const comments = blocksOf(prompt, 'comment');
  // When a long ticket is summarised in parts, the parts come back as notes.
  const notes = blocksOf(prompt, 'notes').map(({ text }) => text);
  const written = customerBlocks(prompt);
  const wants = wish(prompt, written.length > 0 ? written : blocksOf(prompt, 'notes'));
  const promised = comments
    .filter(isFromAgent)
    .flatMap(({ text }) => usefulSentences(text))
    .findLast(isPromise);
  return {
    wants,
    facts: factsOf([ticketLine(prompt, 'Subject'), ...comments.map(({ text }) => text), ...notes]),
    happened: happenedIn(comments, wants),
    open: unanswered(comments),
    next: promised === undefined ? null : shorten(promised, longest),
    changed: comments
      .filter(isNew)
      .flatMap(({ text }) => {
        const sentence = best(
          usefulSentences(text),
          (one, index) =>
            (isRequest(one) || isQuestion(one) ? 1 : 0) + hardFactsIn(one).length * 0.5 - index * 0.2,
        );
        return sentence === undefined ? [] : [shorten(sentence, longest)];
      })
      .slice(0, 4),
  };
}
