import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createBehaviours, type Behaviour } from './behaviour.ts';
import { answerCall, type CallMemory } from './call.ts';
import { createDataMinimumGuard, type Violation } from './data-minimum.ts';
import { anthropicMessages } from './dialects/anthropic.ts';
import { chatCompletions } from './dialects/chat-completions.ts';
import { dialectNames, type Dialect, type DialectName } from './dialects/dialect.ts';
import { googleGenerateContent } from './dialects/google.ts';
import { responses } from './dialects/responses.ts';
import { kindOfStatus, maskKey, wireError, type ErrorKind } from './errors.ts';
import { isObject, parseJson } from './json.ts';
import { readOnlyAnswer } from './model-lists.ts';
import { createRecorder, type RecordedRequest } from './recorder.ts';
import { answerSandbox } from './sandbox.ts';
import { sendError, sendJson, sendProxyPage, type Exchange } from './send.ts';

export interface ProviderSimulatorOptions {
  /** 0 takes a free one. */
  readonly port?: number;
  /** Serves the demo model to keys that begin with `sk-demo`; otherwise they are wrong keys. */
  readonly demo?: boolean;
  /** Between the demo model's chunks. Milliseconds, 15 unless told. */
  readonly demoPace?: number;
  /** Values no request may carry outside comment blocks. */
  readonly forbidden?: readonly string[];
  /** Keeps the newest requests; switch it off in benchmarks. */
  readonly record?: boolean;
}

/** A running simulator. `url` has no slash at the end: `${url}/openai/v1` is a base URL. */
export interface ProviderSimulator {
  readonly url: string;
  readonly port: number;
  /** The newest requests, the sandbox's own apart. */
  readonly requests: RecordedRequest[];
  /** Requests refused for carrying a forbidden value. */
  readonly violations: Violation[];
  /** Answers whose client left before the end. */
  earlyCloses(): number;
  /** Planted texts whose orders the obedient model has read, by their case. */
  obeyed(): readonly string[];
  setForbidden(values: readonly string[]): void;
  /** Settings for every key (`status=503`, `ttft=2000`), on top of its own; an empty text switches it off. */
  setFault(settings: string): void;
  /** Exact texts for the next calls that succeed, one each. */
  answerWith(...answers: readonly string[]): void;
  /** Forgets requests, violations, faults, prepared answers and counts. */
  reset(): void;
  close(): Promise<void>;
}

const largestBody = 32 * 1024 * 1024;
const dialectSet: ReadonlySet<string> = new Set(dialectNames);
const isDialect = (name: string): name is DialectName => dialectSet.has(name);

/** Where each vendor takes model calls, after its prefix. */
function dialectFor(name: DialectName, rest: string): Dialect | undefined {
  switch (name) {
    case 'openai':
    case 'xai':
      if (rest === '/v1/responses') return responses;
      return rest === '/v1/chat/completions' ? chatCompletions : undefined;
    case 'anthropic':
      return rest === '/v1/messages' ? anthropicMessages : undefined;
    case 'google':
      return /^\/v1beta\/models\/[^/]+:(streamGenerateContent|generateContent)$/.test(rest)
        ? googleGenerateContent
        : undefined;
    case 'deepseek':
      return rest === '/chat/completions' ? chatCompletions : undefined;
    case 'openrouter':
      return rest === '/api/v1/chat/completions' ? chatCompletions : undefined;
    case 'mistral':
    case 'moonshot':
    case 'compatible':
      return rest === '/v1/chat/completions' ? chatCompletions : undefined;
  }
}

/** Each vendor reads the key from its own header only, so that a client that sends the wrong one is found out. */
function keyOf(name: DialectName, request: IncomingMessage): string {
  const header = (key: string): string => {
    const value = request.headers[key];
    return typeof value === 'string' ? value : '';
  };
  if (name === 'anthropic') return header('x-api-key');
  if (name === 'google') return header('x-goog-api-key');
  return /^Bearer\s+(.+)$/i.exec(header('authorization'))?.[1] ?? '';
}

const facts = (behaviour: Behaviour) => ({
  api: 'chat' as const,
  model: '',
  tokens: 0,
  status: behaviour.status,
  key: maskKey(behaviour.key),
});

function refuse(exchange: Exchange, name: DialectName, kind: ErrorKind, behaviour: Behaviour): void {
  sendError(exchange, wireError(name, kind, { ...facts(behaviour), status: null }), null);
}

/** Key checks and model lists: no prompt, the same failures. */
function answerRead(exchange: Exchange, name: DialectName, rest: string, behaviour: Behaviour): void {
  const answer = readOnlyAnswer(name, rest);
  if (answer === undefined)
    return sendJson(
      exchange,
      404,
      '{"error":{"message":"Not found","type":"invalid_request_error","code":"unknown_url"}}',
    );
  if (behaviour.hang !== 'no') return;
  if (behaviour.html) return sendProxyPage(exchange);
  // A key without credit can still list models.
  if (behaviour.status !== null && !behaviour.quota) {
    return sendError(
      exchange,
      wireError(name, kindOfStatus(behaviour.status, false), facts(behaviour)),
      behaviour.retryAfter,
    );
  }
  sendJson(exchange, 200, JSON.stringify(answer));
}

/** What one running simulator keeps between requests. */
interface State {
  readonly demo: boolean;
  readonly record: boolean;
  readonly behaviours: ReturnType<typeof createBehaviours>;
  readonly guard: ReturnType<typeof createDataMinimumGuard>;
  readonly recorder: ReturnType<typeof createRecorder>;
  readonly memory: CallMemory;
  readonly controls: Omit<ProviderSimulator, 'url' | 'port' | 'close'>;
  earlyCloses: number;
}

/** Finds out what a request is and answers it. */
async function handle(
  state: State,
  request: IncomingMessage,
  exchange: Exchange,
  raw: Buffer,
): Promise<void> {
  const { behaviours, guard, memory, controls } = state;
  const path = request.url ?? '/';
  const query = path.indexOf('?');
  const bare = query < 0 ? path : path.slice(0, query);
  const method = request.method ?? 'GET';
  if (bare.startsWith('/_sandbox/')) return answerSandbox(exchange, method, bare, raw, controls);
  const slash = bare.indexOf('/', 1);
  const name = bare.slice(1, slash < 0 ? undefined : slash);
  if (slash < 0 || !isDialect(name))
    return sendJson(exchange, 404, '{"error":{"message":"No such interface in this simulator"}}');
  const rest = bare.slice(slash);
  const key = keyOf(name, request);
  if (state.record) state.recorder.add({ method, path, headers: request.headers, key }, raw);
  const behaviour = behaviours.get(key);
  if (behaviour.kind === 'unknown' || (behaviour.kind === 'demo' && !state.demo))
    return refuse(exchange, name, 'auth', behaviour);
  if (method === 'GET') return answerRead(exchange, name, rest, behaviour);

  const dialect = dialectFor(name, rest);
  if (!dialect)
    return sendJson(
      exchange,
      404,
      '{"error":{"message":"Not found","type":"invalid_request_error","code":"unknown_url"}}',
    );
  if (name === 'anthropic' && request.headers['anthropic-version'] === undefined)
    return refuse(exchange, name, 'bad-request', behaviour);
  const body = parseJson(raw.toString('utf8'));
  if (!isObject(body)) return refuse(exchange, name, 'bad-request', behaviour);
  const violation = guard.check(bare, body);
  if (violation) {
    const message = `The request carries a value the feature did not declare (${violation.kind}, number ${violation.index + 1} in the list).`;
    return sendJson(
      exchange,
      422,
      JSON.stringify({ error: { type: 'data_minimum', code: 'data_minimum', message } }),
    );
  }
  return answerCall(exchange, name, dialect, path, body, behaviour, memory);
}

/** Collects a request's body and watches how its response ends. */
function receive(state: State, request: IncomingMessage, response: ServerResponse): void {
  const exchange: Exchange = { response, closed: false, cutByUs: false };
  const chunks: Buffer[] = [];
  let size = 0;
  response.on('error', () => undefined);
  response.on('close', () => {
    exchange.closed = true;
    if (!response.writableFinished && !exchange.cutByUs) state.earlyCloses += 1;
  });
  request.on('error', () => undefined);
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size <= largestBody) chunks.push(chunk);
  });
  request.on('end', () => {
    if (size > largestBody) return sendJson(exchange, 413, '{"error":{"message":"Request too large"}}');
    handle(
      state,
      request,
      exchange,
      chunks.length === 1 && chunks[0] ? chunks[0] : Buffer.concat(chunks),
    ).catch((error: unknown) => {
      process.stderr.write(
        `provider simulator: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
      );
      if (response.headersSent) response.destroy();
      else sendJson(exchange, 500, '{"error":{"message":"The simulator failed","type":"simulator_error"}}');
    });
  });
}

/** Starts the vendors' interfaces on 127.0.0.1, each under its own path prefix. */
export async function startProviderSimulator(
  options: ProviderSimulatorOptions = {},
): Promise<ProviderSimulator> {
  const { demo = false, demoPace = 15, record = true } = options;
  const behaviours = createBehaviours();
  const guard = createDataMinimumGuard(options.forbidden ?? []);
  const recorder = createRecorder();
  const memory: CallMemory = { answers: [], callsOfKey: new Map(), obeyed: new Set(), demoPace, nextId: 1 };

  const controls: State['controls'] = {
    requests: recorder.requests,
    violations: guard.violations,
    earlyCloses: () => state.earlyCloses,
    obeyed: () => [...memory.obeyed],
    setForbidden: guard.setForbidden,
    setFault: behaviours.setFault,
    answerWith: (...answers: readonly string[]) => {
      memory.answers.push(...answers);
    },
    reset: () => {
      recorder.requests.length = 0;
      guard.violations.length = 0;
      memory.answers.length = 0;
      memory.callsOfKey.clear();
      memory.obeyed.clear();
      state.earlyCloses = 0;
      behaviours.setFault('');
    },
  };

  const state: State = { demo, record, behaviours, guard, recorder, memory, controls, earlyCloses: 0 };
  const server = createServer({ keepAliveTimeout: 65_000, requestTimeout: 0 }, (request, response) =>
    receive(state, request, response),
  );
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    ...controls,
    close: () =>
      new Promise<void>((resolve, reject) => {
        server.close((error) => (error ? reject(error) : resolve()));
        server.closeAllConnections();
      }),
  };
}
