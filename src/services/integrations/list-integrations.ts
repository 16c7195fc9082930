import type { Call } from '../../ports/call.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import { readProviders } from './integration-queries.ts';
import { cannotBeOpened, connectionBinding, type ZendeskClients } from './zendesk-clients.ts';
import { readConnectionState } from './zendesk-connection-queries.ts';
import { readTokenRow, type TokenRow } from './zendesk-token-queries.ts';

/** What is connected and whether it works; no secret, and of a key the last four characters. */
export async function listIntegrations(
  call: Call<'database' | 'modelProvider' | 'secretBox'>,
  clients: ZendeskClients,
) {
  const { zendesk, tokens, providers } = await call.ports.database.read(call, async (tx) => ({
    zendesk: await readConnectionState(tx),
    tokens: await readTokenRow(tx),
    providers: await readProviders(tx),
  }));
  const opens = tokens === undefined || (await connectionOpens(call, tokens));
  return {
    zendesk:
      zendesk === undefined
        ? null
        : {
            subdomain: zendesk.subdomain,
            status: opens ? zendesk.status : 'reconnect-needed',
            grant: zendesk.grantKind,
            client: zendesk.clientKind,
            clientId: zendesk.clientId,
            scopes: words(zendesk.scopes),
            grantedScopes: words(zendesk.grantedScopes ?? ''),
            brandIds: zendesk.brandIds === null ? null : [...zendesk.brandIds],
            connectedAt: zendesk.connectedAt.toISOString(),
            lastError: opens ? zendesk.lastError : cannotBeOpened,
          },
    /** What the console offers for a new connection. */
    zendeskOffers: { globalClient: clients.globalClient !== undefined, redirectUri: clients.redirectUri },
    providers: providers.map(({ createdAt, baseUrl, keyCheckedAt, ...provider }) => ({
      ...provider,
      baseUrl,
      host: call.ports.modelProvider.hostOf({ kind: provider.kind, baseUrl: baseUrl ?? undefined }),
      keyCheckedAt: keyCheckedAt?.toISOString() ?? null,
      addedAt: createdAt.toISOString(),
    })),
  };
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');

/** False when the access could not be used or renewed, because the keys of this server do not open what is needed for it. */
async function connectionOpens(
  { subscriptionId, ports }: Call<'secretBox'>,
  { clientSecret, refreshToken }: TokenRow,
): Promise<boolean> {
  const open = (sealed: string | null, column: 'client_secret' | 'refresh_token') =>
    sealed === null ? '' : ports.secretBox.open(sealed, connectionBinding(subscriptionId, column));
  const opened = await openedOrUndefined(
    Promise.all([open(clientSecret, 'client_secret'), open(refreshToken, 'refresh_token')]),
  );
  return opened !== undefined;
}
