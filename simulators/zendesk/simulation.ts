import type { Account } from './account.ts';
import { forbidden, notFound, parameterMissing } from './api-error.ts';
import type { AppInstallation, AppKeys } from './app-signing.ts';
import type { FaultSwitch } from './faults.ts';
import type { Jobs } from './jobs.ts';
import type { AccessToken, OAuth } from './oauth.ts';
import type { Presenter } from './present.ts';
import type { RateLimiter } from './rate-limit.ts';
import type { RequestCounters } from './request-counters.ts';
import type { Webhooks } from './webhooks.ts';
import { isJson } from './model.ts';
import type { Json, StoredTicket, User } from './model.ts';

/** How to reach a simulated AI provider. */
export type ProviderAccess = { readonly baseUrl: string; readonly apiKey: string; readonly model: string };

/** How to reach the simulated sites that knowledge is read from. */
export type KnowledgeAccess = {
  readonly confluence: {
    readonly url: string;
    readonly siteUrl: string;
    readonly email: string;
    readonly token: string;
  };
  readonly webUrl: string;
  /** PEM text of the certificate it shows. */
  readonly webCertificate: string;
};

/** The shop whose help desk this account is. */
export type ShopAccess = {
  /** Its AI agent and what that knows, as JSON. */
  readonly about: unknown;
  /** Takes the HTML of the chat for its pages. */
  readonly setWidget: (html: string) => void;
};

/** Everything the handlers work on. */
export type Simulation = {
  readonly account: Account;
  readonly origin: string;
  readonly present: Presenter;
  readonly oauth: OAuth;
  /** What the authorise page does: shows buttons, or answers as if one had been pressed. */
  readonly consent: { answer: 'ask' | 'allow' | 'deny' };
  readonly faults: FaultSwitch;
  readonly limiter: RateLimiter;
  readonly jobs: Jobs;
  readonly webhooks: Webhooks;
  readonly counters: RequestCounters;
  readonly keys: AppKeys;
  readonly installation: AppInstallation;
  readonly sidebarUrl: string;
  readonly modelLabel: () => string;
  readonly provider: ProviderAccess | null;
  readonly knowledge: KnowledgeAccess | null;
  readonly shop: ShopAccess | null;
  /** Told when the desk switches a ready-made fault, so that the providers' simulator can follow. */
  readonly onFaultPreset: (preset: string) => void | Promise<void>;
  /** Answers of ticket creations by idempotency key. */
  readonly idempotency: Map<
    string,
    { readonly body: string; readonly answer: Answer; readonly until: number }
  >;
};

/** Who calls: a person with an OAuth token, or an agent at the desk page (no token, no limits). */
export type Caller = { readonly user: User; readonly token: AccessToken | null };

/** One request, ready for its handler. `parts` are the path's variable segments in order. */
export type Call = {
  readonly url: URL;
  readonly parts: readonly string[];
  readonly body: unknown;
  readonly rawBody: string;
  readonly contentType: string;
  readonly header: (name: string) => string | undefined;
  readonly caller: Caller | null;
};

/** What a handler answers: JSON in `body`, or `text` with its own content type. */
export type Answer = {
  readonly status: number;
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
};

/**
 * One endpoint. `scope` is the OAuth resource it needs (empty: plain `read` or `write`; `any`: every
 * good token); `open` endpoints answer anyone. `:id` in the path is a number, `:name` any one segment.
 */
export type Route = {
  readonly method: string;
  readonly path: string;
  readonly scope: string;
  readonly open?: boolean;
  readonly handle: (call: Call) => Answer | Promise<Answer>;
};

/** Answers JSON with status 200. */
export function ok(body: unknown, headers: Readonly<Record<string, string>> = {}): Answer {
  return { status: 200, body, headers };
}

/** The number in the path at this position. */
export function idAt(call: Call, position = 0): number {
  return Number(call.parts[position]);
}

/** The caller; routes that are not `open` always have one. Throws 403. */
export function callerOf(call: Call): Caller {
  if (call.caller === null) throw forbidden('You do not have access to this page.');
  return call.caller;
}

/** Throws 403 unless the caller is an administrator. */
export function requireAdmin(call: Call): void {
  if (callerOf(call).user.role !== 'admin') {
    throw forbidden(
      'You do not have access to this page. Please contact the account owner of this help desk for further help.',
    );
  }
}

/** True when this person may read the ticket: agents may be held to their groups or their own tickets. */
export function maySee(user: User, ticket: StoredTicket): boolean {
  if (user.role === 'end-user') return ticket.requesterId === user.id;
  if (user.ticketRestriction === 'groups')
    return ticket.groupId !== null && user.groupIds.includes(ticket.groupId);
  return user.ticketRestriction !== 'assigned' || ticket.assigneeId === user.id;
}

/** The ticket in the path. Throws 404 when it does not exist or the caller may not see it. */
export function ticketOf(simulation: Simulation, call: Call, position = 0): StoredTicket {
  const ticket = simulation.account.tickets.get(idAt(call, position));
  if (ticket === undefined || !maySee(callerOf(call).user, ticket)) throw notFound();
  return ticket;
}

/** The words of a comma-separated parameter. */
export function listParameter(url: URL, name: string): string[] {
  return (url.searchParams.get(name) ?? '')
    .split(',')
    .map((word) => word.trim())
    .filter((word) => word !== '');
}

/** The `ticket` of a body. Throws 400. */
export function ticketInput(call: Call): Json {
  if (!isJson(call.body) || !isJson(call.body['ticket'])) throw parameterMissing('ticket');
  return call.body['ticket'];
}
