import { chatServicesOf } from './start-chat.ts';
import {
  anonymous,
  consoleAccount,
  operatorAccount,
  sidebarAgent,
  widgetVisitor,
} from './http/authenticate.ts';
import { ConsoleCookies } from './http/console-cookies.ts';
import { operatorCaller } from './http/operator-caller.ts';
import type { HttpContext } from './http/context.ts';
import { Lifecycle } from './http/lifecycle.ts';
import { createOpenStreams } from './http/open-streams.ts';
import { withinSubscription } from './http/within-subscription.ts';
import { Readiness } from './services/health/readiness.ts';
import { retrievePassages } from './services/knowledge/retrieval/retrieve-passages.ts';
import { secondFactors } from './services/mfa/second-factors.ts';
import { ConsoleSessions } from './services/sessions/console-sessions.ts';
import { SidebarSessions } from './services/sessions/sidebar-session.ts';
import type { Program } from './start.ts';

/** What the routes of a program are given. */
export function httpContextOf(program: Program, webDirectory: string): HttpContext {
  const { config, ports, settings, ledger, macros, macroTelemetry, feedbackBook, budgets } = program;
  const { quotas, adminTokens, ending } = program;
  const sessions = new SidebarSessions(ports, config.sessionMinutes);
  const consoleSessions = new ConsoleSessions(ports, secondFactors, {
    issuer: config.publicUrl ?? 'indesk',
    accessTokenMinutes: config.accessTokenMinutes,
  });
  const chat = chatServicesOf(program);
  return {
    chat,
    meanings: program.meanings,
    knowledge: (call, query) =>
      retrievePassages({ ...call, ports }, program.retrieval, { scope: { copilot: true }, query, limit: 4 }),
    ports,
    settings,
    ledger,
    macros,
    macroTelemetry,
    feedbackBook,
    budgets,
    quotas,
    adminTokens,
    ending,
    sessions,
    consoleSessions,
    secondFactors,
    consoleCookies: new ConsoleCookies(config),
    authenticators: {
      public: anonymous,
      sidebar: sidebarAgent(sessions),
      widget: widgetVisitor(chat.sessions),
      console: withinSubscription(consoleAccount(consoleSessions), settings),
      operator: operatorCaller(adminTokens, operatorAccount(consoleSessions)),
    },
    streams: createOpenStreams(),
    zendeskClients: program.zendeskClients,
    confluenceClients: program.confluenceClients,
    bookkeeping: program.bookkeeping,
    webDirectory,
    sidebarOrigins: config.sidebarOrigins,
    requestsPerMinute: config.requestsPerMinute,
    auditDays: config.auditDays,
    lifecycle: new Lifecycle(),
    readiness: new Readiness(ports),
    trustedProxies: config.trustedProxies,
    servesRequests: config.role !== 'work',
  };
}
