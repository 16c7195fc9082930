import type { ChatAction, ChatSource, FixedAnswerReason, HandOffState } from '../contract/chat.ts';
import { isOpenAt, nextOpening } from '../services/ai-agents/business-hours.ts';
import type { ProblemType } from '../kernel/problem-types.ts';
import { Transient } from '../kernel/transient.ts';
import type { ChatAgent } from './chat-agents.ts';
import type { HandOffCause } from './conversation.ts';
import type { HandOffOutcome } from './hand-off.ts';
import { fixedTexts, type FixedTexts } from './words/fixed-texts.ts';

/** What becomes of a turn. */
export interface Decision {
  readonly action: ChatAction;
  readonly text: Transient<string>;
  readonly sources: Transient<readonly ChatSource[]>;
  readonly reason: FixedAnswerReason | null;
  readonly offersPerson: boolean;
  /** Why a person is to be called; undefined: none is. */
  readonly calls?: HandOffCause;
  /** How that went. */
  readonly handOff: HandOffState | null;
  /** The visitor is left without an answer. */
  readonly unanswered: boolean;
  /** For the receipt: `ok`, or the type of a problem. */
  readonly outcome: string;
}

const nothing: Transient<readonly ChatSource[]> = Transient.of([]);

/** A text of the product itself; with an offer of a person where one can be called. */
export function fixedDecision(
  agent: ChatAgent,
  language: string,
  reason: FixedAnswerReason,
  text: keyof FixedTexts,
  more: { readonly unanswered?: boolean; readonly outcome?: string; readonly action?: ChatAction } = {},
): Decision {
  const words = fixedTexts(language);
  const isChatter = reason === 'small-talk';
  const offersPerson = agent.settings.handOff.enabled && !isChatter;
  return {
    action: more.action ?? (offersPerson ? 'ask' : 'answer'),
    text: Transient.of(offersPerson ? `${words[text]} ${words.offerPerson}` : words[text]),
    sources: nothing,
    reason,
    offersPerson,
    handOff: null,
    unanswered: more.unanswered ?? !isChatter,
    outcome: more.outcome ?? 'ok',
  };
}

/** What went wrong is ours to know; the visitor is told that there is no answer now. */
export function failedDecision(agent: ChatAgent, language: string, type: ProblemType): Decision {
  const isSpent = type === 'budget-used-up' || type === 'quota-exceeded';
  const isMissing = type === 'provider-not-connected';
  const reason = isSpent ? 'budget-used-up' : isMissing ? 'no-provider' : 'provider-failed';
  return fixedDecision(agent, language, reason, 'cannotAnswer', { outcome: type });
}

/** A person has the conversation: the AI agent only passes on. */
export const withPersonDecision = (language: string): Decision => ({
  action: 'hand-off',
  text: Transient.of(fixedTexts(language).withPerson),
  sources: nothing,
  reason: 'person-wanted',
  offersPerson: false,
  handOff: 'done',
  unanswered: false,
  outcome: 'ok',
});

/** A person is called; how that went is said by `handedOver`. */
export const callDecision = (cause: HandOffCause, reason: FixedAnswerReason | null): Decision => ({
  action: 'hand-off',
  text: Transient.of(''),
  sources: nothing,
  reason,
  offersPerson: false,
  calls: cause,
  handOff: null,
  unanswered: false,
  outcome: 'ok',
});

/** Whether people are there; null: no hours are set. */
export const openNow = ({ settings }: ChatAgent, now: Date): boolean | null =>
  settings.businessHours === null ? null : isOpenAt(settings.businessHours, now);

/** What the visitor is told of a call for a person. */
export function handedOver(
  decision: Decision,
  agent: ChatAgent,
  language: string,
  { state }: HandOffOutcome,
  now: Date,
): Decision {
  const words = fixedTexts(language);
  const said = {
    done: openNow(agent, now) === false ? closedWords(agent, language, now) : words.handedOver,
    pending: words.handOverPending,
    'contact-needed': words.contactNeeded,
    unavailable: words.handOverUnavailable,
  } as const;
  return {
    ...decision,
    text: Transient.of([...whyOf(decision, words), said[state]].join(' ')),
    handOff: state,
    offersPerson: state === 'contact-needed',
    unanswered: state === 'unavailable',
  };
}

/** Why a person is called although the visitor has not asked for one. */
const whyOf = ({ calls, reason }: Decision, words: FixedTexts): readonly string[] => {
  if (calls === 'unanswered' && reason === 'not-known') return [words.notKnown];
  return calls === 'promise' ? [words.cannotPromise] : [];
};

/** Nobody is there: when they are back, in the visitor's language and the company's time. */
function closedWords({ settings: { businessHours } }: ChatAgent, language: string, now: Date): string {
  const words = fixedTexts(language);
  const back = businessHours === null ? undefined : nextOpening(businessHours, now);
  if (businessHours === null || back === undefined) return words.handedOverClosed;
  const spoken = fixedTexts(language) === fixedTexts('en') ? 'en' : language;
  const when = new Intl.DateTimeFormat(spoken, {
    weekday: 'long',
    day: 'numeric',
    month: 'long',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: businessHours.timeZone,
    timeZoneName: 'short',
  }).format(back);
  return `${words.handedOverClosed} ${words.backAt.replace('{when}', when)}`;
}
