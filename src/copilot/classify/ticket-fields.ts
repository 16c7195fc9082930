import { nearestOf } from './nearest.ts';
import { RowIndex } from './row-index.ts';
import { toProbabilities, trainSoftmax } from './softmax.ts';
import { fitTickets, type TicketCorpus, type TicketText } from './ticket-space.ts';

export interface FieldTicket extends TicketText {
  /** Values by field; a field that was left empty is absent. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface FieldReading {
  readonly value: string;
  /** The next likeliest values, each with its likelihood as a share of that of `value`. */
  readonly next: readonly { readonly value: string; readonly share: number }[];
  /** Probability of the value before calibration, its lead over the next, and its share among the nearest tickets. */
  readonly signals: readonly number[];
}

export interface TicketReading {
  /** Null for a field of which no ticket shows a value. */
  readonly fields: readonly (FieldReading | null)[];
  /** How alike each ticket is, 0 to 1, in their order. */
  readonly similarities: Float32Array;
}

const neighbours = 15;
const mostNext = 2;
// A rare value is preferred to a common one that is not much likelier: otherwise small groups would never be named.
const rarePreference = 0.8;

/** Learns the values of the named fields from tickets, and reads them off the text of others; `closed`: of tickets of the corpus alone. */
export function trainFieldReader(
  tickets: readonly FieldTicket[],
  names: readonly string[],
  corpus: TicketCorpus,
  closed = false,
): (ticket: TicketText) => TicketReading {
  const space = fitTickets(tickets, corpus, closed);
  const index = new RowIndex(space.rows, space.size);
  const fields = names.map((name) => {
    const values = [...new Set(tickets.flatMap(({ fields: own }) => own[name] ?? []))].toSorted();
    const place = new Map(values.map((value, at) => [value, at]));
    const labels = tickets.map(({ fields: own }) => place.get(own[name] ?? '') ?? -1);
    const scores = trainSoftmax(index, labels, values.length);
    const usual = new Float64Array(values.length).fill(1);
    for (const label of labels) if (label >= 0) usual[label] = (usual[label] ?? 0) + 1;
    return { name, values, scores, usual };
  });
  return (ticket) => {
    const vector = space.vectorOf(ticket);
    const similarities = index.similar(vector);
    const nearest = nearestOf(similarities, () => true, neighbours);
    return {
      similarities,
      fields: fields.map(({ name, values, scores, usual }) => {
        if (values.length === 0) return null;
        const found = scores(vector);
        const probabilities = toProbabilities(found.slice());
        const adjusted = toProbabilities(
          found.map((score, at) => score - rarePreference * Math.log(usual[at] ?? 1)),
        );
        const [first = 0, second, ...others] = [...adjusted.keys()].toSorted(
          (a, b) => (adjusted[b] ?? 0) - (adjusted[a] ?? 0),
        );
        const next = second === undefined ? [] : [second, ...others].slice(0, mostNext);
        const value = values[first] ?? '';
        const weight = (index: number): number => (similarities[index] ?? 0) ** 4;
        const whole = nearest.reduce((sum, index) => sum + weight(index), 0) || 1;
        const own = nearest.filter((index) => tickets[index]?.fields[name] === value);
        return {
          value,
          next: next.map((at) => ({
            value: values[at] ?? '',
            share: (adjusted[at] ?? 0) / (adjusted[first] || 1),
          })),
          signals: [
            probabilities[first] ?? 0,
            (adjusted[first] ?? 0) - (second === undefined ? 0 : (adjusted[second] ?? 0)),
            own.reduce((sum, index) => sum + weight(index), 0) / whole,
          ],
        };
      }),
    };
  };
}
