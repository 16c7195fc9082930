import { Corpus } from './corpus.ts';
import { type FeatureSpace, fewestTexts, fitFeatures, type SparseVector } from './tfidf.ts';

export interface TicketText {
  /** May be empty. */
  readonly subject: string;
  /** What the ticket says; the subject need not be repeated in it. */
  readonly text: string;
}

export interface TicketSpace {
  readonly size: number;
  readonly rows: readonly SparseVector[];
  vectorOf(ticket: TicketText): SparseVector;
}

// The subject is read twice: with the text, and by itself, since a word in it says more.
const wholeWeight = 0.85;
const subjectWeight = 0.5;
// What a ticket is about stands at its beginning.
const longest = 2500;
const length = Math.hypot(wholeWeight, subjectWeight);

const wholeKinds = { words: 1, pairs: 0.4, characters: 1, concepts: 0.7 };
const subjectKinds = { words: 1, characters: 1 };
/** What a ticket is compared by as one text. */
export const wholeOf = ({ subject, text }: TicketText): string => `${subject}\n${text}`.slice(0, longest);
const subjectOf = ({ subject }: TicketText): string => subject;

/** Tickets counted once for all spaces that are made of some of them. */
export interface TicketCorpus {
  readonly whole: Corpus;
  readonly subject: Corpus;
}

export const countTickets = (tickets: readonly TicketText[]): TicketCorpus => ({
  whole: new Corpus(tickets.map(wholeOf), ['words', 'pairs', 'characters', 'concepts']),
  subject: new Corpus(tickets.map(subjectOf), ['words', 'characters']),
});

/** The vocabulary of some tickets of a corpus; vectors are of length 1 at most. `closed`: only tickets of the corpus will be compared. */
export function fitTickets(
  tickets: readonly TicketText[],
  corpus: TicketCorpus,
  closed: boolean,
): TicketSpace {
  const unlabelled = tickets.map(() => []);
  const whole = fitFeatures(tickets.map(wholeOf), unlabelled, {
    kinds: wholeKinds,
    rareBy: 'texts',
    fewestTexts: fewestTexts(tickets.length),
    corpus: corpus.whole,
    closed,
  });
  const subject = fitFeatures(tickets.map(subjectOf), unlabelled, {
    kinds: subjectKinds,
    rareBy: 'texts',
    fewestTexts: 1,
    corpus: corpus.subject,
    closed,
  });
  return {
    size: whole.size + subject.size,
    rows: whole.rows.map((row, at) => join(row, subject.rows[at], whole)),
    vectorOf: (ticket) => join(whole.vectorOf(wholeOf(ticket)), subject.vectorOf(ticket.subject), whole),
  };
}

function join(first: SparseVector, second: SparseVector | undefined, space: FeatureSpace): SparseVector {
  const more = second ?? { columns: new Int32Array(), values: new Float32Array(), besides: 0 };
  const columns = new Int32Array(first.columns.length + more.columns.length);
  const values = new Float32Array(columns.length);
  columns.set(first.columns);
  for (let at = 0; at < more.columns.length; at += 1)
    columns[first.columns.length + at] = (more.columns[at] as number) + space.size;
  const split = first.values.length;
  for (let at = 0; at < split; at += 1) values[at] = ((first.values[at] as number) * wholeWeight) / length;
  for (let at = split; at < values.length; at += 1)
    values[at] = ((more.values[at - split] as number) * subjectWeight) / length;
  const besides = (first.besides * wholeWeight ** 2 + more.besides * subjectWeight ** 2) / (length * length);
  return { columns, values, besides };
}
