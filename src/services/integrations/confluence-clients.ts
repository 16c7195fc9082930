import { z } from 'zod';
import type { ConfluenceClient } from '../../ports/confluence-oauth.ts';
import type { SecretBox } from '../../ports/secret-box.ts';

/** Where people come back from Atlassian, and the 3LO app of whoever runs this server. */
export interface ConfluenceClients {
  /** Exactly as it is registered with the app. */
  readonly redirectUri: string;
  /** Undefined: every subscription brings an app of its own. */
  readonly globalClient: ConfluenceClient | undefined;
}

/** The path of the page to which Atlassian sends people back. */
export const confluenceReturnPath = '/oauth/confluence/callback';

/** Reading pages and spaces, searching, and tokens that can be renewed. */
export const confluenceScopes = [
  'read:page:confluence',
  'read:space:confluence',
  'search:confluence',
  'read:confluence-content.all',
  'offline_access',
] as const;

/** A site of Confluence Cloud: its name, its host or any address in it. */
export const SiteUrl = z
  .string()
  .max(500)
  .transform((text, context) => {
    const wanted = text.trim().toLowerCase();
    const host = /^[a-z0-9-]+$/.test(wanted)
      ? `${wanted}.atlassian.net`
      : URL.parse(wanted.includes('://') ? wanted : `https://${wanted}`)?.host;
    if (host !== undefined && /^[a-z0-9][a-z0-9-]{0,62}\.atlassian\.net$/.test(host))
      return `https://${host}`;
    context.addIssue({ code: 'custom', message: 'the address of a site at atlassian.net' });
    return z.NEVER;
  });

/** What a sealed column of the connection is bound to. */
export const confluenceBinding = (
  subscriptionId: string,
  column: 'email' | 'api_token' | 'client_secret' | 'access_token' | 'refresh_token',
) => ({ subscriptionId, table: 'confluence_connection', column, row: subscriptionId });

/** The app a connection uses; undefined when it was the operator's and there is none any more. */
export async function confluenceClientOf(
  secretBox: SecretBox,
  clients: ConfluenceClients,
  connection: {
    readonly subscriptionId: string;
    readonly clientKind: 'own' | 'global' | null;
    readonly clientId: string | null;
    readonly clientSecret: string | null;
  },
): Promise<ConfluenceClient | undefined> {
  const { subscriptionId, clientKind, clientId, clientSecret } = connection;
  if (clientId === null) return undefined;
  // A connection made with another app of the operator's cannot be renewed by the present one.
  if (clientKind === 'global')
    return clients.globalClient?.id === clientId ? clients.globalClient : undefined;
  if (clientSecret === null) return undefined;
  return {
    id: clientId,
    secret: await secretBox.open(clientSecret, confluenceBinding(subscriptionId, 'client_secret')),
  };
}
