import { fitLogistic, type Outcome } from '../classify/logistic.ts';
import { nearestOf } from '../classify/nearest.ts';
import { seededOrder } from '../classify/seeded-order.ts';
import { type FieldTicket, trainFieldReader } from '../classify/ticket-fields.ts';
import type { TicketText } from '../classify/ticket-space.ts';

export type TriageBand = 'sure' | 'likely' | 'unsure';

export interface FieldPrediction {
  readonly field: string;
  readonly value: string;
  /** Probability, 0 to 1, that agents would choose this value; learned from the tickets themselves. */
  readonly certainty: number;
  readonly band: TriageBand;
  /** Indices of up to three tickets that have the value, most alike first. */
  readonly evidence: readonly number[];
}

export interface Triage {
  /** One prediction for each field of which the tickets show a value, in the order of the fields' names. */
  predict(ticket: TicketText): FieldPrediction[];
}

const folds = 3;
// Above this many tickets one fold is enough to learn certainty from.
const everyFoldBelow = 400;
const shownEvidence = 3;
const sureFrom = 0.8;
const likelyFrom = 0.5;

/**
 * Learns from tickets that agents have dealt with which value each field of a new ticket gets: group, priority, type, any drop-down.
 * The tickets may be some dozen similar ones or thousands. Trained within the call; must not outlive it when trained on tickets.
 */
export function trainTriage(tickets: readonly FieldTicket[]): Triage {
  const names = [...new Set(tickets.flatMap(({ fields }) => Object.keys(fields)))].toSorted();
  const counted = { whole: new Map(), subject: new Map() };
  const probabilities = learnProbabilities(tickets, names, counted);
  const read = trainFieldReader(tickets, names, counted);
  return {
    predict(ticket) {
      const { fields, similarities } = read(ticket);
      return names.flatMap((field, at): FieldPrediction[] => {
        const reading = fields[at];
        const probability = probabilities[at];
        if (reading === null || reading === undefined || probability === undefined) return [];
        const certainty = probability(reading.signals);
        return [
          {
            field,
            value: reading.value,
            certainty,
            band: certainty >= sureFrom ? 'sure' : certainty >= likelyFrom ? 'likely' : 'unsure',
            evidence: nearestOf(
              similarities,
              (index) => tickets[index]?.fields[field] === reading.value,
              shownEvidence,
            ),
          },
        ];
      });
    },
  };
}

/** For each field, what its signals are worth: a third of the tickets at a time is read by a model of the others. */
function learnProbabilities(
  tickets: readonly FieldTicket[],
  names: readonly string[],
  counted: Parameters<typeof trainFieldReader>[2],
): ((signals: readonly number[]) => number)[] {
  const outcomes = names.map((): Outcome[] => []);
  const order = seededOrder(tickets.length, 1);
  const used = tickets.length < everyFoldBelow ? folds : 1;
  for (let fold = 0; fold < used; fold += 1) {
    const held = new Set(order.filter((_, at) => at % folds === fold));
    const read = trainFieldReader(
      tickets.filter((_, index) => !held.has(index)),
      names,
      counted,
    );
    for (const index of held) {
      const ticket = tickets[index];
      if (ticket === undefined) continue;
      read(ticket).fields.forEach((reading, at) => {
        const own = ticket.fields[names[at] ?? ''];
        if (reading === null || own === undefined) return;
        outcomes[at]?.push({ signals: reading.signals, right: reading.value === own, weight: 1 });
      });
    }
  }
  // One wrong answer without any support is added, so that a field of one value is not called certain from nothing.
  return outcomes.map((ofField) =>
    fitLogistic([...ofField, { signals: [0, 0, 0], right: false, weight: 1 }]),
  );
}
