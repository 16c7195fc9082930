import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { ConfluenceSpace } from '../../ports/confluence.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import { openConfluenceAccess } from './confluence-access.ts';
import { confluenceBinding, type ConfluenceClients } from './confluence-clients.ts';
import { deleteConfluenceConnection, readConfluenceRow, type ConfluenceRow } from './confluence-queries.ts';
import { cannotBeOpened } from './zendesk-clients.ts';

/** What is connected and whether it works; no secret and no address of a person. */
export async function describeConfluence(call: Call<'database' | 'secretBox'>, clients: ConfluenceClients) {
  const row = await call.ports.database.read(call, readConfluenceRow);
  const opens = row === undefined || (await secretsOpen(call, row));
  return {
    connection:
      row === undefined
        ? null
        : {
            siteUrl: row.siteUrl,
            status: opens ? row.status : ('reconnect-needed' as const),
            grant: row.grantKind,
            client: row.clientKind,
            connectedAt: row.connectedAt.toISOString(),
            lastError: opens ? row.lastError : cannotBeOpened,
          },
    /** What the console offers for a new connection. */
    offers: { globalClient: clients.globalClient !== undefined, redirectUri: clients.redirectUri },
  };
}

async function secretsOpen(
  { subscriptionId, ports }: Call<'secretBox'>,
  { apiToken, clientSecret, refreshToken }: ConfluenceRow,
): Promise<boolean> {
  const open = (sealed: string | null, column: 'api_token' | 'client_secret' | 'refresh_token') =>
    sealed === null ? '' : ports.secretBox.open(sealed, confluenceBinding(subscriptionId, column));
  const opened = await openedOrUndefined(
    Promise.all([
      open(apiToken, 'api_token'),
      open(clientSecret, 'client_secret'),
      open(refreshToken, 'refresh_token'),
    ]),
  );
  return opened !== undefined;
}

/** Asks Confluence whether the stored access works; sends no content. Throws what it answers. */
export async function testConfluence(call: Call<'database' | 'secretBox' | 'confluenceSite'>): Promise<void> {
  const access = await openConfluenceAccess(call.ports, call);
  await call.ports.confluenceSite.checkConnection({ access, signal: call.signal });
}

/** The spaces that may be chosen as knowledge, part by part; their names are shown and not stored. */
export async function listConfluenceSpaces(
  call: Call<'database' | 'secretBox' | 'confluenceSite'>,
  after: string | null,
): Promise<{ readonly spaces: readonly ConfluenceSpace[]; readonly next: string | null }> {
  const access = await openConfluenceAccess(call.ports, call);
  return call.ports.confluenceSite.spaces({ access, signal: call.signal }, after);
}

/** Deletes every credential of the connection. Atlassian has no way to end a token: people remove it there. */
export async function disconnectConfluence(call: Call<'database'>): Promise<void> {
  await call.ports.database.write(
    call,
    { permission: 'integrations:write', audit: { action: 'confluence.disconnected' } },
    async (tx) => {
      if ((await deleteConfluenceConnection(tx)) === undefined)
        throw new ProblemError('confluence-not-connected');
    },
  );
}
