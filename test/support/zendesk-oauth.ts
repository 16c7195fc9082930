import { randomBytes, randomUUID } from 'node:crypto';
import { createEgress } from '../../src/adapters/egress/create-egress.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { createMetrics } from '../../src/adapters/metrics/metrics.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import { createZendeskHelpDesk } from '../../src/adapters/zendesk/create-zendesk-help-desk.ts';
import { createZendeskOAuth } from '../../src/adapters/zendesk/oauth.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { HelpDeskConnection } from '../../src/ports/help-desk.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import type { ZendeskOAuth } from '../../src/ports/zendesk-oauth.ts';
import {
  beginZendeskAuthorization,
  newBrowserSecret,
} from '../../src/services/integrations/begin-zendesk-authorization.ts';
import { finishZendeskAuthorization } from '../../src/services/integrations/finish-zendesk-authorization.ts';
import type { ZendeskClients } from '../../src/services/integrations/zendesk-clients.ts';
import { ZendeskTokens } from '../../src/services/integrations/zendesk-tokens.ts';
import { SettingsReader } from '../../src/services/settings/settings-reader.ts';
import { newSubscription } from './calls.ts';

/** Where people come back to in tests; nobody listens there. */
export const redirectUri = 'http://127.0.0.1:9/oauth/zendesk/callback';
/** The operator's client, which every simulated account knows. */
export const globalClient = { id: 'zdg-indesk', secret: 'global-client-secret' };

export interface RefresherOptions {
  readonly database: BookkeepingDatabase;
  readonly secretBox: SecretBox;
  /** Simulated accounts by subdomain. */
  readonly origins: Readonly<Record<string, string>>;
  readonly leaseSeconds?: number;
  readonly restSeconds?: number;
  /** Providers of the test. */
  readonly allowedPrivate?: readonly string[];
  readonly clients?: ZendeskClients;
  /** Puts something between the keeper of the tokens and Zendesk. */
  readonly around?: (zendeskOAuth: ZendeskOAuth) => ZendeskOAuth;
  readonly now?: () => Date;
}

/** The real parts that keep access to simulated Zendesk accounts, as one process has them. */
export function zendeskParts(options: RefresherOptions) {
  const { database, secretBox, origins } = options;
  const egress = createEgress({
    allowedPrivate: options.allowedPrivate ?? [],
    zendeskHosts: Object.values(origins).map((origin) => new URL(origin).host),
  });
  const clock = options.now === undefined ? systemClock : { ...systemClock, now: options.now };
  const logger = createLogger({ level: 'silent' });
  const metrics = createMetrics();
  const wire = {
    egress,
    logger,
    metrics,
    clock,
    originFor: (subdomain: string) => origins[subdomain] ?? `https://${subdomain}.zendesk.com`,
  };
  const zendeskOAuth = (options.around ?? ((same) => same))(createZendeskOAuth(wire));
  const clients = options.clients ?? { redirectUri, globalClient };
  const tokens = new ZendeskTokens({
    database,
    secretBox,
    zendeskOAuth,
    clock,
    ids: uuidIds,
    logger,
    metrics,
    clients,
    ...(options.leaseSeconds !== undefined && { leaseSeconds: options.leaseSeconds }),
    ...(options.restSeconds !== undefined && { restSeconds: options.restSeconds }),
    onStatusChange: (subscriptionId) => settings.forget(subscriptionId),
  });
  const helpDesk = createZendeskHelpDesk({ ...wire, rotatingTokens: tokens });
  const ports = { database, secretBox, egress, helpDesk, zendeskOAuth, clock, ids: uuidIds, logger, metrics };
  const settings = new SettingsReader(ports);
  return { ports, tokens, clients, settings, close: () => egress.close() };
}
export type ZendeskParts = ReturnType<typeof zendeskParts>;

/** A subscription with an admin who is signed in to the console. */
export async function newAdmin(
  database: BookkeepingDatabase,
  secretBox: SecretBox,
  role: 'admin' | 'member' = 'admin',
) {
  const call = await newSubscription(database);
  const { subscriptionId } = call;
  const [accountId, sessionId] = [randomUUID(), randomUUID()];
  const email = await secretBox.seal('admin@example.com', {
    subscriptionId,
    table: 'account',
    column: 'email',
    row: accountId,
  });
  const later = new Date(Date.now() + 3_600_000);
  const decision = { permission: 'test:write', audit: { action: 'test.ran' } } as const;
  await database.write(call, decision, async (tx) => {
    await tx
      .insertInto('app.account')
      .values({
        subscription_id: subscriptionId,
        id: accountId,
        role,
        status: 'active',
        email,
        email_hash: randomBytes(32).toString('hex'),
        password_hash: '$argon2id$test',
      })
      .execute();
    await tx
      .insertInto('app.console_session')
      .values({
        subscription_id: subscriptionId,
        id: sessionId,
        account_id: accountId,
        idle_expires_at: later,
        absolute_expires_at: later,
        device: 'Test',
      })
      .execute();
  });
  return { subscriptionId, accountId, sessionId };
}

/** Presses Allow (or Deny) on a simulated account's page; returns the address the browser is sent to. */
export async function answerAt(url: string, decision: 'allow' | 'deny' = 'allow'): Promise<URL> {
  const page = new URL(url);
  const shown = await fetch(page);
  if (!(await shown.text()).includes('value="allow"')) throw new Error(`no authorise page: ${shown.status}`);
  const form = new URLSearchParams(page.searchParams);
  form.set('decision', decision);
  const response = await fetch(new URL('/oauth/authorizations', page), {
    method: 'POST',
    body: form,
    redirect: 'manual',
  });
  return new URL(response.headers.get('location') ?? '');
}

/** A new subscription that is connected to the simulated account `acme` by a person's consent. */
export async function connectAcme(
  parts: ZendeskParts,
  database: BookkeepingDatabase,
  secretBox: SecretBox,
): Promise<HelpDeskConnection> {
  return authorizeAcme(parts, await newAdmin(database, secretBox));
}

/** The consent of an admin, or at the command line when there is none, to the simulated account `acme`. */
export async function authorizeAcme(
  parts: ZendeskParts,
  admin: {
    readonly subscriptionId: string;
    readonly accountId: string | null;
    readonly sessionId: string | null;
  },
): Promise<HelpDeskConnection> {
  const { subscriptionId, accountId, sessionId } = admin;
  const browser = newBrowserSecret();
  const call = {
    subscriptionId,
    actor: { kind: 'operator', id: 'test' },
    requestId: randomUUID(),
    signal: new AbortController().signal,
    ports: parts.ports,
  } as const;
  const { url } = await beginZendeskAuthorization(
    call,
    parts.clients,
    { accountId, sessionId, browser },
    { subdomain: 'acme' },
  );
  const { searchParams } = await answerAt(url);
  await finishZendeskAuthorization(
    parts.ports,
    parts.clients,
    { state: searchParams.get('state') ?? '', code: searchParams.get('code') ?? '' },
    { browser, requestId: call.requestId, signal: call.signal },
  );
  const { zendesk } = await parts.settings.get(admin.subscriptionId);
  if (zendesk === undefined) throw new Error('not connected');
  return zendesk;
}
