import { ProblemError } from '../kernel/problem-error.ts';
import { Transient } from '../kernel/transient.ts';
import type { ModelConnection } from '../ports/model-provider.ts';
import type { Passage, Retrieved } from '../services/knowledge/passage.ts';
import type { SubscriptionSettings } from '../services/settings/settings-reader.ts';
import { passesOn } from '../copilot/ask-in-turn.ts';
import { agentRules, type NumberedPassage } from './agent-prompt.ts';
import { askAgent, type AskedAgent } from './ask-agent.ts';
import type { ChatAgent } from './chat-agents.ts';
import type { ChatCall, ChatServices } from './chat-call.ts';
import { decide } from './check-answer.ts';
import type { ChatMessage } from './conversation.ts';
import { failedDecision, fixedDecision, openNow, type Decision } from './decision.ts';
import type { TurnTally } from './turn-tally.ts';

const passagesWanted = 5;
const mostPassages = 8;
/** Of the visitor's messages, for retrieval. */
const messagesAsked = 8;

/** A message with all that answering it needs. */
export interface MessageToAnswer {
  readonly call: ChatCall;
  readonly services: ChatServices;
  readonly agent: ChatAgent;
  readonly settings: SubscriptionSettings;
  readonly connections: readonly ModelConnection[];
  /** With the newest message. */
  readonly messages: Transient<readonly ChatMessage[]>;
  readonly language: string;
  readonly tally: TurnTally;
  readonly onText: (text: Transient<string>) => void;
  /** Told of the passages each question to a model brings along. */
  readonly onPassages?: ((passages: Transient<readonly NumberedPassage[]>) => void) | undefined;
}

/** Answers from the AI agent's knowledge, or says honestly that it cannot. Throws only when nobody waits any more. */
export async function answerMessage(asked: MessageToAnswer): Promise<Decision> {
  const { call, agent, language, connections } = asked;
  try {
    const found = await retrieve(asked, []);
    if (!found.sure || found.passages.measure((list) => list.length) === 0)
      return fixedDecision(agent, language, 'not-known', 'notKnown', { outcome: 'not-known' });
    if (connections.length === 0) return failedDecision(agent, language, 'provider-not-connected');
    return await answerFrom(asked, numbered(found.passages, Transient.of([])));
  } catch (error) {
    if (call.signal.aborted || !(error instanceof ProblemError)) throw error;
    return failedDecision(agent, language, error.type);
  }
}

async function retrieve(
  { call, services, agent, messages }: MessageToAnswer,
  more: readonly Transient<string>[],
): Promise<Retrieved> {
  const said = messages.map((list) => list.filter(({ from }) => from === 'visitor').map(({ text }) => text));
  const found = await services.retrieve(call, {
    scope: { aiAgentId: agent.id },
    query: Transient.all([said, Transient.all(more)]).map(([texts, words]) =>
      [...texts, ...words].slice(-messagesAsked),
    ),
    limit: passagesWanted,
  });
  // Whatever a source is marked as, visitors see nothing that is for the company's own eyes.
  return { ...found, passages: found.passages.map((list) => list.filter(({ internal }) => !internal)) };
}

/** Passages under the numbers they have, and new ones after them. */
function numbered(
  found: Transient<readonly Passage[]>,
  before: Transient<readonly NumberedPassage[]>,
): Transient<readonly NumberedPassage[]> {
  return Transient.all([found, before]).map(([passages, known]) => {
    const ids = new Set(known.map(({ passage }) => passage.chunkId));
    const fresh = passages.filter(({ chunkId }) => !ids.has(chunkId));
    return [...known, ...fresh.map((passage, at) => ({ number: known.length + at + 1, passage }))].slice(
      0,
      mostPassages,
    );
  });
}

async function answerFrom(
  asked: MessageToAnswer,
  passages: Transient<readonly NumberedPassage[]>,
): Promise<Decision> {
  const { agent, language } = asked;
  const first = await askInTurn(asked, passages, true);
  if (!first.answer.measure(({ action }) => action === 'search'))
    return decide(agent, language, first, passages);
  // One round, with words of the model's and the AI agent of the session: what it may read, no word changes.
  const found = await retrieve(asked, [first.answer.map(({ search }) => search.slice(0, 200))]);
  const all = numbered(found.passages, passages);
  return decide(agent, language, await askInTurn(asked, all, false), all);
}

/** Asks the connections in their order, as long as nothing was shown. */
async function askInTurn(
  asked: MessageToAnswer,
  passages: Transient<readonly NumberedPassage[]>,
  maySearch: boolean,
): Promise<AskedAgent> {
  const { call, agent, settings, messages, language, tally } = asked;
  const { meter, budget } = tally;
  asked.onPassages?.(passages);
  const rules = agentRules(settings, agent, openNow(agent, call.ports.clock.now()));
  let first: ProblemError | undefined;
  let isShown = false;
  for (const connection of asked.connections) {
    meter.asked = connection;
    await budget.hold(call.ports.modelProvider, connection);
    try {
      return await askAgent({
        call,
        agent,
        settings,
        connection,
        meter,
        rules,
        passages,
        messages,
        language,
        maySearch,
        onText: (text) => {
          isShown = true;
          asked.onText(text);
        },
      });
    } catch (error) {
      if (isShown || call.signal.aborted || !(error instanceof ProblemError)) throw error;
      if (!passesOn.has(error.type)) throw error;
      first ??= error;
    }
  }
  throw first ?? new ProblemError('provider-not-connected');
}
