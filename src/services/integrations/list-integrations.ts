import type { Call } from '../../ports/call.ts';
import { readProviders } from './integration-queries.ts';
import type { ZendeskClients } from './zendesk-clients.ts';
import { readConnectionState } from './zendesk-connection-queries.ts';

/** What is connected and whether it works; no secret, and of a key the last four characters. */
export async function listIntegrations(call: Call<'database' | 'modelProvider'>, clients: ZendeskClients) {
  const { zendesk, providers } = await call.ports.database.read(call, async (tx) => ({
    zendesk: await readConnectionState(tx),
    providers: await readProviders(tx),
  }));
  return {
    zendesk:
      zendesk === undefined
        ? null
        : {
            subdomain: zendesk.subdomain,
            status: zendesk.status,
            grant: zendesk.grantKind,
            client: zendesk.clientKind,
            clientId: zendesk.clientId,
            scopes: words(zendesk.scopes),
            grantedScopes: words(zendesk.grantedScopes ?? ''),
            brandIds: zendesk.brandIds === null ? null : [...zendesk.brandIds],
            connectedAt: zendesk.connectedAt.toISOString(),
            lastError: zendesk.lastError,
          },
    /** What the console offers for a new connection. */
    zendeskOffers: { globalClient: clients.globalClient !== undefined, redirectUri: clients.redirectUri },
    providers: providers.map(({ createdAt, baseUrl, ...provider }) => ({
      ...provider,
      baseUrl,
      host: call.ports.modelProvider.hostOf({ kind: provider.kind, baseUrl: baseUrl ?? undefined }),
      addedAt: createdAt.toISOString(),
    })),
  };
}

const words = (text: string): string[] => text.split(/\s+/).filter((word) => word !== '');
