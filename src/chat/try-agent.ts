import type { Trial, TrialPassage, TrialState } from '../contract/playground.ts';
import { ProblemError, toProblem } from '../kernel/problem-error.ts';
import { Transient } from '../kernel/transient.ts';
import type { FinishedGeneration, ModelProvider, Prompt } from '../ports/model-provider.ts';
import { passedOn, withShownPrompts } from '../copilot/prompt/shown-provider.ts';
import { readAiAgent, readAiAgentVersion } from '../services/ai-agents/read-ai-agents.ts';
import { readStopped } from '../services/ai-agents/stop-switch-queries.ts';
import type { Call } from '../ports/call.ts';
import type { Retrieved } from '../services/knowledge/passage.ts';
import { AgentAnswer, type NumberedPassage } from './agent-prompt.ts';
import type { ChatAgent } from './chat-agents.ts';
import type { ChatCall, ChatServices } from './chat-call.ts';
import { Conversation, newConversation, toHistoryText, type ChatMessage } from './conversation.ts';
import { handedOver, type Decision } from './decision.ts';
import { decisionOf, type ChatTurnEvent } from './take-turn.ts';
import { TurnTally } from './turn-tally.ts';
import { languageFor } from './visitor-language.ts';
import { noWriteBack } from './write-back.ts';

export type TrialCall = ChatCall & Call<'secretBox'>;

/** What the stream of a trial says before it leaves. */
export type TrialTurnEvent =
  | Exclude<ChatTurnEvent, { readonly type: 'answer' }>
  | { readonly type: 'trial'; readonly trial: Transient<Trial> };

export interface TrialRequest {
  readonly aiAgentId: string;
  /** Of the settings; also one that was never published. */
  readonly version: number;
  /** Oldest first; the last one is the visitor's. */
  readonly messages: Transient<readonly ChatMessage[]>;
  readonly locale: string;
  readonly state: TrialState;
  readonly emit: (event: TrialTurnEvent) => void;
}

/** The version of an AI agent, whether it is published or not. Throws `not-found`. */
export async function agentToTry(call: TrialCall, aiAgentId: string, version: number): Promise<ChatAgent> {
  const [{ id, name, widgetKey }, settings] = await Promise.all([
    readAiAgent(call, aiAgentId),
    readAiAgentVersion(call, aiAgentId, version),
  ]);
  return { subscriptionId: call.subscriptionId, id, name, version, widgetKey, settings };
}

/**
 * Answers a typed conversation as the chat would, by the same functions, and tells how it came about. Calls nobody, writes
 * nothing to Zendesk and stores nothing; budgets count it. Throws `not-found`, and `ai-agents-stopped` while the operator has
 * stopped all of the host.
 */
export async function tryAgent(
  call: TrialCall,
  services: ChatServices,
  request: TrialRequest,
): Promise<Transient<Trial>> {
  if ((await call.ports.database.read(call, readStopped)) === 'host')
    throw new ProblemError('ai-agents-stopped');
  const agent = await agentToTry(call, request.aiAgentId, request.version);
  const watch = new TrialWatch(services);
  const settings = await services.settings.get(agent.subscriptionId);
  const watched = {
    ...call,
    ports: { ...call.ports, modelProvider: watch.provider(call.ports.modelProvider) },
  };
  const tally = new TurnTally(watched, services, agent, settings);
  const message = request.messages.map((list) => list.at(-1)?.text ?? '');
  const conversation = request.messages.map((list) => conversationOf(list.slice(0, -1), request.state));
  const language = languageFor(conversation, message, request.locale, agent.settings.languages);
  const now = call.ports.clock.now();
  const session = {
    subscriptionId: agent.subscriptionId,
    aiAgentId: agent.id,
    sessionId: call.ports.ids.next(),
    origin: '',
    begunAt: Math.floor(now.getTime() / 1000),
  };
  const decide = async (): Promise<Decision> => {
    const decision = await decisionOf(
      {
        call: watched,
        services: { ...services, retrieve: watch.retrieve, writeBack: noWriteBack },
        request: { session, message, emit: (event) => event.type !== 'answer' && request.emit(event) },
        agent,
        conversation,
        language,
        onPassages: watch.onPassages,
      },
      settings,
      tally,
    );
    if (decision.calls === undefined) return decision;
    // Nobody is called: it is said as it would be if that went well.
    return handedOver(decision, agent, language, { state: 'done', ticketId: null }, now);
  };
  const decision = await decide().catch(async (error: unknown) => {
    await tally.endTrial(call.signal.aborted ? 'aborted' : toProblem(error).type);
    throw error;
  });
  const receipt = await tally.endTrial(decision.outcome);
  const state: TrialState = {
    language,
    unanswered: decision.unanswered ? request.state.unanswered + 1 : 0,
    handedOff: request.state.handedOff || decision.handOff === 'done',
  };
  const { action, reason, offersPerson, handOff, calls } = decision;
  const trial = Transient.all([
    decision.text,
    decision.sources,
    watch.searches(decision),
    watch.prompts(),
  ]).map(([text, sources, searches, prompts]): Trial => ({
    answer: { action, text, sources: [...sources], language, reason, offersPerson, handOff },
    calls: calls ?? null,
    searches,
    prompts: [...prompts],
    receipt,
    state,
  }));
  request.emit({ type: 'trial', trial });
  return trial;
}

/** The conversation before the newest message, as a history blob would have brought it. */
function conversationOf(messages: readonly ChatMessage[], state: TrialState): Conversation {
  const whole: Conversation = {
    ...newConversation(0, null),
    ...state,
    turn: messages.filter(({ from }) => from === 'visitor').length,
    messages: [...messages],
  };
  return Conversation.parse(JSON.parse(toHistoryText(whole)));
}

/** Notes, in memory, what a trial finds, sends and is answered. */
class TrialWatch {
  readonly #services: ChatServices;
  readonly #found: Retrieved[] = [];
  readonly #prompts: Transient<Prompt>[] = [];
  #numbered: Transient<readonly NumberedPassage[]> = Transient.of([]);
  #cited: Transient<readonly number[]> = Transient.of([]);

  constructor(services: ChatServices) {
    this.#services = services;
  }

  readonly retrieve: ChatServices['retrieve'] = async (call, wanted) => {
    const found = await this.#services.retrieve(call, wanted);
    this.#found.push(found);
    return found;
  };

  readonly onPassages = (passages: Transient<readonly NumberedPassage[]>): void => {
    this.#numbered = passages;
  };

  provider(provider: ModelProvider): ModelProvider {
    const shown = withShownPrompts(provider, (prompt) => this.#prompts.push(prompt));
    return {
      ...passedOn(shown),
      generate: async (generation) => this.#finished(await shown.generate(generation)),
      stream: async function* (this: TrialWatch, generation: Parameters<ModelProvider['stream']>[0]) {
        for await (const event of shown.stream(generation)) {
          if (event.type === 'finished') this.#finished(event);
          yield event;
        }
      }.bind(this),
    };
  }

  #finished(generation: FinishedGeneration): FinishedGeneration {
    const answered: Transient<unknown> = generation.output ?? generation.text;
    this.#cited = answered.map((given) => {
      const answer = AgentAnswer.pick({ citations: true }).safeParse(given);
      return answer.success ? answer.data.citations.map(({ source }) => source) : [];
    });
    return generation;
  }

  prompts(): Transient<readonly Prompt[]> {
    return Transient.all(this.#prompts);
  }

  searches({ sources }: Decision): Transient<Trial['searches']> {
    const lists = Transient.all(this.#found.map(({ passages }) => passages));
    return Transient.all([lists, this.#numbered, this.#cited, sources]).map(
      ([all, numbered, cited, verified]) =>
        this.#found.map(({ mode, sure, floor }, at) => ({
          mode,
          sure,
          floor: floor ?? null,
          passages: (all[at] ?? []).map((passage): TrialPassage => {
            const { chunkId, found, ...rest } = passage;
            const number = numbered.find((one) => one.passage.chunkId === chunkId)?.number ?? null;
            return {
              ...rest,
              headingPath: [...rest.headingPath],
              number,
              words: found?.words ?? null,
              vector: found?.vector ?? null,
              cited: number !== null && cited.includes(number),
              verified: verified.some((source) => source.number === number),
            };
          }),
        })),
    );
  }
}
