import { permissionsOf } from '../../contract/permissions.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { secretsEqual } from '../../kernel/secrets-equal.ts';
import type { Actor, Call } from '../../ports/call.ts';
import type { Ports } from '../../ports/ports.ts';
import { OAuthRefusal, type OAuthCall, type OAuthClient, type TokenPair } from '../../ports/zendesk-oauth.ts';
import { hashOf } from './begin-zendesk-authorization.ts';
import { addInstallation } from './add-installation.ts';
import { endOldAuthorization, openAuthorization } from './end-authorization.ts';
import { connectionBinding, missingScopes, type ZendeskClients } from './zendesk-clients.ts';
import { replaceZendeskConnection, roleOfLiveSession, takeOAuthState } from './zendesk-connection-queries.ts';

type FinishPorts = Pick<
  Ports,
  'database' | 'secretBox' | 'ids' | 'clock' | 'zendeskOAuth' | 'helpDesk' | 'logger'
>;

/** What a person brings back from Zendesk, as it stood in the address; all of it may be made up. */
export interface ReturnFromZendesk {
  readonly state: string;
  readonly code?: string | undefined;
  /** Zendesk's own word for a refusal. */
  readonly error?: string | undefined;
  /** Where an account's name stands in the address, it has to be the one that was asked. */
  readonly subdomain?: string | undefined;
}

/** Who seems to come back. */
export interface Returner {
  /** What the browser or terminal kept; undefined when it has nothing. */
  readonly browser: string | undefined;
  /** The account that is signed in, where the page knows it. */
  readonly accountId?: string;
  readonly requestId: string;
  readonly signal: AbortSignal;
}

type StoredState = NonNullable<Awaited<ReturnType<typeof takeOAuthState>>>;

/** Why a return is refused; a word for the audit log, and a sentence for the person. */
const reasons = {
  'unknown-state': 'It was not begun here, or has been used already.',
  'state-expired': 'It took longer than ten minutes.',
  'other-browser': 'It was begun in another browser or terminal.',
  'other-account': 'It was begun by somebody else.',
  'not-allowed-any-more': 'You have been signed out, or may no longer do this.',
  'other-subdomain': 'It came back from another Zendesk account than the one that was asked.',
  'other-address': 'This server is reached at another address than when it was begun.',
  'access-denied': 'It was denied at Zendesk.',
  'no-code': 'Zendesk sent no code.',
  'code-refused': 'Zendesk did not accept the code.',
} as const;
type Reason = keyof typeof reasons;

/** Checks who comes back from Zendesk, redeems the code, compares what was granted, and stores the connection sealed. */
export async function finishZendeskAuthorization(
  ports: FinishPorts,
  clients: ZendeskClients,
  returned: ReturnFromZendesk,
  returner: Returner,
): Promise<{ readonly subscriptionId: string; readonly subdomain: string }> {
  const stateHash = hashOf(returned.state);
  const owner = await ports.database.lookup((lookups) => lookups.oauthStateOwner(stateHash));
  if (owner === undefined) throw refusal('unknown-state');
  const call = callFor(ports, owner, returner);
  // Whoever shows it uses it up, the wrong one too: a state that got around is worth nothing any more.
  const state = await ports.database.write(
    call,
    { permission: 'integrations:write', audit: { action: 'zendesk.authorization-returned' } },
    async (tx) => {
      const taken = await takeOAuthState(tx, stateHash);
      if (taken === undefined) throw refusal('unknown-state');
      return taken;
    },
  );
  const { subdomain } = state;
  const reason = await reasonToRefuse(ports, clients, state, returned, returner);
  if (reason !== undefined) throw await refuse(call, subdomain, reason);
  const client = await clientFrom(ports, clients, state);
  if (client === undefined) throw await refuse(call, subdomain, 'other-address');
  const oauthCall = { subscriptionId: call.subscriptionId, subdomain, signal: call.signal };
  const pair = await redeem(call, oauthCall, client, state, returned.code ?? '');
  await requireScopes(call, oauthCall, pair, state.scopes);
  await store(call, state, client, pair);
  if (state.app_id !== null && state.installation_id !== null)
    await addInstallation(call, connectionFor(call.subscriptionId, state), {
      appId: Number(state.app_id),
      installationId: Number(state.installation_id),
    });
  return { subscriptionId: call.subscriptionId, subdomain };
}

const refusal = (reason: Reason): ProblemError =>
  new ProblemError('authorization-refused', { detail: reasons[reason] });

function callFor(
  ports: FinishPorts,
  owner: { readonly subscriptionId: string; readonly accountId: string | null },
  returner: Returner,
): Call<keyof FinishPorts> {
  const actor: Actor =
    owner.accountId === null
      ? { kind: 'operator', id: 'command-line' }
      : { kind: 'account', id: owner.accountId };
  const { requestId, signal } = returner;
  return { subscriptionId: owner.subscriptionId, actor, requestId, signal, ports };
}

async function reasonToRefuse(
  ports: FinishPorts,
  clients: ZendeskClients,
  state: StoredState,
  returned: ReturnFromZendesk,
  returner: Returner,
): Promise<Reason | undefined> {
  if (state.expires_at.getTime() <= ports.clock.now().getTime()) return 'state-expired';
  if (returner.browser === undefined || !secretsEqual(state.browser_hash, hashOf(returner.browser)))
    return 'other-browser';
  if (returner.accountId !== undefined && returner.accountId !== state.account_id) return 'other-account';
  if (!(await mayStillConnect(ports, state))) return 'not-allowed-any-more';
  if (returned.subdomain !== undefined && returned.subdomain !== state.subdomain) return 'other-subdomain';
  if (state.redirect_uri !== clients.redirectUri) return 'other-address';
  if (returned.error !== undefined) return 'access-denied';
  return returned.code === undefined || returned.code === '' ? 'no-code' : undefined;
}

async function refuse(
  call: Call<'database' | 'logger'>,
  subdomain: string,
  reason: Reason,
): Promise<ProblemError> {
  await call.ports.database.write(
    call,
    {
      permission: 'integrations:write',
      audit: {
        action: 'zendesk.authorization-refused',
        target: subdomain,
        outcome: 'refused',
        facts: { reason },
      },
    },
    async () => undefined,
  );
  call.ports.logger.warn('zendesk authorisation refused', {
    subscriptionId: call.subscriptionId,
    requestId: call.requestId,
    code: reason,
  });
  return refusal(reason);
}

/** Whoever asked has to be signed in still, and allowed to; the command line is on the host itself. */
async function mayStillConnect({ database, clock }: FinishPorts, state: StoredState): Promise<boolean> {
  const { subscription_id: subscriptionId, session_id: sessionId } = state;
  if (sessionId === null) return true;
  const role = await database.read({ subscriptionId }, (tx) => roleOfLiveSession(tx, sessionId, clock.now()));
  return role !== undefined && permissionsOf[role].has('integrations:write');
}

const stateBinding = (state: StoredState, column: 'verifier' | 'client_secret') => ({
  subscriptionId: state.subscription_id,
  table: 'oauth_state',
  column,
  row: state.id,
});

async function clientFrom(
  { secretBox }: FinishPorts,
  clients: ZendeskClients,
  state: StoredState,
): Promise<OAuthClient | undefined> {
  if (state.client_kind === 'global')
    return clients.globalClient?.id === state.client_id ? clients.globalClient : undefined;
  const secret =
    state.client_secret === null
      ? undefined
      : await secretBox.open(state.client_secret, stateBinding(state, 'client_secret'));
  return { id: state.client_id, secret };
}

/** The token endpoint of the account that was asked: a code from another account, client or browser is worth nothing there. */
async function redeem(
  call: Call<'database' | 'logger' | 'secretBox' | 'zendeskOAuth'>,
  oauthCall: OAuthCall,
  client: OAuthClient,
  state: StoredState,
  code: string,
): Promise<TokenPair> {
  const verifier = await call.ports.secretBox.open(state.verifier, stateBinding(state, 'verifier'));
  const grant = { code, redirectUri: state.redirect_uri, verifier, scopes: state.scopes };
  try {
    return await call.ports.zendeskOAuth.exchangeCode(oauthCall, client, grant);
  } catch (error) {
    if (error instanceof OAuthRefusal) throw await refuse(call, state.subdomain, 'code-refused');
    throw error;
  }
}

/** A scope Zendesk does not know still gives a token, with which every call fails: so what was granted is compared here. */
async function requireScopes(
  call: Call<'zendeskOAuth'>,
  oauthCall: OAuthCall,
  { accessToken }: TokenPair,
  wanted: string,
): Promise<void> {
  const { zendeskOAuth } = call.ports;
  const { scopes } = await zendeskOAuth.inspect(oauthCall, accessToken);
  const missing = missingScopes(scopes, wanted);
  if (missing.length === 0) return;
  await zendeskOAuth.revoke(oauthCall, accessToken).catch(() => undefined);
  throw new ProblemError('zendesk-forbidden', { detail: `The access lacks: ${missing.join(', ')}.` });
}

async function store(
  call: Call<'database' | 'secretBox' | 'zendeskOAuth' | 'clock' | 'logger'>,
  state: StoredState,
  client: OAuthClient,
  pair: TokenPair,
): Promise<void> {
  const { database, secretBox } = call.ports;
  const { subscriptionId } = call;
  const seal = (text: string | undefined, column: Parameters<typeof connectionBinding>[1]) =>
    text === undefined ? null : secretBox.seal(text, connectionBinding(subscriptionId, column));
  const [accessToken, refreshToken, clientSecret, old] = await Promise.all([
    secretBox.seal(pair.accessToken, connectionBinding(subscriptionId, 'access_token')),
    seal(pair.refreshToken, 'refresh_token'),
    seal(state.client_kind === 'own' ? client.secret : undefined, 'client_secret'),
    openAuthorization(call),
  ]);
  await database.write(
    call,
    {
      permission: 'integrations:write',
      audit: {
        action: 'zendesk.connected',
        target: state.subdomain,
        facts: { grant: 'authorization-code', client: state.client_kind },
      },
    },
    (tx) =>
      replaceZendeskConnection(tx, subscriptionId, {
        grantKind: 'authorization-code',
        subdomain: state.subdomain,
        clientKind: state.client_kind,
        clientId: state.client_id,
        clientSecret,
        scopes: state.scopes,
        grantedScopes: pair.scopes.join(' '),
        brandIds: state.brand_ids,
        accessToken,
        refreshToken,
        expiresAt: pair.expiresAt ?? null,
      }),
  );
  await endOldAuthorization(call, old);
}

const connectionFor = (subscriptionId: string, state: StoredState) => ({
  subscriptionId,
  subdomain: state.subdomain,
  clientId: state.client_id,
  clientSecret: '',
  scopes: state.scopes,
  brandIds: state.brand_ids,
  grant: 'authorization-code' as const,
});
