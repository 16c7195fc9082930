import { randomUUID } from 'node:crypto';
import { SMALL_CONTENT } from '../../simulators/zendesk/test-account.ts';
import {
  startZendeskSimulator,
  type ZendeskSimulator,
} from '../../simulators/zendesk/start-zendesk-simulator.ts';
import type { Call } from '../../src/ports/call.ts';
import {
  beginZendeskAuthorization,
  newBrowserSecret,
  type BeginAuthorizationInput,
} from '../../src/services/integrations/begin-zendesk-authorization.ts';
import {
  finishZendeskAuthorization,
  type ReturnFromZendesk,
  type Returner,
} from '../../src/services/integrations/finish-zendesk-authorization.ts';
import type { DatabaseEngine } from './database.ts';
import { openTestSecrets } from './secrets.ts';
import { answerAt, newAdmin, zendeskParts, type ZendeskParts } from './zendesk-oauth.ts';

/** Two simulated accounts, `acme` and `other`, and admins who go there and come back. */
export async function openConsent(engine: DatabaseEngine) {
  const database = await engine.open();
  const { secretBox } = await openTestSecrets(database);
  const startAccount = (subdomain: string): Promise<ZendeskSimulator> =>
    startZendeskSimulator({
      port: 0,
      content: SMALL_CONTENT,
      subdomain,
      sidebarUrl: 'http://127.0.0.1:1/',
    });
  const [acme, other] = await Promise.all([startAccount('acme'), startAccount('other')]);
  let later = 0;
  const parts = zendeskParts({
    database,
    secretBox,
    origins: { acme: acme.url, other: other.url },
    now: () => new Date(Date.now() + later),
  });

  const control = async (simulator: ZendeskSimulator, path: string, body?: unknown): Promise<unknown> => {
    const response = await fetch(`${simulator.url}/_sandbox/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { 'content-type': 'application/json' },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return text === '' ? undefined : JSON.parse(text);
  };
  const grants = async (simulator = acme) =>
    (await control(simulator, 'oauth')) as {
      grants: Record<string, { granted: number; refused: number }>;
      liveTokens: number;
    };

  const callFor = (admin: {
    subscriptionId: string;
    accountId: string;
  }): Call<keyof ZendeskParts['ports']> => ({
    subscriptionId: admin.subscriptionId,
    actor: { kind: 'account', id: admin.accountId },
    requestId: randomUUID(),
    signal: new AbortController().signal,
    ports: parts.ports as Call<keyof ZendeskParts['ports']>['ports'],
  });

  /** An admin who has been sent to Zendesk. */
  const begin = async (
    input: Partial<BeginAuthorizationInput> = {},
    someone?: Awaited<ReturnType<typeof newAdmin>>,
  ) => {
    const admin = someone ?? (await newAdmin(database, secretBox));
    const browser = newBrowserSecret();
    const asker = { accountId: admin.accountId, sessionId: admin.sessionId, browser };
    const { url } = await beginZendeskAuthorization(callFor(admin), parts.clients, asker, {
      subdomain: 'acme',
      ...input,
    });
    return { admin, browser, url };
  };
  const returned = (address: URL): ReturnFromZendesk => ({
    state: address.searchParams.get('state') ?? '',
    code: address.searchParams.get('code') ?? undefined,
    error: address.searchParams.get('error') ?? undefined,
  });
  const finish = (
    back: ReturnFromZendesk,
    browser: string | undefined,
    more: Partial<Returner> & { clients?: ZendeskParts['clients'] } = {},
  ) =>
    finishZendeskAuthorization(parts.ports, more.clients ?? parts.clients, back, {
      browser,
      requestId: randomUUID(),
      signal: new AbortController().signal,
      ...more,
    });
  const connect = async (input: Partial<BeginAuthorizationInput> = {}) => {
    const { admin, browser, url } = await begin(input);
    await finish(returned(await answerAt(url)), browser);
    parts.settings.forget(admin.subscriptionId);
    return admin;
  };
  const rowOf = (subscriptionId: string) =>
    database.read({ subscriptionId }, (tx) =>
      tx.selectFrom('app.zendesk_connection').selectAll().executeTakeFirst(),
    );
  const auditOf = (subscriptionId: string) =>
    database.read({ subscriptionId }, (tx) =>
      tx.selectFrom('app.audit_event').select(['action', 'outcome', 'facts']).orderBy('sequence').execute(),
    );
  const nothingStored = async (subscriptionId: string): Promise<void> => {
    if ((await rowOf(subscriptionId)) !== undefined) throw new Error('a connection is stored');
  };
  return {
    database,
    secretBox,
    acme,
    other,
    parts,
    control,
    grants,
    callFor,
    begin,
    returned,
    finish,
    connect,
    rowOf,
    auditOf,
    nothingStored,
    /** Sets the clock of the program forward, milliseconds. */
    passTime: (milliseconds: number): void => void (later = milliseconds),
    reset: async (): Promise<void> => {
      later = 0;
      for (const one of [acme, other]) await control(one, 'oauth', { resetCounts: true, scopeLimit: null });
    },
    close: async (): Promise<void> => {
      await parts.close();
      await Promise.all([acme.close(), other.close()]);
      await database.close();
    },
  };
}
export type Consent = Awaited<ReturnType<typeof openConsent>>;

/** The type of what was thrown with its fields, or `none` with the value. */
export async function problemOf(work: Promise<unknown>): Promise<Record<string, unknown>> {
  return work.then(
    (value) => ({ type: 'none', value }),
    (error: unknown) => ({ ...(error as object) }),
  );
}
