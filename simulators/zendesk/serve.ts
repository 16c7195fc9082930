import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { ApiError } from './api-error.ts';
import { authenticate, authorize } from './authenticate.ts';
import type { Fault } from './faults.ts';
import { endpointName, Router } from './router.ts';
import type { Answer, Call, Caller, Route, Simulation } from './simulation.ts';

const LARGEST_BODY = 8 * 1024 * 1024;

/** Builds the handler of everything but the desk page: routes, credentials, limits, faults, counters. */
export function serve(
  simulation: Simulation,
  routes: readonly Route[],
): (request: IncomingMessage, response: ServerResponse) => Promise<void> {
  const router = new Router(routes);
  return async (request, response) => {
    const url = new URL(request.url ?? '/', simulation.origin);
    const method = request.method === 'HEAD' ? 'GET' : (request.method ?? 'GET');
    const found = router.find(method, url.pathname);
    const name =
      found === null || found === 'wrong-method' ? `${method} (unknown)` : endpointName(found.route);
    const control = url.pathname.startsWith('/_sandbox/');
    const faults = control ? [] : simulation.faults.take(method, url.pathname + url.search);
    const answered = control ? undefined : simulation.counters.begin();
    const answer = await answerWithFaults(simulation, faults, async () => {
      if (control) refuseForeignHost(request);
      if (found === null) throw new ApiError(404, { error: 'InvalidEndpoint', description: 'Not found' });
      if (found === 'wrong-method')
        throw new ApiError(405, { error: 'InvalidMethod', description: 'Method not allowed' });
      return await answerRoute(simulation, found.route, found.parts, request, url);
    });
    answered?.();
    if (!control) simulation.counters.count(name, answer.status);
    send(request, response, answer, faults);
  };
}

async function answerRoute(
  simulation: Simulation,
  route: Route,
  parts: readonly string[],
  request: IncomingMessage,
  url: URL,
): Promise<Answer> {
  const api = url.pathname.startsWith('/api/v2/');
  const caller = api ? authenticate(simulation, request.headers.authorization) : null;
  const limits = api && caller?.token !== null ? countRequest(simulation, url) : {};
  try {
    authorize(route, caller);
    const call = await readCall(request, url, parts, caller);
    const answer = await route.handle(call);
    return { ...answer, headers: { ...limits, ...answer.headers } };
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return { status: error.status, body: error.body, headers: { ...limits, ...error.headers } };
  }
}

function countRequest(simulation: Simulation, url: URL): Record<string, string> {
  return simulation.limiter.countRequest(
    /^\/api\/v2\/(help_center|guide)\//.test(url.pathname) ? 'help-center' : 'support',
  );
}

// A page of another site must not steer the sandbox by pointing its own name at this address.
function refuseForeignHost(request: IncomingMessage): void {
  const host = (request.headers.host ?? '').replace(/:\d+$/, '');
  if (host === '127.0.0.1' || host === '[::1]' || /(^|\.)localhost$/.test(host)) return;
  throw new ApiError(403, {
    error: 'Forbidden',
    description: 'The sandbox controls answer on loopback names only.',
  });
}

async function readCall(
  request: IncomingMessage,
  url: URL,
  parts: readonly string[],
  caller: Caller | null,
): Promise<Call> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > LARGEST_BODY)
      throw new ApiError(413, { error: 'RequestTooLarge', description: 'The body is too large' });
    chunks.push(chunk);
  }
  const rawBody = Buffer.concat(chunks).toString('utf8');
  const contentType = request.headers['content-type'] ?? '';
  return {
    url,
    parts,
    rawBody,
    contentType,
    body: contentType.startsWith('application/x-www-form-urlencoded')
      ? Object.fromEntries(new URLSearchParams(rawBody))
      : parseBody(rawBody),
    header: (name) => {
      const value = request.headers[name];
      return Array.isArray(value) ? value[0] : value;
    },
    caller,
  };
}

function parseBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text);
  } catch {
    throw new ApiError(400, { error: 'InvalidJSON', description: 'The request body is not valid JSON.' });
  }
}

async function answerWithFaults(
  simulation: Simulation,
  faults: readonly Fault[],
  work: () => Promise<Answer>,
): Promise<Answer> {
  for (const fault of faults) {
    if (fault.kind === 'delay') await new Promise((resolve) => setTimeout(resolve, fault.delayMs ?? 1_000));
    if (fault.kind === 'status') return refusal(fault);
  }
  try {
    return await work();
  } catch (error) {
    if (error instanceof ApiError) return { status: error.status, body: error.body, headers: error.headers };
    const reason = error instanceof Error ? (error.stack ?? error.message) : String(error);
    process.stderr.write(`zendesk simulator (${simulation.account.subdomain}): ${reason}\n`);
    return {
      status: 500,
      body: { error: 'InternalError', description: 'The simulator failed. See its output.' },
    };
  }
}

// Real outages answer with text/plain as often as with JSON, so the ones here do too.
function refusal(fault: Fault): Answer {
  const status = fault.status ?? 503;
  const headers: Record<string, string> = { 'Content-Type': 'text/plain; charset=utf-8' };
  if (fault.retryAfterSeconds !== undefined) headers['Retry-After'] = String(fault.retryAfterSeconds);
  if (status === 401) {
    return {
      status,
      body: {
        error: 'invalid_token',
        error_description:
          'The access token provided is expired, revoked, malformed or invalid for other reasons.',
      },
    };
  }
  return { status, text: status === 429 ? 'Too Many Requests' : 'Simulated failure', headers };
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  answer: Answer,
  faults: readonly Fault[],
): void {
  const json = answer.text === undefined && answer.body !== undefined;
  const text = answer.text ?? (json ? JSON.stringify(answer.body) : '');
  const headers: Record<string, string> = {
    ...(json ? { 'Content-Type': 'application/json; charset=utf-8' } : {}),
    'Cache-Control': 'max-age=0, private, must-revalidate',
    'x-request-id': randomUUID(),
    ...answer.headers,
  };
  if (faults.some((fault) => fault.kind === 'malformed')) {
    const half = text.slice(0, Math.max(1, Math.floor(text.length / 2)));
    response.writeHead(200, { ...headers, 'Content-Type': 'application/json; charset=utf-8' });
    response.end(half);
    return;
  }
  if (answer.status !== 204) headers['Content-Length'] = String(Buffer.byteLength(text));
  response.writeHead(answer.status, headers);
  if (faults.some((fault) => fault.kind === 'cut')) {
    // The work is done but its answer is lost half-way: what retries have to cope with.
    response.write(text.slice(0, Math.floor(text.length / 2)), () => request.socket.destroy());
    return;
  }
  response.end(request.method === 'HEAD' || answer.status === 204 ? undefined : text);
}
