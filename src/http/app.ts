import Fastify, { type FastifyInstance, type RouteOptions } from 'fastify';
import { addAccountsRoutes } from './routes/accounts-routes.ts';
import { addAiAgentsRoutes } from './routes/ai-agents-routes.ts';
import { addChatRoutes } from './routes/chat-routes.ts';
import { addCopilotRoutes } from './routes/copilot-routes.ts';
import { addCopilotSettingsRoutes } from './routes/copilot-settings-routes.ts';
import { addHealthRoutes } from './routes/health-routes.ts';
import { addConfluenceRoutes } from './routes/confluence-routes.ts';
import { addIntegrationsRoutes } from './routes/integrations-routes.ts';
import { addKnowledgeRoutes } from './routes/knowledge-routes.ts';
import { addLinksRoutes } from './routes/links-routes.ts';
import { addBudgetsRoutes } from './routes/budgets-routes.ts';
import { addUsageRoutes } from './routes/usage-routes.ts';
import { addMacrosRoutes } from './routes/macros-routes.ts';
import { addPlaygroundRoutes } from './routes/playground-routes.ts';
import { addQuestionsRoutes } from './routes/questions-routes.ts';
import { addConsolePage } from './routes/console-page.ts';
import { addMergingRoutes } from './routes/merging-routes.ts';
import { addMaskingRoutes } from './routes/masking-routes.ts';
import { addMfaRoutes } from './routes/mfa-routes.ts';
import { addOperatorRoutes } from './routes/operators-routes.ts';
import { addSidebarPage } from './routes/sidebar-page.ts';
import { addWidgetPages } from './routes/widget-pages.ts';
import { addSubscriptionRoutes } from './routes/subscriptions-routes.ts';
import { addQualityRoutes } from './routes/quality-routes.ts';
import { addTriageRoutes } from './routes/triage-routes.ts';
import {
  answerBrokenConnections,
  answerExpectation,
  problemOfRouter,
  unreadable,
} from './broken-requests.ts';
import type { HttpContext } from './context.ts';
import { answerProblems } from './problems.ts';
import { securityHeaders } from './security-headers.ts';

const headersTimeoutMs = 10_000;

/** The HTTP side of the program; its caller listens and closes. `onRoute` is told of every route. */
export function createApp(
  context: HttpContext,
  onRoute: (route: RouteOptions) => void = () => {},
): FastifyInstance {
  const { ports, lifecycle } = context;
  const app = Fastify({
    logger: false,
    trustProxy: context.trustedProxies.length === 0 ? false : [...context.trustedProxies],
    genReqId: () => ports.ids.next(),
    requestTimeout: 15_000,
    keepAliveTimeout: 65_000,
    // Node would answer a request without host by itself, without our headers.
    http: { headersTimeout: headersTimeoutMs, requireHostHeader: false },
    bodyLimit: 64 * 1024,
    routerOptions: { maxParamLength: 200 },
    // Requests under way are answered while the server closes; whoever closes it ends what takes too long.
    forceCloseConnections: 'idle',
    return503OnClosing: false,
    frameworkErrors: problemOfRouter,
    clientErrorHandler: answerBrokenConnections,
  });
  app.addHook('onRoute', onRoute);
  app.addHook('onRequest', (request, reply, done) => {
    // One object for every answer, because working them out per request showed in the profile.
    reply.headers(securityHeaders).header('x-request-id', request.id);
    if (lifecycle.isDraining()) reply.header('connection', 'close');
    const isNameless = request.headers.host === undefined && request.raw.httpVersion !== '1.0';
    done(isNameless ? unreadable() : undefined);
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
  app.server.on('checkExpectation', answerExpectation);
  answerProblems(app, ports.logger);
  addHealthRoutes(app, context);
  if (!context.servesRequests) return app;
  addAccountsRoutes(app, context);
  addMfaRoutes(app, context);
  addLinksRoutes(app, context);
  addCopilotRoutes(app, context);
  addCopilotSettingsRoutes(app, context);
  addIntegrationsRoutes(app, context);
  addConfluenceRoutes(app, context);
  addMacrosRoutes(app, context);
  addUsageRoutes(app, context);
  addBudgetsRoutes(app, context);
  addMergingRoutes(app, context);
  addMaskingRoutes(app, context);
  addTriageRoutes(app, context);
  addKnowledgeRoutes(app, context);
  addAiAgentsRoutes(app, context);
  addPlaygroundRoutes(app, context);
  addQuestionsRoutes(app, context);
  addChatRoutes(app, context);
  addQualityRoutes(app, context);
  addSubscriptionRoutes(app, context);
  addOperatorRoutes(app, context);
  addSidebarPage(app, context);
  addConsolePage(app, context);
  addWidgetPages(app, context);
  return app;
}
