import { permissionsOf } from '../../contract/permissions.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { secretsEqual } from '../../kernel/secrets-equal.ts';
import type { Call } from '../../ports/call.ts';
import {
  ConfluenceOAuthRefusal,
  type ConfluenceClient,
  type ConfluenceTokenPair,
} from '../../ports/confluence-oauth.ts';
import type { Ports } from '../../ports/ports.ts';
import { hashOf } from './begin-zendesk-authorization.ts';
import { takeAuthorization, type ConfluenceAuthorization } from './confluence-authorization.ts';
import { confluenceBinding, confluenceScopes, type ConfluenceClients } from './confluence-clients.ts';
import { replaceConfluenceConnection } from './confluence-queries.ts';
import { roleOfLiveSession } from './zendesk-connection-queries.ts';

type FinishPorts = Pick<
  Ports,
  'database' | 'secretBox' | 'keyValues' | 'clock' | 'confluenceOAuth' | 'logger'
>;

/** What a person brings back from Atlassian, as it stood in the address; all of it may be made up. */
export interface ReturnFromAtlassian {
  readonly state: string;
  readonly code?: string | undefined;
  /** Atlassian's own word for a refusal. */
  readonly error?: string | undefined;
}

/** Why a return is refused; a word for the audit log, and a sentence for the person. */
const reasons = {
  'unknown-state': 'It was not begun here, took longer than ten minutes, or has been used already.',
  'other-browser': 'It was begun in another browser.',
  'not-allowed-any-more': 'You have been signed out, or may no longer do this.',
  'other-address': 'This server is reached at another address than when it was begun.',
  'access-denied': 'It was denied at Atlassian.',
  'no-code': 'Atlassian sent no code.',
  'code-refused': 'Atlassian did not accept the code.',
  'other-site': 'The account that agreed cannot reach the site that was asked for.',
  'scopes-missing': 'The app lacks a scope that was asked for.',
} as const;
type Reason = keyof typeof reasons;

/** Checks who comes back from Atlassian, redeems the code, finds the site, and stores the connection sealed. */
export async function finishConfluenceAuthorization(
  ports: FinishPorts,
  clients: ConfluenceClients,
  returned: ReturnFromAtlassian,
  returner: {
    /** What the browser kept; undefined when it has nothing. */
    readonly browser: string | undefined;
    readonly requestId: string;
    readonly signal: AbortSignal;
  },
): Promise<{ readonly subscriptionId: string; readonly siteUrl: string }> {
  const taken = await takeAuthorization(ports, returned.state);
  if (taken === undefined) throw refusal('unknown-state');
  const { subscriptionId, authorization } = taken;
  const { requestId, signal } = returner;
  const call: Call<keyof FinishPorts> = {
    subscriptionId,
    actor: { kind: 'account', id: authorization.accountId },
    requestId,
    signal,
    ports,
  };
  const reason = await reasonToRefuse(call, clients, authorization, returned, returner.browser);
  if (reason !== undefined) throw await refuse(call, authorization.siteUrl, reason);
  const client = clientFrom(clients, authorization);
  if (client === undefined) throw await refuse(call, authorization.siteUrl, 'other-address');
  const pair = await redeem(call, client, authorization, returned.code ?? '');
  const missing = confluenceScopes.filter(
    (scope) => scope !== 'offline_access' && !pair.scopes.includes(scope),
  );
  // Without a refresh token the access would be over in an hour.
  if (missing.length > 0 || pair.refreshToken === undefined)
    throw await refuse(call, authorization.siteUrl, 'scopes-missing');
  const sites = await ports.confluenceOAuth.sites({ subscriptionId, signal }, pair.accessToken);
  const site = sites.find(({ url }) => url === authorization.siteUrl);
  if (site === undefined) throw await refuse(call, authorization.siteUrl, 'other-site');
  await store(call, authorization, client, pair, site.cloudId);
  return { subscriptionId, siteUrl: authorization.siteUrl };
}

const refusal = (reason: Reason): ProblemError =>
  new ProblemError('confluence-authorization-refused', { detail: reasons[reason] });

async function reasonToRefuse(
  call: Call<'database' | 'clock'>,
  clients: ConfluenceClients,
  authorization: ConfluenceAuthorization,
  returned: ReturnFromAtlassian,
  browser: string | undefined,
): Promise<Reason | undefined> {
  if (browser === undefined || !secretsEqual(authorization.browserHash, hashOf(browser)))
    return 'other-browser';
  if (!(await mayStillConnect(call, authorization.sessionId))) return 'not-allowed-any-more';
  if (authorization.redirectUri !== clients.redirectUri) return 'other-address';
  if (returned.error !== undefined) return 'access-denied';
  return returned.code === undefined || returned.code === '' ? 'no-code' : undefined;
}

/** Whoever asked has to be signed in still, and allowed to. */
async function mayStillConnect(
  { ports, subscriptionId }: Call<'database' | 'clock'>,
  sessionId: string,
): Promise<boolean> {
  const role = await ports.database.read({ subscriptionId }, (tx) =>
    roleOfLiveSession(tx, sessionId, ports.clock.now()),
  );
  return role !== undefined && permissionsOf[role].has('integrations:write');
}

async function refuse(
  call: Call<'database' | 'logger'>,
  siteUrl: string,
  reason: Reason,
): Promise<ProblemError> {
  const { database, logger } = call.ports;
  await database.write(
    call,
    {
      permission: 'integrations:write',
      audit: {
        action: 'confluence.authorization-refused',
        target: siteUrl,
        outcome: 'refused',
        facts: { reason },
      },
    },
    async () => undefined,
  );
  const { subscriptionId, requestId } = call;
  logger.warn('confluence authorisation refused', { subscriptionId, requestId, code: reason });
  return refusal(reason);
}

function clientFrom(
  clients: ConfluenceClients,
  { clientKind, clientId, clientSecret }: ConfluenceAuthorization,
): ConfluenceClient | undefined {
  if (clientKind === 'global')
    return clients.globalClient?.id === clientId ? clients.globalClient : undefined;
  return clientSecret === null ? undefined : { id: clientId, secret: clientSecret };
}

async function redeem(
  call: Call<'database' | 'logger' | 'confluenceOAuth'>,
  client: ConfluenceClient,
  { redirectUri, siteUrl }: ConfluenceAuthorization,
  code: string,
): Promise<ConfluenceTokenPair> {
  const { subscriptionId, signal, ports } = call;
  try {
    return await ports.confluenceOAuth.exchangeCode({ subscriptionId, signal }, client, {
      code,
      redirectUri,
    });
  } catch (error) {
    if (error instanceof ConfluenceOAuthRefusal) throw await refuse(call, siteUrl, 'code-refused');
    throw error;
  }
}

async function store(
  call: Call<'database' | 'secretBox'>,
  { siteUrl, clientKind }: ConfluenceAuthorization,
  client: ConfluenceClient,
  pair: ConfluenceTokenPair,
  cloudId: string,
): Promise<void> {
  const { database, secretBox } = call.ports;
  const { subscriptionId } = call;
  const seal = (text: string | undefined, column: Parameters<typeof confluenceBinding>[1]) =>
    text === undefined ? null : secretBox.seal(text, confluenceBinding(subscriptionId, column));
  const [accessToken, refreshToken, clientSecret] = await Promise.all([
    secretBox.seal(pair.accessToken, confluenceBinding(subscriptionId, 'access_token')),
    seal(pair.refreshToken, 'refresh_token'),
    seal(clientKind === 'own' ? client.secret : undefined, 'client_secret'),
  ]);
  await database.write(
    call,
    {
      permission: 'integrations:write',
      audit: {
        action: 'confluence.connected',
        target: siteUrl,
        facts: { grant: 'authorization-code', client: clientKind },
      },
    },
    (tx) =>
      replaceConfluenceConnection(tx, subscriptionId, {
        grantKind: 'authorization-code',
        siteUrl,
        cloudId,
        clientKind,
        clientId: client.id,
        clientSecret,
        accessToken,
        refreshToken,
        expiresAt: pair.expiresAt ?? null,
        grantedScopes: pair.scopes.join(' '),
      }),
  );
}
