import helmet from '@fastify/helmet';
import Fastify, { type FastifyInstance } from 'fastify';
import { addCopilotRoutes } from './routes/copilot-routes.ts';
import { addHealthRoutes } from './routes/health-routes.ts';
import { addSidebarPage } from './routes/sidebar-page.ts';
import type { HttpContext } from './context.ts';
import { answerProblems } from './problems.ts';

const apiPolicy = { defaultSrc: ["'none'"], frameAncestors: ["'none'"], sandbox: [] };

/** The HTTP side of the program; its caller listens and closes. */
export async function createApp(context: HttpContext): Promise<FastifyInstance> {
  const { ports } = context;
  const app = Fastify({
    logger: false,
    trustProxy: false,
    genReqId: () => ports.ids.next(),
    requestTimeout: 15_000,
    keepAliveTimeout: 65_000,
    bodyLimit: 64 * 1024,
    routerOptions: { maxParamLength: 200 },
    forceCloseConnections: true,
  });
  await app.register(helmet, {
    contentSecurityPolicy: { useDefaults: false, directives: apiPolicy },
    crossOriginResourcePolicy: { policy: 'cross-origin' },
    crossOriginOpenerPolicy: false,
    frameguard: false,
    referrerPolicy: { policy: 'no-referrer' },
    strictTransportSecurity: { maxAge: 31_536_000, includeSubDomains: true },
  });
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id);
    if (request.url.startsWith('/v1/')) reply.header('cache-control', 'no-store');
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    ports.metrics.requestFinished({ route, status: reply.statusCode }, reply.elapsedTime / 1000);
    ports.logger.info('request finished', { requestId: request.id, method: request.method, route, status: reply.statusCode, durationMs: reply.elapsedTime });
    done();
  });
  answerProblems(app, ports.logger);
  addHealthRoutes(app, context);
  addCopilotRoutes(app, context);
  addSidebarPage(app, context);
  return app;
}
