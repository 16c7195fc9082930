import type { ServerResponse } from 'node:http';
import type { OpenedSession } from '../chat/open-session.ts';
import type { ChatTurnEvent } from '../chat/take-turn.ts';
import type { TrialTurnEvent } from '../chat/try-agent.ts';
import type { ChatAnswer, ChatEvent } from '../contract/chat.ts';
import type { Trial, TrialEvent } from '../contract/playground.ts';
import type { FeatureEvent } from '../copilot/feature-event.ts';
import type { FeatureOutcome } from '../copilot/run-feature.ts';
import type { MergeRehearsal } from '../contract/merging.ts';
import type { MacroPreviewAnswer } from '../contract/macros.ts';
import type { ScorePreview } from '../contract/quality-scores.ts';
import { problemBody } from '../contract/problem.ts';
import type { StreamEvent } from '../contract/stream-events.ts';
import { toProblem } from '../kernel/problem-error.ts';
import { reveal } from '../kernel/reveal.ts';
import type { Transient } from '../kernel/transient.ts';
import type { Prompt } from '../ports/model-provider.ts';

/** Content leaves to the person who asked for it here, and nowhere else in the server. */
function toWire(event: Exclude<FeatureEvent, { type: 'text-delta' }>, requestId: string): StreamEvent[] {
  switch (event.type) {
    case 'started':
      return [{ ...event, requestId }];
    case 'partial':
      return [{ type: 'partial', value: reveal(event.value, 'reply') }];
    case 'output':
    case 'card':
      return [{ ...event, value: reveal(event.value, 'reply') }];
    case 'card-problem':
      return [
        {
          type: 'card-problem',
          feature: event.feature,
          problem: problemBody(toProblem(event.error), requestId),
        },
      ];
    case 'prompt':
      return [{ type: 'prompt', ...reveal(event.prompt, 'reply') }];
    case 'sources':
      return [{ type: 'sources', sources: [...reveal(event.sources, 'reply')] }];
    case 'citation':
      return reveal(event.citation, 'reply').map((citation) => ({ type: 'citation', citation }));
    case 'progress':
    case 'usage':
      return [event];
  }
}

const mostUnsentBytes = 256 * 1024;
const frameMs = 16;

export interface EventStream<E = FeatureEvent> {
  send(event: E): void;
  /** Ends the stream with `done`, or with the problem of an error. */
  end(error?: unknown): void;
}

/** How the events of one kind of stream are opened. */
export type OpenStream<E> = (
  response: ServerResponse,
  requestId: string,
  headers: Record<string, string>,
  onTooSlow: () => void,
) => EventStream<E>;

/** The stream of an ability, to the agent who asked. */
export const openEventStream: OpenStream<FeatureEvent> = (response, requestId, headers, onTooSlow) =>
  openStream(response, requestId, headers, onTooSlow, (event) =>
    event.type === 'text-delta'
      ? [{ type: 'text-delta', text: reveal(event.text, 'reply') }]
      : toWire(event, requestId),
  );

/** The stream of a turn, to the visitor. */
export const openChatStream: OpenStream<ChatTurnEvent> = (response, requestId, headers, onTooSlow) =>
  openStream(response, requestId, headers, onTooSlow, (event): ChatEvent[] => {
    switch (event.type) {
      case 'started':
        return [{ ...event, requestId }];
      case 'text-delta':
        return [{ type: 'text-delta', text: reveal(event.text, 'reply') }];
      case 'answer':
        return [{ type: 'answer', answer: reveal(event.answer, 'reply') }];
    }
  });

/** The stream of a trial, to the support lead. */
export const openTrialStream: OpenStream<TrialTurnEvent> = (response, requestId, headers, onTooSlow) =>
  openStream(response, requestId, headers, onTooSlow, (event): TrialEvent[] => {
    switch (event.type) {
      case 'started':
        return [{ ...event, requestId }];
      case 'text-delta':
        return [{ type: 'text-delta', text: reveal(event.text, 'reply') }];
      case 'trial':
        return [{ type: 'trial', trial: reveal(event.trial, 'reply') }];
    }
  });

/** Server-sent events on a response; what arrives together goes out in one write. */
function openStream<E>(
  response: ServerResponse,
  requestId: string,
  headers: Record<string, string>,
  onTooSlow: () => void,
  wireOf: (event: E) => (StreamEvent | ChatEvent | TrialEvent)[],
): EventStream<E> {
  let pending = '';
  let text = '';
  let scheduled = false;
  let waiting: NodeJS.Timeout | undefined;
  const closeText = (): void => {
    if (text === '') return;
    pending += `data: ${JSON.stringify({ type: 'text-delta', text } satisfies StreamEvent)}\n\n`;
    text = '';
  };
  const flush = (): void => {
    scheduled = false;
    clearTimeout(waiting);
    waiting = undefined;
    closeText();
    if (pending === '' || response.destroyed || response.writableEnded) return;
    response.write(pending);
    pending = '';
    // A reader that does not read would make us hold the answer in memory without end.
    if (response.writableLength > mostUnsentBytes) onTooSlow();
  };
  const push = (event: StreamEvent | ChatEvent | TrialEvent): void => {
    // Words that arrive together leave together: one event, one line for the browser to parse.
    if (event.type === 'text-delta') text += event.text;
    else {
      closeText();
      pending += `data: ${JSON.stringify(event)}\n\n`;
    }
    if (scheduled) return;
    // Words go out at once. Nobody sees progress that lasts shorter than a frame, so it waits for company.
    if (event.type !== 'text-delta') waiting ??= setTimeout(flush, frameMs);
    else {
      scheduled = true;
      process.nextTick(flush);
    }
  };
  response.writeHead(200, {
    ...headers,
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-accel-buffering': 'no',
  });
  return {
    send(event) {
      wireOf(event).forEach(push);
    },
    end(error) {
      if (error === undefined) push({ type: 'done' });
      else push({ type: 'problem', problem: problemBody(toProblem(error), requestId) });
      flush();
      response.end();
    },
  };
}

/** The body of an answer that is not streamed. */
export function outcomeBody({ output, receipt, degraded }: FeatureOutcome): string {
  return JSON.stringify({ output: reveal(output, 'reply'), receipt, degraded });
}

/** The answer of a turn that is not streamed, to the visitor. */
export const chatAnswerBody = (answer: Transient<ChatAnswer>): ChatAnswer => reveal(answer, 'reply');

/** A trial that is not streamed, to the support lead. */
export const trialBody = (trial: Transient<Trial>): Trial => reveal(trial, 'reply');

/** A new session, with the sealed beginning of its conversation, to the visitor. */
export const chatSessionBody = ({ history, ...session }: OpenedSession) => ({
  ...session,
  history: history === null ? null : reveal(history, 'reply'),
});

/** What a model would be sent, to the agent who asked. */
export const promptBody = (prompt: Transient<Prompt>): Prompt => reveal(prompt, 'reply');

/** What a merge would do, to the agent who asked. */
export const rehearsalBody = (rehearsal: Transient<MergeRehearsal>): MergeRehearsal =>
  reveal(rehearsal, 'reply');

/** What writing a score would change, to the agent who asked. */
export const scoreBody = (preview: Transient<ScorePreview>): ScorePreview => reveal(preview, 'reply');

/** What a macro would change, to the agent who asked. */
export const previewBody = (preview: Transient<MacroPreviewAnswer>): MacroPreviewAnswer =>
  reveal(preview, 'reply');
