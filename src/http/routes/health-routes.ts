import type { FastifyInstance } from 'fastify';
import type { HttpContext } from '../context.ts';

/** For orchestrators: no sign-in, no detail, no tenant data. Liveness asks nothing outside this process. */
export function addHealthRoutes(
  app: FastifyInstance,
  context: Pick<HttpContext, 'lifecycle' | 'readiness'>,
): void {
  const { lifecycle, readiness } = context;
  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/startupz', async (_request, reply) =>
    reply.code(lifecycle.isStarted() ? 200 : 503).send({ status: lifecycle.isStarted() ? 'ok' : 'starting' }),
  );
  app.get('/readyz', async (_request, reply) => {
    const ready = lifecycle.isStarted() && !lifecycle.isDraining() && (await readiness.isReady());
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unready' });
  });
}
