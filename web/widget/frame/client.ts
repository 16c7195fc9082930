import type { ChatAnswer, ChatEvent } from '../../../src/contract/chat.ts';
import { EventStreamParser } from '../../shared/event-stream-parser.ts';

/** A stream that says nothing for this long is taken for dead; milliseconds. */
const idleLimit = 90_000;

/** Why something did not go well, as far as the frame knows: the slug of a problem, or what became of the connection. */
export type FailureKind = 'offline' | 'unreachable' | 'interrupted' | (string & {});

export class ChatFailure extends Error {
  readonly kind: FailureKind;
  readonly retryAfterSeconds: number | null;

  constructor(kind: FailureKind, retryAfterSeconds: number | null = null) {
    super(kind);
    this.kind = kind;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

export interface Contact {
  readonly name: string;
  readonly email: string;
}

/** Our server, for one conversation. Everything throws `ChatFailure`, or AbortError when the signal fires. */
export interface ChatClient {
  /** Says something; `onEvent` is told of the start and the words. Resolves with the checked answer. */
  say(
    turn: { readonly message: string; readonly history: string },
    onEvent: (event: ChatEvent) => void,
    signal: AbortSignal,
  ): Promise<ChatAnswer>;
  callPerson(
    request: { readonly history: string; readonly contact: Contact | null },
    signal: AbortSignal,
  ): Promise<ChatAnswer>;
  rate(turn: number, verdict: 'up' | 'down'): Promise<void>;
  end(history: string): Promise<void>;
}

/** `session` is asked for each call, because it changes while the frame stands. */
export function createChatClient(agentKey: string, locale: string, session: () => string): ChatClient {
  const post = async (
    path: string,
    body: object,
    accept: string,
    signal?: AbortSignal,
  ): Promise<Response> => {
    let response: Response;
    try {
      response = await fetch(`/v1/chat/${encodeURIComponent(agentKey)}/${path}`, {
        method: 'POST',
        headers: { accept, authorization: `Bearer ${session()}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
        ...(signal !== undefined && { signal }),
      });
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw new ChatFailure(navigator.onLine ? 'unreachable' : 'offline');
    }
    if (!response.ok) throw await failureOf(response);
    return response;
  };
  return {
    async say(turn, onEvent, signal) {
      const idle = new AbortController();
      const both = AbortSignal.any([idle.signal, signal]);
      let timer = setTimeout(() => idle.abort(), idleLimit);
      try {
        const response = await post('turns', { ...turn, locale }, 'text/event-stream', both);
        if (response.body === null) throw new ChatFailure('unreachable');
        return await answerOf(response.body, onEvent, () => {
          clearTimeout(timer);
          timer = setTimeout(() => idle.abort(), idleLimit);
        });
      } catch (error) {
        if (signal.aborted || error instanceof ChatFailure) throw error;
        throw new ChatFailure('interrupted');
      } finally {
        clearTimeout(timer);
      }
    },
    async callPerson(request, signal) {
      const response = await post('hand-off', { ...request, locale }, 'application/json', signal);
      return checked(await response.json().catch(() => undefined));
    },
    async rate(turn, verdict) {
      await post('feedback', { turn, verdict }, 'application/json');
    },
    async end(history) {
      await post('end', { history }, 'application/json');
    },
  };
}

async function answerOf(
  body: ReadableStream<Uint8Array>,
  onEvent: (event: ChatEvent) => void,
  onBytes: () => void,
): Promise<ChatAnswer> {
  const parser = new EventStreamParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let answer: ChatAnswer | undefined;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    onBytes();
    for (const data of parser.feed(decoder.decode(value, { stream: true }))) {
      const event = JSON.parse(data) as ChatEvent;
      if (event.type === 'problem') throw failureFrom(event.problem);
      if (event.type === 'answer') answer = checked(event.answer);
      else if (event.type !== 'done') onEvent(event);
    }
  }
  // With the answer everything was said, also when `done` was lost.
  if (answer === undefined) throw new ChatFailure('interrupted');
  return answer;
}

/** An answer of this version of the contract; a page that stayed open over an update may get another. */
function checked(answer: unknown): ChatAnswer {
  const { text, history, sources, turn, turnsLeft } = (answer ?? {}) as Partial<ChatAnswer>;
  const fits =
    typeof text === 'string' &&
    typeof history === 'string' &&
    Array.isArray(sources) &&
    typeof turn === 'number' &&
    typeof turnsLeft === 'number';
  if (!fits) throw new ChatFailure('unreachable');
  return answer as ChatAnswer;
}

async function failureOf(response: Response): Promise<ChatFailure> {
  const problem: unknown = await response.json().catch(() => undefined);
  const after = Number(response.headers.get('retry-after') ?? Number.NaN);
  return failureFrom(problem, Number.isFinite(after) ? after : null);
}

function failureFrom(problem: unknown, after: number | null = null): ChatFailure {
  const { type, retryAfterSeconds } = (problem ?? {}) as { type?: unknown; retryAfterSeconds?: unknown };
  if (typeof type !== 'string') return new ChatFailure('unreachable', after);
  const seconds = typeof retryAfterSeconds === 'number' ? retryAfterSeconds : after;
  return new ChatFailure(type.replace('/problems/', ''), seconds);
}
