import {
  type CountedTexts,
  type FeatureSpace,
  fewestTexts,
  fitFeatures,
  type SparseVector,
} from './tfidf.ts';

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

/** The vocabulary of some tickets; vectors are of length 1 at most. */
export function fitTickets(
  tickets: readonly TicketText[],
  counted?: { readonly whole: CountedTexts; readonly subject: CountedTexts },
): TicketSpace {
  const unlabelled = tickets.map(() => []);
  const wholeOf = ({ subject, text }: TicketText): string => `${subject}\n${text}`.slice(0, longest);
  const whole = fitFeatures(tickets.map(wholeOf), unlabelled, {
    kinds: { words: 1, pairs: 0.4, characters: 1, concepts: 0.7 },
    rareBy: 'texts',
    fewestTexts: fewestTexts(tickets.length),
    counted: counted?.whole,
  });
  const subject = fitFeatures(
    tickets.map((ticket) => ticket.subject),
    unlabelled,
    { kinds: { words: 1, characters: 1 }, rareBy: 'texts', fewestTexts: 1, counted: counted?.subject },
  );
  return {
    size: whole.size + subject.size,
    rows: whole.rows.map((row, at) => join(row, subject.rows[at], whole)),
    vectorOf: (ticket) => join(whole.vectorOf(wholeOf(ticket)), subject.vectorOf(ticket.subject), whole),
  };
}

function join(first: SparseVector, second: SparseVector | undefined, space: FeatureSpace): SparseVector {
  const more = second ?? { columns: new Int32Array(), values: new Float32Array() };
  const columns = new Int32Array(first.columns.length + more.columns.length);
  const values = new Float32Array(columns.length);
  columns.set(first.columns);
  columns.set(
    more.columns.map((column) => column + space.size),
    first.columns.length,
  );
  values.set(first.values.map((value) => (value * wholeWeight) / length));
  values.set(
    more.values.map((value) => (value * subjectWeight) / length),
    first.values.length,
  );
  return { columns, values };
}
