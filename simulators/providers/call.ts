import { composeAnswer, estimateTokens, streamChunks } from './answer.ts';
import { withoutFailures, type Behaviour } from './behaviour.ts';
import type { Ask, Dialect, DialectName } from './dialects/dialect.ts';
import { kindOfStatus, maskKey, wireError, type ErrorKind } from './errors.ts';
import type { JsonObject } from './json.ts';
import { ordersIn } from './obedient-model/orders.ts';
import { sendError, sendJson, sendProxyPage, sendStream, sendWhole, type Exchange } from './send.ts';

/** What outlives a single call. */
export interface CallMemory {
  /** Prepared answers, used up in order. */
  readonly answers: string[];
  /** Calls so far of keys that count them. */
  readonly callsOfKey: Map<string, number>;
  /** Between the demo model's chunks. Milliseconds. */
  readonly demoPace: number;
  /** Planted texts whose orders the obedient model has read. */
  readonly obeyed: Set<string>;
  nextId: number;
}

function failureOf(ask: Ask, behaviour: Behaviour): ErrorKind | null {
  if (behaviour.overflow) return 'overflow';
  if (behaviour.status !== null) return kindOfStatus(behaviour.status, behaviour.quota);
  if (behaviour.quota) return 'quota';
  if (behaviour.window !== null && ask.system().length + ask.user().length > behaviour.window)
    return 'overflow';
  if (behaviour.filter === 'prompt') return 'filtered';
  return /^(missing|no-such)/.test(ask.model) ? 'model-not-found' : null;
}

/** Two vendors refuse a prompt with status 200: an empty answer that says why. */
function quietRefusal(ask: Ask, id: string): unknown {
  if (ask.dialect === 'google') {
    return {
      promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
      usageMetadata: { promptTokenCount: 1_200, totalTokenCount: 1_200 },
      modelVersion: ask.model,
      responseId: id,
    };
  }
  return undefined;
}

function countCall(behaviour: Behaviour, memory: CallMemory): number {
  if (behaviour.times === null && behaviour.badJson !== 'once') return 1;
  const count = (memory.callsOfKey.get(behaviour.key) ?? 0) + 1;
  memory.callsOfKey.set(behaviour.key, count);
  return count;
}

async function fail(
  exchange: Exchange,
  ask: Ask,
  behaviour: Behaviour,
  kind: ErrorKind,
  id: string,
): Promise<void> {
  if (behaviour.ttft > 0)
    await new Promise((resolve) => {
      setTimeout(resolve, behaviour.ttft);
    });
  if (exchange.closed) return;
  const quiet = kind === 'filtered' ? quietRefusal(ask, id) : undefined;
  if (quiet !== undefined && ask.stream) {
    exchange.response.writeHead(200, { 'content-type': 'text/event-stream' });
    exchange.response.end(`data: ${JSON.stringify(quiet)}\n\n`);
    return;
  }
  if (quiet !== undefined) return sendJson(exchange, 200, JSON.stringify(quiet));
  const facts = {
    api: ask.api,
    model: ask.model,
    tokens: estimateTokens(ask.system() + ask.user()),
    status: behaviour.status,
    key: maskKey(behaviour.key),
  };
  sendError(exchange, wireError(ask.dialect, kind, facts), behaviour.retryAfter);
}

/** Answers one model call the way its key says. */
export async function answerCall(
  exchange: Exchange,
  name: DialectName,
  dialect: Dialect,
  path: string,
  body: JsonObject,
  given: Behaviour,
  memory: CallMemory,
): Promise<void> {
  const ask = dialect.read(name, path, body);
  const calls = countCall(given, memory);
  const behaviour = given.times !== null && calls > given.times ? withoutFailures(given) : given;
  const id = `sim-${memory.nextId++}`;
  if (behaviour.hang === 'silent') return;
  if (behaviour.hang === 'headers') {
    exchange.response.writeHead(200, {
      'content-type': ask.stream ? 'text/event-stream' : 'application/json',
    });
    exchange.response.flushHeaders();
    return;
  }
  if (behaviour.html) return sendProxyPage(exchange);
  const failure = failureOf(ask, behaviour);
  if (failure) return fail(exchange, ask, behaviour, failure, id);
  if (behaviour.midError !== null && !ask.stream) return failUnstreamed(exchange, ask, behaviour, id);

  const orders = behaviour.obedient ? ordersIn(ask.user()) : undefined;
  if (orders !== undefined) memory.obeyed.add(orders.case);
  const answer = composeAnswer(ask, behaviour, memory.answers.shift(), calls === 1);
  const chunks = ask.stream || behaviour.gap !== null ? streamChunks(answer.text, behaviour) : [];
  const gap = behaviour.gap ?? (behaviour.kind === 'demo' && ask.stream ? memory.demoPace : 0);
  const wire = dialect.wire(ask, id, body);
  if (ask.stream) return sendStream(exchange, wire, answer, chunks, behaviour, gap);
  return sendWhole(exchange, wire, answer, chunks.length, behaviour, gap);
}

async function failUnstreamed(exchange: Exchange, ask: Ask, behaviour: Behaviour, id: string): Promise<void> {
  // OpenRouter has sent its 200 by the time the vendor behind it fails.
  if (ask.dialect === 'openrouter')
    return sendJson(
      exchange,
      200,
      JSON.stringify({ error: { code: 502, message: 'Provider returned error' } }),
    );
  return fail(exchange, ask, behaviour, 'server', id);
}
