import type { FastifyInstance } from 'fastify';
import { livenessPage, readinessPage, startupPage } from '../../contract/pages.ts';
import type { HttpContext } from '../context.ts';

/** For orchestrators: no sign-in, no detail, no tenant data. Liveness asks nothing outside this process. */
export function addHealthRoutes(
  app: FastifyInstance,
  context: Pick<HttpContext, 'lifecycle' | 'readiness'>,
): void {
  const { lifecycle, readiness } = context;
  app.get(livenessPage.path, { config: { endpoint: livenessPage } }, async () => ({ status: 'ok' }));
  app.get(startupPage.path, { config: { endpoint: startupPage } }, async (_request, reply) =>
    reply.code(lifecycle.isStarted() ? 200 : 503).send({ status: lifecycle.isStarted() ? 'ok' : 'starting' }),
  );
  app.get(readinessPage.path, { config: { endpoint: readinessPage } }, async (_request, reply) => {
    const ready = lifecycle.isStarted() && !lifecycle.isDraining() && (await readiness.isReady());
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unready' });
  });
}
