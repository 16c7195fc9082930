import { fitLogistic, type Outcome } from '../classify/logistic.ts';
import { nearestOf } from '../classify/nearest.ts';
import { seededOrder } from '../classify/seeded-order.ts';
import { type FieldTicket, trainFieldReader } from '../classify/ticket-fields.ts';
import { countTickets, type TicketCorpus, type TicketText } from '../classify/ticket-space.ts';

export type TriageBand = 'sure' | 'likely' | 'unsure';

export interface FieldPrediction {
  readonly field: string;
  readonly value: string;
  /** Probability, 0 to 1, that agents would choose this value; learned from the tickets themselves. */
  readonly certainty: number;
  readonly band: TriageBand;
  /** Indices of up to three tickets that have the value, most alike first. */
  readonly evidence: readonly number[];
  /** The values between which the tickets leave it open, `value` first; empty when they decide. */
  readonly candidates: readonly TriageCandidate[];
}

export interface TriageCandidate {
  readonly value: string;
  /** Indices of up to three tickets that have this value, most alike first. */
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
// What is less certain is a tie when another value is at least so likely in comparison.
const tieBelow = 0.6;
const closeFrom = 0.5;

/**
 * Learns from tickets that agents have dealt with which value each field of a new ticket gets: group, priority, type, any drop-down.
 * The tickets may be some dozen similar ones or thousands. Trained within the call; must not outlive it when trained on tickets.
 * @param corpus the tickets as counted before, if they were
 */
export function trainTriage(tickets: readonly FieldTicket[], corpus = countTickets(tickets)): Triage {
  const names = [...new Set(tickets.flatMap(({ fields }) => Object.keys(fields)))].toSorted();
  const probabilities = learnProbabilities(tickets, names, corpus);
  const read = trainFieldReader(tickets, names, corpus);
  return {
    predict(ticket) {
      const { fields, similarities } = read(ticket);
      return names.flatMap((field, at): FieldPrediction[] => {
        const reading = fields[at];
        const probability = probabilities[at];
        if (reading === null || reading === undefined || probability === undefined) return [];
        const certainty = probability(reading.signals);
        const holdersOf = (value: string): number[] =>
          nearestOf(similarities, (index) => tickets[index]?.fields[field] === value, shownEvidence);
        const evidence = holdersOf(reading.value);
        const close = certainty < tieBelow ? reading.next.filter(({ share }) => share >= closeFrom) : [];
        return [
          {
            field,
            value: reading.value,
            certainty,
            band: certainty >= sureFrom ? 'sure' : certainty >= likelyFrom ? 'likely' : 'unsure',
            evidence,
            candidates:
              close.length === 0
                ? []
                : [
                    { value: reading.value, evidence },
                    ...close.map(({ value }) => ({ value, evidence: holdersOf(value) })),
                  ],
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
  corpus: TicketCorpus,
): ((signals: readonly number[]) => number)[] {
  const outcomes = names.map((): Outcome[] => []);
  const order = seededOrder(tickets.length, 1);
  const used = tickets.length < everyFoldBelow ? folds : 1;
  for (let fold = 0; fold < used; fold += 1) {
    const held = new Set(order.filter((_, at) => at % folds === fold));
    const read = trainFieldReader(
      tickets.filter((_, index) => !held.has(index)),
      names,
      corpus,
      true,
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
