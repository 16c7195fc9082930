import { createServer } from 'node:http';
import { isLoopback } from '../kernel/loopback.ts';
import { secretsEqual } from '../kernel/secrets-equal.ts';
import type { Metrics } from '../ports/metrics.ts';
import { securityHeaders } from './security-headers.ts';

export interface MetricsListenerOptions {
  readonly host: string;
  readonly port: number;
  /** What a scraper must send as bearer token; may be left out on a loopback address alone. */
  readonly token: string | undefined;
  readonly metrics: Pick<Metrics, 'render'>;
}

/** Serves `/metrics` apart from what tenants can reach. Returns its port and close; throws when anybody could read it. */
export async function listenForMetrics(
  options: MetricsListenerOptions,
): Promise<{ readonly port: number; close(): Promise<void> }> {
  const { host, port, token, metrics } = options;
  if (token === undefined && !isLoopback(host))
    throw new Error('Metrics off the loopback address need INDESK_METRICS_TOKEN_FILE');
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(securityHeaders)) response.setHeader(name, value);
    const answer = (status: number, text = ''): void => void response.writeHead(status).end(text);
    if (request.method !== 'GET' || request.url !== '/metrics') return answer(404);
    if (token !== undefined && !secretsEqual(request.headers.authorization ?? '', `Bearer ${token}`)) {
      response.setHeader('www-authenticate', 'Bearer');
      return answer(401);
    }
    metrics.render().then(
      (text) => {
        response.setHeader('content-type', 'text/plain; version=0.0.4');
        answer(200, text);
      },
      () => answer(500),
    );
  });
  await new Promise<void>((resolve, reject) =>
    server.once('error', reject).listen(port, host.replace(/^\[(.*)\]$/, '$1'), resolve),
  );
  const address = server.address();
  return {
    port: typeof address === 'object' && address !== null ? address.port : port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
