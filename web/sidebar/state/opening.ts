import type { z } from 'zod';
import {
  Duplicates,
  Escalation,
  MacroSuggestions,
  SimilarTickets,
  TagSuggestions,
  TicketInsight,
  TriageProposal,
} from '../../../src/contract/abilities.ts';
import type { Failure } from '../../shared/failure.ts';
import { isRecord } from '../../shared/zaf-client.ts';
import { idleRun, reduceFeatureRun, type FeatureRun, type FeatureRunAction } from './feature-run.ts';

/** What the cards that arrive while a ticket opens hold. */
export const cardSchemas = {
  'similar-tickets': SimilarTickets,
  'suggest-macros': MacroSuggestions,
  'suggest-tags': TagSuggestions,
  'triage-ticket': TriageProposal,
  'find-duplicates': Duplicates,
  'predict-escalation': Escalation,
} as const;

export type CardName = keyof typeof cardSchemas;
export const cardNames = Object.keys(cardSchemas) as CardName[];
export type CardValue<N extends CardName> = z.output<(typeof cardSchemas)[N]>;

/** A card that has arrived: its checked value, or why there is none. */
export type ArrivedCard<N extends CardName> =
  | { readonly value: CardValue<N>; readonly failure: null }
  | { readonly value: null; readonly failure: Failure };
export type ArrivedCards = { readonly [N in CardName]?: ArrivedCard<N> };

/** A ticket being opened: the insight as one run, and the cards that have arrived. */
export interface Opening {
  readonly run: FeatureRun<TicketInsight>;
  /** The insight without a model, which comes first. */
  readonly evidence: TicketInsight | null;
  readonly cards: ArrivedCards;
}

export type OpeningAction =
  | FeatureRunAction<TicketInsight>
  | { readonly type: 'card'; readonly name: string; readonly value: unknown }
  | { readonly type: 'card-failed'; readonly name: string; readonly failure: Failure };

export const notOpened: Opening = { run: idleRun, evidence: null, cards: {} };

/** The next state of an opening; a card that cannot be read counts as failed. */
export function reduceOpening(opening: Opening, action: OpeningAction): Opening {
  if (action.type === 'card') return withCard(opening, action.name, readCard(action.name, action.value));
  if (action.type === 'card-failed')
    return withCard(opening, action.name, { value: null, failure: action.failure });
  const run = reduceFeatureRun(opening.run, action);
  if (action.type === 'start') return { ...notOpened, run };
  if (action.type !== 'event' || action.event.type !== 'partial') return { ...opening, run };
  const evidence = TicketInsight.safeParse(action.event.value);
  // The evidence must not stand where the model's growing words are read from.
  return evidence.success ? { ...opening, evidence: evidence.data } : { ...opening, run };
}

/** The newest insight there is. */
export const insightOf = ({ run, evidence }: Opening): TicketInsight | null => run.output ?? evidence;

/** The summary as it grows, unchecked. */
export const growingSummary = ({ run }: Opening): unknown =>
  isRecord(run.partial) ? run.partial['summary'] : null;

const isCardName = (name: string): name is CardName => Object.hasOwn(cardSchemas, name);

function withCard(opening: Opening, name: string, card: object): Opening {
  return isCardName(name) ? { ...opening, cards: { ...opening.cards, [name]: card } } : opening;
}

function readCard(name: string, value: unknown): object {
  const parsed = isCardName(name) ? cardSchemas[name].safeParse(value) : undefined;
  return parsed?.success === true
    ? { value: parsed.data, failure: null }
    : { value: null, failure: { kind: 'unreachable' } satisfies Failure };
}
