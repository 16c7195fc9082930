/** A sign that a case may escalate, or that it will not. */
export interface SignalWeight {
  /** Points for each time; negative calms. */
  readonly points: number;
  /** How often at most it counts. */
  readonly most: number;
}

/**
 * The whole risk table; a subscription may change the points. A score is the sum, held between 0 and 100. The points
 * of the customer's words were set on conversations labelled by people and rounded; those of the ticket's state by
 * judgement.
 */
export const escalationSignals = {
  // What the customer wrote.
  'strong-words': { points: 18, most: 2 },
  'weak-words': { points: 10, most: 3 },
  insult: { points: 7, most: 2 },
  'leave-threat': { points: 10, most: 2 },
  'legal-threat': { points: 10, most: 2 },
  'asked-again': { points: 1, most: 3 },
  'no-answer': { points: 3, most: 2 },
  sarcasm: { points: 2, most: 2 },
  why: { points: 6, most: 1 },
  accusation: { points: 3, most: 3 },
  refusal: { points: 2, most: 3 },
  'no-question': { points: 4, most: 1 },
  'capital-letters': { points: 2, most: 3 },
  'exclamation-marks': { points: 2, most: 3 },
  'doubled-question-marks': { points: 5, most: 2 },
  'time-lost': { points: 3, most: 2 },
  request: { points: -3, most: 1 },
  relief: { points: -4, most: 2 },
  'closing-thanks': { points: -7, most: 1 },
  // How the ticket stands.
  'priority-high': { points: 8, most: 1 },
  'priority-urgent': { points: 15, most: 1 },
  'target-missed': { points: 20, most: 1 },
  'target-near': { points: 10, most: 1 },
  'waiting-days': { points: 5, most: 3 },
  'unanswered-messages': { points: 5, most: 3 },
  reopened: { points: 8, most: 3 },
  'bad-rating': { points: 15, most: 1 },
  'important-customer': { points: 10, most: 1 },
  // How it came here: Zendesk's audits and the customer's other tickets.
  'no-reply-days': { points: 2, most: 4 },
  'priority-raised': { points: 6, most: 2 },
  'many-agents': { points: 4, most: 3 },
  'many-groups': { points: 4, most: 3 },
  'bad-ratings-before': { points: 8, most: 2 },
} as const satisfies Readonly<Record<string, SignalWeight>>;

export type EscalationSignal = keyof typeof escalationSignals;

/** Points that differ from the table. */
export type EscalationWeights = Readonly<Partial<Record<EscalationSignal, number>>>;

/** A case scored so or higher needs attention; `high` needs it now. */
export const escalationLevels = { medium: 25, high: 50 } as const;

/** Tags by which accounts usually mark customers of importance. */
export const importantTags: readonly string[] = [
  'vip',
  'key_account',
  'keyaccount',
  'key-account',
  'enterprise',
  'premium',
  'strategic',
];
