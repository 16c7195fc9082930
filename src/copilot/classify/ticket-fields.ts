import { indexRows, nearestOf } from './nearest.ts';
import { toProbabilities, trainSoftmax } from './softmax.ts';
import { fitTickets, type TicketText } from './ticket-space.ts';

export interface FieldTicket extends TicketText {
  /** Values by field; a field that was left empty is absent. */
  readonly fields: Readonly<Record<string, string>>;
}

export interface FieldReading {
  readonly value: string;
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
// A rare value is preferred to a common one that is not much likelier: otherwise small groups would never be named.
const rarePreference = 0.8;

/** Learns the values of the named fields from tickets, and reads them off the text of others. */
export function trainFieldReader(
  tickets: readonly FieldTicket[],
  names: readonly string[],
  counted?: Parameters<typeof fitTickets>[1],
): (ticket: TicketText) => TicketReading {
  const space = fitTickets(tickets, counted);
  const similar = indexRows(space.rows, space.size);
  const fields = names.map((name) => {
    const labelled = tickets.flatMap((ticket, index) => (ticket.fields[name] === undefined ? [] : [index]));
    const values = [...new Set(labelled.map((index) => tickets[index]?.fields[name] ?? ''))].toSorted();
    const place = new Map(values.map((value, at) => [value, at]));
    const labels = labelled.map((index) => place.get(tickets[index]?.fields[name] ?? '') ?? 0);
    const rows = labelled.flatMap((index) => space.rows[index] ?? []);
    const scores = trainSoftmax(rows, labels, values.length, space.size);
    const usual = new Float64Array(values.length).fill(1);
    for (const label of labels) usual[label] = (usual[label] ?? 0) + 1;
    return { name, values, scores, usual };
  });
  return (ticket) => {
    const vector = space.vectorOf(ticket);
    const similarities = similar(vector);
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
        const [first = 0, second] = [...adjusted.keys()].toSorted(
          (a, b) => (adjusted[b] ?? 0) - (adjusted[a] ?? 0),
        );
        const value = values[first] ?? '';
        const weight = (index: number): number => (similarities[index] ?? 0) ** 4;
        const whole = nearest.reduce((sum, index) => sum + weight(index), 0) || 1;
        const own = nearest.filter((index) => tickets[index]?.fields[name] === value);
        return {
          value,
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
