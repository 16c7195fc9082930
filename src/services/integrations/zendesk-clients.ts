import type { SecretBox } from '../../ports/secret-box.ts';
import type { OAuthClient } from '../../ports/zendesk-oauth.ts';

/** Where people come back from Zendesk, and the OAuth client of whoever runs this server. */
export interface ZendeskClients {
  /** Exactly as it is registered with the client. */
  readonly redirectUri: string;
  /** Undefined: every subscription brings a client of its own account. */
  readonly globalClient: OAuthClient | undefined;
}

/** The path of the page to which Zendesk sends people back. */
export const zendeskReturnPath = '/oauth/zendesk/callback';

/** The client a connection uses; undefined when it was the operator's and there is none any more. */
export async function clientOf(
  secretBox: SecretBox,
  clients: ZendeskClients,
  connection: {
    readonly subscriptionId: string;
    readonly clientKind: 'own' | 'global';
    readonly clientId: string;
    readonly clientSecret: string | null;
  },
): Promise<OAuthClient | undefined> {
  const { subscriptionId, clientKind, clientId, clientSecret } = connection;
  // A connection made with another client of the operator's cannot be renewed by the present one.
  if (clientKind === 'global')
    return clients.globalClient?.id === clientId ? clients.globalClient : undefined;
  return {
    id: clientId,
    secret:
      clientSecret === null
        ? undefined
        : await secretBox.open(clientSecret, connectionBinding(subscriptionId, 'client_secret')),
  };
}

/** The `last_error` of a connection whose sealed values the keys of this server do not open. */
export const cannotBeOpened = 'cannot-be-opened';
/** The same for a person. */
export const shutConnection = 'The stored access to Zendesk cannot be opened with the keys of this server';

/** What a sealed column of the connection is bound to. */
export const connectionBinding = (
  subscriptionId: string,
  column: 'client_secret' | 'access_token' | 'refresh_token',
) => ({ subscriptionId, table: 'zendesk_connection', column, row: subscriptionId });

/** The scopes of `wanted` that `granted` lacks; `read` covers every `x:read`, `write` likewise. */
export function missingScopes(granted: readonly string[], wanted: string): readonly string[] {
  return wanted.split(/\s+/).filter((scope) => {
    const [, verb] = scope.split(':');
    return scope !== '' && !granted.includes(scope) && (verb === undefined || !granted.includes(verb));
  });
}
