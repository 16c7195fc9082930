import type { z } from 'zod';
import type { Endpoint } from '../../src/contract/endpoint.ts';
import { Problem } from '../../src/contract/problem.ts';
import type { StreamEvent } from '../../src/contract/stream-events.ts';
import { readEventStream } from './event-stream.ts';
import { RequestFailedError, type Failure } from './failure.ts';

/** A stream that says nothing for this long is taken for dead; milliseconds. */
const idleLimit = 90_000;

export interface CallOptions<P extends z.ZodType, B extends z.ZodType> {
  readonly params: z.input<P>;
  readonly body?: z.input<B>;
  readonly signal?: AbortSignal;
}

export interface StreamOptions<P extends z.ZodType, B extends z.ZodType> extends CallOptions<P, B> {
  /** Asks for the `prompt` event: what the model is sent. */
  readonly showPrompt?: boolean;
}

export interface ApiClient {
  /** Uses another session from now on. */
  useSession(session: string): void;
  /** The checked answer; throws RequestFailedError, or AbortError when the signal fires. */
  call<P extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
    endpoint: Endpoint<P, B, R>,
    options: CallOptions<P, B>,
  ): Promise<z.output<R>>;
  /** The events up to and including `done` or `problem`; throws as `call` does. */
  stream<P extends z.ZodType, B extends z.ZodType, R extends z.ZodType>(
    endpoint: Endpoint<P, B, R>,
    options: StreamOptions<P, B>,
  ): AsyncGenerator<StreamEvent>;
}

export interface ApiClientSettings {
  readonly session: string;
  /** Where the server lives; the page's own origin unless told. */
  readonly base?: string;
  readonly fetch?: typeof fetch;
  readonly isOnline?: () => boolean;
}

/** Calls our server with the session of this page, which is kept in this closure and nowhere else. */
export function createApiClient(settings: ApiClientSettings): ApiClient {
  let session = settings.session;
  const send = settings.fetch ?? fetch.bind(globalThis);
  const isOnline = settings.isOnline ?? (() => navigator.onLine);
  const lost = (): Failure => (isOnline() ? { kind: 'unreachable' } : { kind: 'offline' });

  const request = async (
    endpoint: Pick<Endpoint<z.ZodType, z.ZodType, z.ZodType>, 'method' | 'path'>,
    options: { params: unknown; body?: unknown; signal?: AbortSignal; showPrompt?: boolean },
    accept: string,
  ): Promise<Response> => {
    let response: Response;
    try {
      response = await send(`${settings.base ?? ''}${fillPath(endpoint.path, options.params)}`, {
        method: endpoint.method,
        headers: {
          accept,
          authorization: `Bearer ${session}`,
          ...(options.body !== undefined && { 'content-type': 'application/json' }),
          ...(options.showPrompt === true && { 'x-show-prompt': 'true' }),
        },
        ...(options.body !== undefined && { body: JSON.stringify(options.body) }),
        ...(options.signal !== undefined && { signal: options.signal }),
        credentials: 'omit',
        cache: 'no-store',
        redirect: 'error',
      });
    } catch (error) {
      if (options.signal?.aborted === true) throw error;
      throw new RequestFailedError(lost());
    }
    if (!response.ok) throw new RequestFailedError(await failureOf(response));
    return response;
  };

  return {
    useSession(next) {
      session = next;
    },
    async call(endpoint, options) {
      const response = await request(endpoint, options, 'application/json');
      const parsed = endpoint.response.safeParse(await response.json().catch(() => undefined));
      if (!parsed.success) throw new RequestFailedError({ kind: 'unreachable' });
      return parsed.data;
    },
    async *stream(endpoint, options) {
      const idle = new AbortController();
      const signal = AbortSignal.any([idle.signal, ...(options.signal ? [options.signal] : [])]);
      let timer = setTimeout(() => idle.abort(), idleLimit);
      const stillAlive = () => {
        clearTimeout(timer);
        timer = setTimeout(() => idle.abort(), idleLimit);
      };
      try {
        const response = await request(endpoint, { ...options, signal }, 'text/event-stream');
        const isStream = response.headers.get('content-type')?.startsWith('text/event-stream') === true;
        if (!isStream || response.body === null) throw new RequestFailedError({ kind: 'unreachable' });
        yield* untilEnd(readEventStream(response.body, stillAlive), options.signal);
      } catch (error) {
        if (idle.signal.aborted && options.signal?.aborted !== true) {
          throw new RequestFailedError({ kind: 'interrupted' });
        }
        throw error;
      } finally {
        clearTimeout(timer);
      }
    },
  };
}

async function* untilEnd(
  events: AsyncGenerator<StreamEvent>,
  signal?: AbortSignal,
): AsyncGenerator<StreamEvent> {
  try {
    for await (const event of events) {
      yield event;
      if (event.type === 'done' || event.type === 'problem') return;
    }
  } catch (error) {
    if (signal?.aborted === true) throw error;
    throw new RequestFailedError({ kind: 'interrupted' });
  }
  throw new RequestFailedError({ kind: 'interrupted' });
}

/** Puts parameters into a path such as `/v1/copilot/:feature`. */
export function fillPath(path: string, params: unknown): string {
  const values = typeof params === 'object' && params !== null ? (params as Record<string, unknown>) : {};
  return path.replace(/:([a-zA-Z]+)/g, (_, name: string) => encodeURIComponent(String(values[name])));
}

async function failureOf(response: Response): Promise<Failure> {
  const parsed = Problem.safeParse(await response.json().catch(() => undefined));
  if (!parsed.success) return { kind: 'unreachable' };
  const retryAfter = Number(response.headers.get('retry-after') ?? Number.NaN);
  const problem = parsed.data;
  if (problem.retryAfterSeconds === undefined && Number.isFinite(retryAfter)) {
    return { kind: 'problem', problem: { ...problem, retryAfterSeconds: retryAfter } };
  }
  return { kind: 'problem', problem };
}
