import type { ChatSource } from '../contract/chat.ts';
import { ProblemError } from '../kernel/problem-error.ts';
import { Transient } from '../kernel/transient.ts';
import { checkCitations, dropUncheckedMarks } from '../copilot/context/citations.ts';
import { cleanText, normalizeForQuote } from '../copilot/text/clean-text.ts';
import { filterReply, textsOf } from '../copilot/text/output-filter.ts';
import type { AgentAnswer, NumberedPassage } from './agent-prompt.ts';
import { asSources, linkCheck, type AskedAgent } from './ask-agent.ts';
import type { ChatAgent } from './chat-agents.ts';
import { callDecision, fixedDecision, type Decision } from './decision.ts';
import { withoutPromises, type Promised } from './words/false-promises.ts';
import { fixedTexts, spokenLanguages } from './words/fixed-texts.ts';

interface Checked {
  readonly text: string;
  readonly sources: readonly ChatSource[];
  readonly promised: ReadonlySet<Promised>;
}

/** The model's words after every check in code: cited quotes stand in their sources, links come from them, nothing is promised. */
function checkWords(
  answer: AgentAnswer,
  passages: readonly NumberedPassage[],
  language: string,
  isAllowedLink: (link: string) => boolean,
): Checked {
  const citations = checkCitations(answer.citations, asSources(passages));
  const cited = new Set(citations.map(({ source }) => source));
  const { text } = filterReply(dropUncheckedMarks(answer.answer, cited), isAllowedLink);
  const known = passages.map(({ passage }) => normalizeForQuote(passage.text));
  const isCarried = (sentence: string): boolean => {
    const bare = normalizeForQuote(sentence.replace(/\s?\[\d{1,3}\]/g, ''));
    if (known.some((source) => source.includes(bare))) return true;
    // "We refund within 14 days [1]" is the company's word; what an AI says it does itself is nobody's.
    return !saysI.test(sentence) && [...cited].some((number) => sentence.includes(`[${number}]`));
  };
  const { text: kept, promised } = withoutPromises(text, language, isCarried);
  const first = new Map(citations.toReversed().map(({ source, quote }) => [source, quote]));
  return {
    text: kept,
    promised,
    sources: passages.flatMap(({ number, passage }) => {
      const quote = first.get(number);
      if (quote === undefined) return [];
      // Titles and quotes are shown as they stand, and pages of others have titles too.
      const shown = (words: string): string => filterReply(words, isAllowedLink).text;
      // The company gave a file its name; "returns.pdf" only looks like an address.
      const title = passage.kind === 'files' ? cleanText(passage.title) : shown(passage.title);
      return [{ number, title, url: passage.url, quote: shown(quote) }];
    }),
  };
}

const saysI = /\b(?:i'll|i will|i've|i have|i'm|i am|let me|ich|je|j'ai|voy|he|vou|sto|ho|ik)\b/iu;
const asks = /[?？؟;]\s*$|¿/u;

/** What is made of a model's answer. Throws `output-refused`. */
export function decide(
  agent: ChatAgent,
  language: string,
  { answer: given, isWithheld }: AskedAgent,
  passages: Transient<readonly NumberedPassage[]>,
): Decision {
  const { enabled } = agent.settings.handOff;
  const is = (fact: (answer: AgentAnswer) => boolean): boolean => given.measure(fact);
  const notKnown = (): Decision =>
    fixedDecision(agent, language, 'not-known', 'notKnown', { outcome: 'not-known' });
  if (is(({ refusedTopic }) => refusedTopic))
    return fixedDecision(agent, language, 'refused', 'refusedTopic', { unanswered: false });
  if (is(({ action }) => action === 'hand-off')) return enabled ? callDecision('agent', null) : notKnown();
  if (is(({ action }) => action === 'end'))
    return fixedDecision(agent, language, 'small-talk', 'goodbye', { action: 'end' });
  const isAllowedLink = linkCheck(passages);
  const checked = Transient.all([given, passages]).map(([answer, list]) =>
    checkWords(answer, list, language, isAllowedLink),
  );
  if (isWithheld(checked.map(({ text, sources }) => [text, ...textsOf(sources)].join('\n'))))
    throw new ProblemError('output-refused');
  const holds = (fact: (one: Checked) => boolean): boolean => checked.measure(fact);
  // In languages whose promises the patterns know, they are the judge; elsewhere the model's own word is.
  const isUnjudged = !spokenLanguages.includes(language);
  const declared = (wanted: string): boolean => isUnjudged && is(({ promises }) => promises === wanted);
  if (enabled && (holds(({ promised }) => promised.has('transfer')) || declared('transfer')))
    return callDecision('promise', null);
  const isPromising =
    holds(({ promised }) => promised.size > 0) ||
    (isUnjudged && is(({ promises }) => promises !== 'nothing'));
  const isQuestion = is(({ action }) => action === 'ask') && holds(({ text }) => asks.test(text.trim()));
  const isFounded = isQuestion || holds(({ sources }) => sources.length > 0);
  if (!isPromising && (!isFounded || holds(({ text }) => text === ''))) return notKnown();
  const words = fixedTexts(language);
  const correction = [words.cannotPromise, ...(enabled ? [words.offerPerson] : [])].join(' ');
  return {
    action: isQuestion || (isPromising && enabled) ? 'ask' : 'answer',
    text: checked.map(({ text, sources }) => {
      if (!isPromising) return text;
      // What no source carries goes along with the promise.
      return isUnjudged || sources.length === 0 ? correction : `${text}\n\n${correction}`.trim();
    }),
    sources: checked.map(({ sources }) => (isUnjudged && isPromising ? [] : sources)),
    reason: null,
    offersPerson: isPromising && enabled,
    handOff: null,
    unanswered: false,
    outcome: isPromising ? 'promise-corrected' : 'ok',
  };
}
