import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { setTimeout as sleep } from 'node:timers/promises';
import type { SelfSigned } from './certificate.ts';
import { FaultSwitch, faultSchema } from './zendesk/faults.ts';

/** One request with its body read. */
export type SiteRequest = {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
};

/** One answer: `json` or `text` or bytes. */
export type SiteAnswer = {
  readonly status: number;
  readonly json?: unknown;
  readonly text?: string;
  readonly bytes?: Buffer;
  readonly headers?: Readonly<Record<string, string>>;
};

/** A running simulated site. */
export type SiteServer = {
  readonly url: string;
  readonly faults: FaultSwitch;
  /** `METHOD /path?query` of every request but those of the controls, newest last. */
  readonly requests: string[];
  readonly close: () => Promise<void>;
};

const LARGEST_BODY = 1024 * 1024;

/** Serves a site on 127.0.0.1 with faults that can be switched on below `/_sandbox/faults`; https with a certificate. Port 0 takes any free one. */
export async function serveSite(
  port: number,
  makeHandler: (origin: string) => (request: SiteRequest) => SiteAnswer | Promise<SiteAnswer>,
  secure?: SelfSigned,
): Promise<SiteServer> {
  const server =
    secure === undefined ? createServer() : createSecureServer({ key: secure.key, cert: secure.certificate });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('The simulator has no port');
  const url = `${secure === undefined ? 'http' : 'https'}://127.0.0.1:${address.port}`;
  const faults = new FaultSwitch();
  const requests: string[] = [];
  const handle = makeHandler(url);
  server.on('request', (incoming, response) => {
    void answer(incoming, response).catch(() => response.destroy());
  });
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const request = await readRequest(incoming, url);
    const path = request.url.pathname + request.url.search;
    if (path === '/_sandbox/faults') return send(response, switchFaults(faults, request));
    const isControl = path.startsWith('/_sandbox/');
    if (!isControl) requests.push(`${request.method} ${path}`);
    const active = isControl ? [] : faults.take(request.method, path);
    for (const fault of active) {
      if (fault.kind === 'delay') await sleep(fault.delayMs ?? 1_000);
      if (fault.kind === 'status') {
        const headers: Record<string, string> = {};
        if (fault.retryAfterSeconds !== undefined) headers['Retry-After'] = String(fault.retryAfterSeconds);
        return send(response, { status: fault.status ?? 503, text: 'Simulated failure', headers });
      }
    }
    const given = await handle(request);
    const kinds = new Set(active.map(({ kind }) => kind));
    return send(response, given, kinds.has('cut') ? 'cut' : kinds.has('malformed') ? 'malformed' : undefined);
  };
  return {
    url,
    faults,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function readRequest(incoming: IncomingMessage, origin: string): Promise<SiteRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming) {
    if (!Buffer.isBuffer(chunk)) continue;
    size += chunk.length;
    if (size > LARGEST_BODY) throw new Error('The body is too large');
    chunks.push(chunk);
  }
  return {
    method: incoming.method ?? 'GET',
    url: new URL(incoming.url ?? '/', origin),
    headers: incoming.headers,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}

function switchFaults(faults: FaultSwitch, request: SiteRequest): SiteAnswer {
  if (request.method === 'GET') return { status: 200, json: { faults: faults.list() } };
  if (request.method === 'DELETE') {
    faults.clear();
    return { status: 204 };
  }
  const fault = faultSchema.safeParse(parsed(request.body));
  if (!fault.success || 'preset' in fault.data)
    return { status: 400, json: { error: 'InvalidFault', description: 'One fault is expected.' } };
  faults.add(fault.data);
  return { status: 201, json: { faults: faults.list() } };
}

/** A body of JSON or of a form; undefined when it is neither. */
export function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

function send(response: ServerResponse, answer: SiteAnswer, damage?: 'cut' | 'malformed'): void {
  const isJson = answer.json !== undefined;
  const bytes =
    answer.bytes ?? Buffer.from(isJson ? JSON.stringify(answer.json) : (answer.text ?? ''), 'utf8');
  const headers: Record<string, string> = {
    'Content-Type': isJson ? 'application/json;charset=UTF-8' : 'text/plain; charset=utf-8',
    ...answer.headers,
  };
  const half = bytes.subarray(0, Math.max(1, Math.floor(bytes.length / 2)));
  if (damage === 'malformed') {
    response.writeHead(answer.status, headers);
    response.end(half);
    return;
  }
  response.writeHead(answer.status, { ...headers, 'Content-Length': String(bytes.length) });
  if (damage === 'cut') response.write(half, () => response.socket?.destroy());
  else response.end(answer.status === 204 ? undefined : bytes);
}
