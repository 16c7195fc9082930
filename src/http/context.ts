import type { ChatServices } from '../chat/chat-call.ts';
import type { ConsoleCookies } from './console-cookies.ts';
import type { BookkeepingDatabase } from '../ports/database.ts';
import type { Ports } from '../ports/ports.ts';
import type { Authenticators } from './authenticate.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { OpenStreams } from './open-streams.ts';
import type { Readiness } from '../services/health/readiness.ts';
import type { ConfluenceClients } from '../services/integrations/confluence-clients.ts';
import type { ZendeskClients } from '../services/integrations/zendesk-clients.ts';
import type { MfaGate } from '../services/accounts/mfa-gate.ts';
import type { ConsoleSessions } from '../services/sessions/console-sessions.ts';
import type { AdminTokens } from '../services/operators/admin-tokens.ts';
import type { QuotaKeeper } from '../services/quotas/quota-keeper.ts';
import type { Ending } from '../services/subscriptions/withdraw-access.ts';
import type { MacroTelemetry } from '../services/macros/macro-telemetry.ts';
import type { CopilotServices } from '../copilot/copilot-call.ts';
import type { MacroReader } from '../copilot/macros/macro-reader.ts';
import type { SidebarSessions } from '../services/sessions/sidebar-session.ts';
import type { SettingsReader } from '../services/settings/settings-reader.ts';
import type { BudgetKeeper } from '../services/budgets/budget-keeper.ts';
import type { FeedbackBook } from '../services/usage/feedback-book.ts';
import type { CallLedger } from '../services/usage/call-ledger.ts';

/** What the routes are given: the ports and the services that keep state in memory. */
export interface HttpContext {
  readonly ports: Ports;
  readonly settings: SettingsReader;
  readonly ledger: CallLedger;
  readonly macros: MacroReader;
  readonly macroTelemetry: MacroTelemetry;
  readonly feedbackBook: FeedbackBook;
  readonly budgets: BudgetKeeper;
  /** Finds passages of the knowledge attached to the copilot. */
  readonly knowledge?: CopilotServices['knowledge'];
  /** Likeness of tickets and macros by the local model. */
  readonly meanings?: CopilotServices['meanings'];
  /** What conversations of visitors run on. */
  readonly chat: ChatServices;
  readonly quotas: QuotaKeeper;
  readonly adminTokens: AdminTokens;
  readonly ending: Ending;
  readonly sessions: SidebarSessions;
  readonly consoleSessions: ConsoleSessions;
  readonly secondFactors: MfaGate;
  readonly consoleCookies: ConsoleCookies;
  readonly authenticators: Authenticators;
  readonly streams: OpenStreams;
  readonly zendeskClients: ZendeskClients;
  readonly confluenceClients: ConfluenceClients;
  /** For what the program notes for itself. */
  readonly bookkeeping: BookkeepingDatabase;
  /** Folder with the built sidebar. */
  readonly webDirectory: string;
  readonly sidebarOrigins: readonly string[];
  readonly requestsPerMinute: number;
  /** How long audit events stay. */
  readonly auditDays: number;
  readonly lifecycle: Lifecycle;
  readonly readiness: Readiness;
  /** Addresses and ranges whose X-Forwarded-For is believed. */
  readonly trustedProxies: readonly string[];
  /** A process that only works on jobs answers nothing but health. */
  readonly servesRequests: boolean;
}
