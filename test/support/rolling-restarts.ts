import { setTimeout as sleep } from 'node:timers/promises';
import { startBalancer } from './balancer.ts';
import type { Replicas } from './replicas.ts';

export interface RollingRestarts {
  readonly restarts: number;
  readonly requests: number;
  /** Status and count of every answer that was not 2xx, and of what broke on the way. */
  readonly failed: ReadonlyMap<string, number>;
  /** Exit codes other than 0. */
  readonly badExits: readonly (number | null)[];
  readonly longestStopMs: number;
  /** Milliseconds. */
  readonly latency: { readonly p50: number; readonly p95: number; readonly max: number };
}

export interface RollingRestartOptions {
  readonly replicas: Replicas;
  readonly restarts: number;
  readonly requestsPerSecond: number;
  /** Between two questions of the balancer whether a replica is ready. */
  readonly askEveryMs: number;
}

/** Restarts one replica after the other by SIGTERM while requests keep coming at a steady rate. */
export async function rollThrough(options: RollingRestartOptions): Promise<RollingRestarts> {
  const { replicas } = options.replicas;
  const token = await options.replicas.signIn();
  const balancer = await startBalancer(
    replicas.map(({ port }) => port),
    options.askEveryMs,
  );
  const load = startLoad(balancer.url, token, options.requestsPerSecond);
  const badExits: (number | null)[] = [];
  let longestStopMs = 0;
  try {
    for (let restart = 0; restart < options.restarts; restart += 1) {
      const replica = replicas[restart % replicas.length];
      if (replica === undefined) throw new Error('no replica');
      const ended = replica.ended();
      replica.signal('SIGTERM');
      const { code, afterMs } = await ended;
      if (code !== 0) badExits.push(code);
      longestStopMs = Math.max(longestStopMs, afterMs);
      await replica.startAgain();
      while (!replicas.every(({ port }) => balancer.isInRotation(port))) await sleep(50);
    }
    await sleep(500);
  } finally {
    await load.stop();
    await balancer.close();
  }
  const sorted = load.latencies.toSorted((left, right) => left - right);
  const at = (share: number): number => Math.round(sorted[Math.floor((sorted.length - 1) * share)] ?? 0);
  for (const reason of balancer.failures) load.failed.set(reason, (load.failed.get(reason) ?? 0) + 1);
  return {
    restarts: options.restarts,
    requests: load.latencies.length,
    failed: load.failed,
    badExits,
    longestStopMs: Math.round(longestStopMs),
    latency: { p50: at(0.5), p95: at(0.95), max: at(1) },
  };
}

interface Load {
  readonly latencies: number[];
  readonly failed: Map<string, number>;
  stop(): Promise<void>;
}

/** Sends at a steady rate whatever the answers take, so that a slow server does not slow its own test down. */
function startLoad(url: string, token: string, perSecond: number): Load {
  const latencies: number[] = [];
  const failed = new Map<string, number>();
  const open = new Set<Promise<void>>();
  const startedAt = performance.now();
  let sent = 0;
  const send = async (number: number): Promise<void> => {
    const from = performance.now();
    const outcome = await ask(url, token, number).catch((error: unknown) => String(error));
    latencies.push(performance.now() - from);
    if (outcome !== undefined) failed.set(outcome, (failed.get(outcome) ?? 0) + 1);
  };
  const timer = setInterval(() => {
    const due = Math.floor(((performance.now() - startedAt) / 1000) * perSecond);
    for (; sent < due; sent += 1) {
      const request = send(sent).finally(() => open.delete(request));
      open.add(request);
    }
  }, 5);
  return {
    latencies,
    failed,
    stop: async () => {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
}

/** Reads from memory, reads from the database, a POST, and now and then a whole answer of the copilot; undefined when it went well. */
async function ask(url: string, token: string, number: number): Promise<string | undefined> {
  const headers = { authorization: `Bearer ${token}` };
  const json = { ...headers, 'content-type': 'application/json' };
  // A session may be renewed once a second; the rest takes turns.
  const turn = number % 2 === 0 ? 'state' : 'receipts';
  const kind = number % 40 === 39 ? 'copilot' : number % 200 === 0 ? 'renew' : turn;
  const response = await (kind === 'copilot'
    ? fetch(`${url}/v1/copilot/summarize-ticket`, {
        method: 'POST',
        headers: { ...json, accept: 'application/json' },
        body: JSON.stringify({ ticketId: 1001, locale: 'en' }),
      })
    : kind === 'renew'
      ? fetch(`${url}/v1/sidebar/session`, { method: 'POST', headers: json, body: '{}' })
      : fetch(`${url}/v1/sidebar/${kind === 'receipts' ? 'receipts/1001' : 'state'}`, { headers }));
  const text = await response.text();
  if (response.ok) return undefined;
  return `${kind} ${response.status} ${/"type":"([^"]+)"/.exec(text)?.[1] ?? ''}`;
}
