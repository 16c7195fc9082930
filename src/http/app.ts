import Fastify, { type FastifyInstance } from 'fastify';
import { addCopilotRoutes } from './routes/copilot-routes.ts';
import { addHealthRoutes } from './routes/health-routes.ts';
import { addSidebarPage } from './routes/sidebar-page.ts';
import type { HttpContext } from './context.ts';
import { answerProblems } from './problems.ts';

// The same for every answer: set from one object, because working them out per request showed in the profile.
const securityHeaders = {
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'; sandbox",
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'cross-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
};
const dataHeaders = { ...securityHeaders, 'cache-control': 'no-store' };

/** The HTTP side of the program; its caller listens and closes. */
export function createApp(context: HttpContext): FastifyInstance {
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
  app.addHook('onRequest', (request, reply, done) => {
    reply
      .headers(request.url.startsWith('/v1/') ? dataHeaders : securityHeaders)
      .header('x-request-id', request.id);
    done();
  });
  app.addHook('onResponse', (request, reply, done) => {
    const route = request.routeOptions.url ?? 'none';
    ports.metrics.requestFinished({ route, status: reply.statusCode }, reply.elapsedTime / 1000);
    ports.logger.info('request finished', {
      requestId: request.id,
      method: request.method,
      route,
      status: reply.statusCode,
      durationMs: reply.elapsedTime,
    });
    done();
  });
  answerProblems(app, ports.logger);
  addHealthRoutes(app, context);
  addCopilotRoutes(app, context);
  addSidebarPage(app, context);
  return app;
}
