import { createHash } from 'node:crypto';
import { ProblemError } from '../kernel/problem-error.ts';
import { Transient } from '../kernel/transient.ts';
import type { ModelConnection } from '../ports/model-provider.ts';
import type { SubscriptionSettings } from '../services/settings/settings-reader.ts';
import type { CallMeter } from '../copilot/call-meter.ts';
import { checkCitations } from '../copilot/context/citations.ts';
import { generateAnswer } from '../copilot/generate-answer.ts';
import { startMasking } from '../copilot/masking/start-masking.ts';
import { fitWindow } from '../copilot/prompt/fit-window.ts';
import { newMarks } from '../copilot/prompt/render-prompt.ts';
import { allowedLinks, textsOf } from '../copilot/text/output-filter.ts';
import { repeatsPassage, tellsWithheld } from '../copilot/text/withheld.ts';
import {
  AgentAnswer,
  agentContent,
  answerShape,
  renderAgentPrompt,
  type AgentRules,
  type NumberedPassage,
} from './agent-prompt.ts';
import { createAnswerGate } from './answer-gate.ts';
import type { ChatAgent } from './chat-agents.ts';
import type { ChatCall } from './chat-call.ts';
import type { ChatMessage } from './conversation.ts';

/** Tokens of sources and conversation that one question may send, whatever the model could read. */
export const mostPromptTokens = 8_000;
export const mostOutputTokens = 900;

/** One question to one model. */
export interface AgentQuestion {
  readonly call: ChatCall;
  readonly agent: ChatAgent;
  readonly settings: SubscriptionSettings;
  readonly connection: ModelConnection;
  readonly meter: CallMeter;
  readonly rules: AgentRules;
  readonly passages: Transient<readonly NumberedPassage[]>;
  /** With the newest message. */
  readonly messages: Transient<readonly ChatMessage[]>;
  readonly language: string;
  readonly maySearch: boolean;
  readonly onText: (text: Transient<string>) => void;
}

/** A model's own fields, and the check of what is made of them: taking something out can put together what was withheld. */
export interface AskedAgent {
  readonly answer: Transient<AgentAnswer>;
  readonly isWithheld: (text: Transient<string>) => boolean;
}

/** Asks and checks the fields for what must not be shown; throws `ProblemError` for whatever goes wrong at the provider, and `output-refused`. */
export async function askAgent(question: AgentQuestion): Promise<AskedAgent> {
  const { call, agent, settings, connection, meter, rules, passages } = question;
  const { modelProvider } = call.ports;
  const masking = startMasking(settings.masking, modelProvider, meter);
  const content = masking.content(
    Transient.all([passages, question.messages]).map(([numbered, messages]) =>
      agentContent(numbered, messages, question),
    ),
  );
  const fitted = fit(question, content);
  meter.commentsSent = countOf(fitted, 'comment');
  meter.sourcesSent = countOf(fitted, 'source');
  const marks = newMarks();
  const prompt = fitted.map((one) => renderAgentPrompt(rules.text, one, marks));
  const isAllowedLink = linkCheck(passages);
  const gate = createAnswerGate(masking.forAnswer, (decided) => isWellFounded(decided, passages));
  const withheld = { rules: rules.text, marks, apiKey: connection.apiKey, memory: rules.memory };
  const codes = codesIn(agent.settings.instructions);
  const { temperature } = agent.settings.model;
  const finished = await generateAnswer({
    metrics: call.ports.metrics,
    clock: call.ports.clock,
    modelProvider: gate.provider,
    generation: {
      connection,
      prompt,
      output: answerShape,
      maxOutputTokens: mostOutputTokens,
      cacheKey: createHash('sha256').update(`${agent.id}\n${agent.version}`).digest('hex').slice(0, 32),
      signal: call.signal,
      ...(temperature !== null && { temperature }),
    },
    feature: { name: 'chat', model: { streams: { as: 'text', field: 'answer' } } },
    meter,
    emit: (event) => {
      if (event.type !== 'text-delta') return;
      const passed = gate.pass(event.text);
      if (passed.measure((text) => text.length) > 0) question.onText(passed);
    },
    isAllowedLink,
    withheld,
  });
  const answered = finished.output ?? finished.text;
  const isWithheld = (text: Transient<string>): boolean =>
    Transient.all([text, prompt]).measure(
      ([shown, { user }]) =>
        tellsWithheld(shown, withheld, () => user) ||
        codes.some((code) => repeatsPassage(shown, code, () => user)),
    );
  if (isWithheld((answered as Transient<unknown>).map((given) => textsOf(given).join('\n'))))
    throw new ProblemError('output-refused');
  return { answer: (answered as Transient<unknown>).map((given) => AgentAnswer.parse(given)), isWithheld };
}

/** Words of the instructions that are no words: shorter than a passage, and still for nobody's eyes. */
const codesIn = (instructions: string): string[] =>
  instructions.match(/(?=[\w-]*\d)(?=[\w-]*[A-Za-z])[\w-]{12,}/g) ?? [];

type Content = ReturnType<ReturnType<typeof startMasking>['content']>;

/** Leaves out what is too much for the model, and for the budget of one question. */
function fit({ call, connection, rules }: AgentQuestion, content: Content): Content {
  const { modelProvider } = call.ports;
  const count = (text: string): number => modelProvider.countTokens(connection, Transient.of(text));
  const room = modelProvider.contextWindow(connection) - mostOutputTokens - count(rules.text) - 800;
  const most = Math.max(1_000, Math.min(mostPromptTokens, Math.floor(room * 0.9)));
  return content.map((one) => ({ ...one, blocks: fitWindow(one.blocks, most, count).blocks }));
}

const countOf = (content: Content, kind: 'comment' | 'source'): number =>
  content.measure(({ blocks }) => blocks.filter((block) => block.kind === kind).length);

/** Says yes or no about a link; what it is asked about comes out of the same passages. */
export function linkCheck(passages: Transient<readonly NumberedPassage[]>): (link: string) => boolean {
  let check: ((link: string) => boolean) | undefined;
  return (link) =>
    passages.measure((list) => {
      check ??= allowedLinks(list.flatMap(({ passage }) => wordsOfTheirs(passage)));
      return check(link);
    });
}

/** The names of files are the company's own choice, and some look like hosts: "manual-for-model-2.pdf". */
const wordsOfTheirs = ({ text, url, kind, title }: NumberedPassage['passage']): string[] => [
  text,
  url ?? '',
  ...(kind === 'files' ? [title] : []),
];

/** Whether words may be shown while they arrive: a checked citation carries them, or they only ask back. */
function isWellFounded(
  decided: Readonly<Record<string, unknown>>,
  passages: Transient<readonly NumberedPassage[]>,
): boolean {
  if (decided['refusedTopic'] !== false || decided['promises'] !== 'nothing') return false;
  if (decided['action'] === 'ask') return true;
  if (decided['action'] !== 'answer') return false;
  const given = AgentAnswer.shape.citations.safeParse(decided['citations']);
  return given.success && passages.measure((list) => checkCitations(given.data, asSources(list)).length > 0);
}

/** Passages as the check of citations reads sources. */
export const asSources = (passages: readonly NumberedPassage[]) =>
  passages.map(({ number, passage }) => ({
    number,
    title: passage.title,
    url: passage.url,
    origin: 'knowledge' as const,
    internal: passage.internal,
    text: passage.text,
  }));
