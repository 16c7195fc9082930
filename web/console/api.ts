import type { z } from 'zod';
import { refreshSession, signOut } from '../../src/contract/accounts.ts';
import type { Endpoint } from '../../src/contract/endpoint.ts';
import { KnowledgeFileView, uploadKnowledgeFile } from '../../src/contract/knowledge.ts';
import { TrialEvent, tryAiAgent } from '../../src/contract/playground.ts';
import { Problem, problemSlug } from '../../src/contract/problem.ts';
import { fillPath } from '../shared/api-client.ts';
import { EventStreamParser } from '../shared/event-stream.ts';
import { RequestFailedError, type Failure } from '../shared/failure.ts';

type AnyEndpoint<P extends z.ZodType, B extends z.ZodType, R extends z.ZodType> = Endpoint<P, B, R>;

interface Options<P extends z.ZodType, B extends z.ZodType> {
  readonly params: z.input<P>;
  readonly body?: z.input<B>;
  readonly signal?: AbortSignal;
}

/** Calls the server as the person who has signed in. The access token lives in this closure; what renews it is a cookie no script reads. */
export interface ConsoleApi {
  /** From now on calls are made with this token. */
  useToken(token: string): void;
  /** Renews the session of the cookie; false when there is none. */
  resume(): Promise<boolean>;
  end(): Promise<void>;
  /** The checked answer; throws RequestFailedError, or AbortError when the signal fires. */
  call<P extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
    endpoint: AnyEndpoint<P, B, R>,
    options: Options<P, B>,
  ): Promise<z.output<R>>;
  /** The events of a trial up to and including `done` or `problem`; throws as `call` does. */
  tryOut(options: Options<typeof tryAiAgent.params, typeof tryAiAgent.body>): AsyncGenerator<TrialEvent>;
  /** `onSent` is told the share of the bytes that have left, 0 to 1. */
  upload(sourceId: string, file: File, onSent: (share: number) => void): Promise<KnowledgeFileView>;
}

const ownPage = { 'x-indesk-console': '1' } as const;

export function createConsoleApi(): ConsoleApi {
  let token = '';
  let renewing: Promise<boolean> | undefined;

  const send = async (
    endpoint: { readonly method: string; readonly path: string },
    options: { params: unknown; body?: unknown; signal?: AbortSignal },
    accept: string,
  ): Promise<Response> => {
    try {
      return await fetch(fillPath(endpoint.path, options.params), {
        method: endpoint.method,
        headers: {
          ...ownPage,
          accept,
          ...(token !== '' && { authorization: `Bearer ${token}` }),
          ...(options.body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
        ...(options.signal !== undefined && { signal: options.signal }),
        credentials: 'same-origin',
        cache: 'no-store',
        redirect: 'error',
      });
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      throw new RequestFailedError(lost());
    }
  };

  const request = async (...given: Parameters<typeof send>): Promise<Response> => {
    let response = await send(...given);
    if (response.ok) return response;
    let failure = await failureOf(response);
    if (isSignedOut(failure) && token !== '' && (await resume())) {
      response = await send(...given);
      if (response.ok) return response;
      failure = await failureOf(response);
    }
    throw new RequestFailedError(failure);
  };

  const renew = async (): Promise<boolean> => {
    const response = await send(refreshSession, { params: {}, body: {} }, 'application/json');
    const parsed = refreshSession.response.safeParse(await response.json().catch(() => undefined));
    token = response.ok && parsed.success ? parsed.data.accessToken : '';
    return token !== '';
  };
  // Of two pages that renew at once, the second would show a token that was used: the browser lets one at a time.
  const resume = (): Promise<boolean> =>
    (renewing ??= navigator.locks.request('indesk-renewal', renew).finally(() => {
      renewing = undefined;
    }));

  return {
    useToken(next) {
      token = next;
    },
    resume,
    async end() {
      await send(signOut, { params: {}, body: {} }, 'application/json');
      token = '';
    },
    async call(endpoint, options) {
      const response = await request(endpoint, options, 'application/json');
      const parsed = endpoint.response.safeParse(await response.json().catch(() => undefined));
      if (!parsed.success) throw new RequestFailedError({ kind: 'unreachable' });
      return parsed.data;
    },
    async *tryOut(options) {
      const response = await request(tryAiAgent, options, 'text/event-stream');
      if (response.body === null) throw new RequestFailedError({ kind: 'unreachable' });
      yield* readTrial(response.body, options.signal);
    },
    async upload(sourceId, file, onSent) {
      const sent = await sendFile(sourceId, file, token, onSent);
      if (!isSignedOut(sent) || !(await resume())) return fileOf(sent);
      return fileOf(await sendFile(sourceId, file, token, onSent));
    },
  };
}

const lost = (): Failure => (navigator.onLine ? { kind: 'unreachable' } : { kind: 'offline' });

const isSignedOut = (result: Failure | KnowledgeFileView): boolean =>
  'kind' in result &&
  result.kind === 'problem' &&
  ['console-sign-in-needed', 'session-expired', 'not-signed-in'].includes(problemSlug(result.problem));

async function failureOf(response: Response): Promise<Failure> {
  return readProblem(await response.json().catch(() => undefined), response.headers.get('retry-after'));
}

function readProblem(body: unknown, retryAfter: string | null): Failure {
  const parsed = Problem.safeParse(body);
  if (!parsed.success) return { kind: 'unreachable' };
  const seconds = Number(retryAfter ?? Number.NaN);
  const waits = parsed.data.retryAfterSeconds === undefined && Number.isFinite(seconds);
  return { kind: 'problem', problem: waits ? { ...parsed.data, retryAfterSeconds: seconds } : parsed.data };
}

async function* readTrial(
  body: ReadableStream<Uint8Array>,
  signal: AbortSignal | undefined,
): AsyncGenerator<TrialEvent> {
  const parser = new EventStreamParser();
  const decoder = new TextDecoder();
  const reader = body.getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      for (const data of parser.feed(decoder.decode(value, { stream: true }))) {
        const event = TrialEvent.safeParse(JSON.parse(data));
        if (!event.success) continue;
        yield event.data;
        if (event.data.type === 'done' || event.data.type === 'problem') return;
      }
    }
  } catch (error) {
    if (signal?.aborted === true) throw error;
  } finally {
    await reader.cancel().catch(() => {});
  }
  throw new RequestFailedError({ kind: 'interrupted' });
}

/** By XMLHttpRequest, which alone tells how much has been sent. */
function sendFile(
  sourceId: string,
  file: File,
  token: string,
  onSent: (share: number) => void,
): Promise<Failure | KnowledgeFileView> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open(uploadKnowledgeFile.method, fillPath(uploadKnowledgeFile.path, { sourceId }));
    request.setRequestHeader('accept', 'application/json');
    request.setRequestHeader('x-indesk-console', '1');
    request.setRequestHeader('authorization', `Bearer ${token}`);
    request.upload.addEventListener('progress', ({ loaded, total }) =>
      onSent(total === 0 ? 0 : loaded / total),
    );
    request.addEventListener('error', () => resolve(lost()));
    request.addEventListener('load', () => {
      const body = parse(request.responseText);
      const stored = KnowledgeFileView.safeParse(body);
      resolve(
        request.status === 200 && stored.success
          ? stored.data
          : readProblem(body, request.getResponseHeader('retry-after')),
      );
    });
    const form = new FormData();
    form.append('file', file, file.name);
    request.send(form);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function fileOf(sent: Failure | KnowledgeFileView): KnowledgeFileView {
  if ('kind' in sent) throw new RequestFailedError(sent);
  return sent;
}
