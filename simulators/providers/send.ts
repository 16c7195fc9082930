import type { ServerResponse } from 'node:http';
import type { Behaviour } from './behaviour.ts';
import type { Answer, Wire } from './dialects/dialect.ts';
import type { WireError } from './errors.ts';

/** One response and what became of it. */
export interface Exchange {
  readonly response: ServerResponse;
  /** The client is gone. */
  closed: boolean;
  /** We destroyed the socket ourselves, so the close is none of the client's doing. */
  cutByUs: boolean;
}

const jsonType = 'application/json';
const requestId = { 'x-request-id': 'req_simulated', 'request-id': 'req_simulated' };

const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });

/** Sends a JSON body. */
export function sendJson(
  { response }: Exchange,
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, {
    'content-type': jsonType,
    'content-length': Buffer.byteLength(text),
    ...requestId,
    ...headers,
  });
  response.end(text);
}

/** Sends a vendor's error, with `retry-after` when the key asks for one. */
export function sendError(exchange: Exchange, error: WireError, retryAfter: number | null): void {
  const headers: Record<string, string> = retryAfter === null ? {} : { 'retry-after': String(retryAfter) };
  sendJson(exchange, error.status, JSON.stringify(error.body), { ...error.headers, ...headers });
}

/** A proxy's own page in front of a dead vendor. */
export function sendProxyPage({ response }: Exchange): void {
  response.writeHead(502, { 'content-type': 'text/html' });
  response.end(
    '<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway</h1></center></body></html>',
  );
}

async function cutSocket(exchange: Exchange): Promise<void> {
  // What was written must reach the client first, else the cut looks like a refused connection.
  await wait(10);
  exchange.cutByUs = true;
  exchange.response.destroy();
}

/** Sends an answer as one body. */
export async function sendWhole(
  exchange: Exchange,
  wire: Wire,
  answer: Answer,
  chunks: number,
  behaviour: Behaviour,
  gap: number,
): Promise<void> {
  const delay = behaviour.ttft + gap * chunks;
  if (delay > 0) await wait(delay);
  if (exchange.closed) return;
  const body = wire.body(answer);
  if (behaviour.cut !== null) {
    exchange.response.writeHead(200, {
      'content-type': jsonType,
      'content-length': Buffer.byteLength(body),
      ...requestId,
    });
    exchange.response.write(body.slice(0, Math.floor(body.length / 2)));
    await cutSocket(exchange);
    return;
  }
  sendJson(exchange, 200, behaviour.malformed ? body.slice(0, Math.floor(body.length / 2)) : body);
}

const isUneventful = (behaviour: Behaviour): boolean =>
  behaviour.cut === null &&
  behaviour.midError === null &&
  behaviour.stall === null &&
  behaviour.pauseAt === null &&
  !behaviour.malformed;

/** Sends an answer as server-sent events. */
export async function sendStream(
  exchange: Exchange,
  wire: Wire,
  answer: Answer,
  chunks: readonly string[],
  behaviour: Behaviour,
  gap: number,
): Promise<void> {
  const { response } = exchange;
  response.writeHead(200, {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
    ...requestId,
  });
  const opening = wire.open(answer);
  if (behaviour.ttft > 0) {
    if (opening === '') response.flushHeaders();
    else response.write(opening);
    await wait(behaviour.ttft);
  } else if (opening !== '') {
    response.write(opening);
  }
  if (gap === 0 && isUneventful(behaviour)) {
    if (exchange.closed) return;
    for (let index = 0; index < chunks.length; index += 1)
      response.write(wire.delta(behaviour.marks ? timeMark(index) : (chunks[index] ?? '')));
    response.end(wire.close(answer));
    return;
  }
  await sendSlowly(exchange, wire, answer, chunks, behaviour, gap);
}

async function sendSlowly(
  exchange: Exchange,
  wire: Wire,
  answer: Answer,
  chunks: readonly string[],
  behaviour: Behaviour,
  gap: number,
): Promise<void> {
  const { response } = exchange;
  for (let index = 0; index <= chunks.length; index += 1) {
    if (exchange.closed) return;
    if (behaviour.cut === index) return cutSocket(exchange);
    if (behaviour.stall === index) return;
    if (behaviour.midError === index) {
      response.end(wire.failure());
      return;
    }
    const chunk = chunks[index];
    if (chunk === undefined) break;
    if (behaviour.malformed && index === Math.min(3, chunks.length - 1))
      response.write('data: {"id":"chunk","choices":[{"delta":{"content":\n\n');
    const pause = behaviour.pauseAt === index ? behaviour.pause : 0;
    if (pause > 0 || (index > 0 && gap > 0)) await wait(pause + (index > 0 ? gap : 0));
    if (exchange.closed) return;
    response.write(wire.delta(behaviour.marks ? timeMark(index) : chunk));
  }
  response.end(wire.close(answer));
}

const timeMark = (index: number): string => `${index === 0 ? 'Thank ' : ''}@${process.hrtime.bigint()}@ `;
