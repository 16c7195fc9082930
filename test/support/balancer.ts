import { Agent, createServer, request as httpRequest, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Balancer {
  readonly url: string;
  /** Why requests failed on the way; a client saw 502 for each. */
  readonly failures: readonly string[];
  isInRotation(port: number): boolean;
  close(): Promise<void>;
}

/** A load balancer as plain as they come: asks /readyz, takes turns, keeps connections, never tries a request twice. */
export async function startBalancer(ports: readonly number[], askEveryMs: number): Promise<Balancer> {
  const agent = new Agent({ keepAlive: true });
  const ready = new Set<number>();
  const failures: string[] = [];
  let turn = 0;

  const ask = (port: number): Promise<void> =>
    new Promise((resolve) => {
      const settle = (isReady: boolean): void => {
        if (isReady) ready.add(port);
        else ready.delete(port);
        resolve();
      };
      httpRequest({ host: '127.0.0.1', port, path: '/readyz', agent: false, timeout: 2_000 }, (response) => {
        response.resume();
        settle(response.statusCode === 200);
      })
        .on('error', () => settle(false))
        .on('timeout', () => settle(false))
        .end();
    });

  const server = createServer((incoming, outgoing) => {
    const candidates = ports.filter((port) => ready.has(port));
    const port = candidates[(turn += 1) % Math.max(1, candidates.length)];
    const fail = (reason: string): void => {
      failures.push(reason);
      if (outgoing.headersSent) outgoing.destroy();
      else outgoing.writeHead(502).end();
    };
    if (port === undefined) return fail('no replica is ready');
    const { connection: _hop, ...headers } = incoming.headers;
    const forwarded = httpRequest(
      { host: '127.0.0.1', port, method: incoming.method, path: incoming.url, headers, agent },
      (answer: IncomingMessage) => {
        const { connection: _connection, ...rest } = answer.headers;
        outgoing.writeHead(answer.statusCode ?? 502, rest);
        answer.on('error', (error) => fail(error.message)).pipe(outgoing);
      },
    );
    forwarded.on('error', (error) => fail(`${port}: ${error.message}`));
    incoming.pipe(forwarded);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  await Promise.all(ports.map(ask));
  const timer = setInterval(() => void Promise.all(ports.map(ask)), askEveryMs);
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    failures,
    isInRotation: (port) => ready.has(port),
    close: () => {
      clearInterval(timer);
      agent.destroy();
      server.closeAllConnections();
      return new Promise((resolve) => server.close(() => resolve()));
    },
  };
}
