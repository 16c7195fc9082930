import type { Dispatcher } from 'undici';
import { ResponseBody } from './response-body.ts';
import type { TextTap } from './text-tap.ts';

/** Bytes; far above the longest answer a model can write. */
const bodyLimitBytes = 16 * 1024 * 1024;

/** Who wants to know about the requests made with a signal, which is all that the provider packages hand through. */
export interface RequestObserver {
  /** A request has got its socket and is being sent. */
  onConnected(): void;
  /** Asked for at the start of each event stream: takes text out of it. */
  readonly openTap: (() => TextTap) | undefined;
  /** Answers a request in place of the network. */
  readonly intercept?: (url: string, request: FastRequest) => Promise<FastResponse> | undefined;
}

const observers = new WeakMap<AbortSignal, RequestObserver>();

/** Tells the observer about every request with this signal. */
export function observeRequests(signal: AbortSignal, observer: RequestObserver): void {
  observers.set(signal, observer);
}

/** The parts of a `Response` that the provider packages and the key check read. */
export interface FastResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: ResponseBody;
  text(): Promise<string>;
  json(): Promise<unknown>;
  arrayBuffer(): Promise<ArrayBuffer>;
}

export interface FastRequest {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly signal?: AbortSignal;
}

export type FastFetch = (url: string, request?: FastRequest) => Promise<FastResponse>;

/**
 * A `fetch` with just what a model call needs, straight on an undici dispatcher: no redirects, no decompression, no
 * cookies, no cache. The dispatcher decides which addresses may be reached. Rejects with the abort reason, or the
 * dispatcher's error.
 */
export function createFastFetch(dispatcher: Dispatcher): FastFetch {
  const send: FastFetch = (url, request = {}) =>
    new Promise((resolve, reject) => {
      const { signal } = request;
      if (signal?.aborted === true) {
        reject(abortError(signal));
        return;
      }
      const address = new URL(url);
      const exchange = new Exchange(resolve, reject, signal);
      try {
        dispatcher.dispatch(
          {
            origin: address.origin,
            path: address.pathname + address.search,
            method: (request.method ?? 'GET') as Dispatcher.HttpMethod,
            headers: request.headers ?? {},
            body: request.body ?? null,
            // The deadlines of a generation are stricter and cheaper than timers per request.
            headersTimeout: 0,
            bodyTimeout: 0,
          },
          exchange,
        );
      } catch (error) {
        exchange.fail(error);
      }
    });
  return (url, request = {}) => {
    const observer = request.signal === undefined ? undefined : observers.get(request.signal);
    return observer?.intercept?.(url, request) ?? send(url, request);
  };
}

/** The same answer again, for another reader, after its body has been read. */
export function replayed(response: FastResponse, text: string): FastResponse {
  const body = new ResponseBody(readAlready, bodyLimitBytes, undefined);
  body.push(Buffer.from(text));
  body.end();
  return new Answer(response.status, response.statusText, response.headers, body);
}

const readAlready = {
  pause: () => undefined,
  resume: () => undefined,
  abort: () => undefined,
};

function abortError(signal: AbortSignal): Error {
  const { reason } = signal;
  return reason instanceof Error ? reason : new DOMException('The call was aborted', 'AbortError');
}

class Exchange implements Dispatcher.DispatchHandler {
  private readonly resolve: (response: FastResponse) => void;
  private readonly reject: (error: unknown) => void;
  private readonly signal: AbortSignal | undefined;
  private controller: Dispatcher.DispatchController | undefined;
  private body: ResponseBody | undefined;

  constructor(
    resolve: (response: FastResponse) => void,
    reject: (error: unknown) => void,
    signal: AbortSignal | undefined,
  ) {
    this.resolve = resolve;
    this.reject = reject;
    this.signal = signal;
    signal?.addEventListener('abort', this.onAbort);
  }

  private readonly onAbort = (): void => {
    if (this.signal === undefined) return;
    const error = abortError(this.signal);
    this.controller?.abort(error);
    this.fail(error);
  };

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    if (this.signal === undefined) return;
    if (this.signal.aborted) controller.abort(abortError(this.signal));
    else observers.get(this.signal)?.onConnected();
  }

  onResponseStart(
    controller: Dispatcher.DispatchController,
    statusCode: number,
    headers: Record<string, string | string[] | undefined>,
    statusMessage?: string,
  ): void {
    if (statusCode < 200) return;
    const encoding = headers['content-encoding'];
    if (encoding !== undefined && encoding !== 'identity') {
      controller.abort(new TypeError('An encoded answer was not asked for'));
      return;
    }
    const type = headers['content-type'];
    const isEvents = statusCode === 200 && typeof type === 'string' && type.startsWith('text/event-stream');
    const observer = isEvents && this.signal !== undefined ? observers.get(this.signal) : undefined;
    const body = new ResponseBody(controller, bodyLimitBytes, observer?.openTap?.());
    this.body = body;
    this.resolve(new Answer(statusCode, statusMessage ?? '', headerMap(headers), body));
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.body?.push(chunk);
  }

  onResponseEnd(): void {
    this.signal?.removeEventListener('abort', this.onAbort);
    this.body?.end();
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.fail(error);
  }

  fail(error: unknown): void {
    this.signal?.removeEventListener('abort', this.onAbort);
    if (this.body === undefined) this.reject(error);
    else this.body.fail(error);
  }
}

function headerMap(headers: Record<string, string | string[] | undefined>): ReadonlyMap<string, string> {
  const map = new Map<string, string>();
  for (const name in headers) {
    const value = headers[name];
    if (value !== undefined) map.set(name, typeof value === 'string' ? value : value.join(', '));
  }
  return map;
}

class Answer implements FastResponse {
  readonly ok: boolean;
  readonly status: number;
  readonly statusText: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: ResponseBody;

  constructor(status: number, statusText: string, headers: ReadonlyMap<string, string>, body: ResponseBody) {
    this.ok = status >= 200 && status < 300;
    this.status = status;
    this.statusText = statusText;
    this.headers = headers;
    this.body = body;
  }

  async text(): Promise<string> {
    return new TextDecoder().decode(await this.body.bytes());
  }

  async json(): Promise<unknown> {
    return JSON.parse(await this.text());
  }

  async arrayBuffer(): Promise<ArrayBuffer> {
    return new Uint8Array(await this.body.bytes()).buffer;
  }
}
