import type { FastifyInstance } from 'fastify';
import type { HttpContext } from '../context.ts';

/** Liveness says only that the process answers; readiness asks the database. No detail, no tenant data. */
export function addHealthRoutes(app: FastifyInstance, context: HttpContext): void {
  app.get('/livez', async () => ({ status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const ready = !context.isDraining() && (await context.ports.database.ready());
    return reply.code(ready ? 200 : 503).send({ status: ready ? 'ok' : 'unready' });
  });
}
