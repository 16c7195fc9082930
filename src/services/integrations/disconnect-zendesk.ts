import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import { removeWebhookBeforeTheEnd } from '../triage/connect-webhook.ts';
import { endOldAuthorization, openAuthorization } from './end-authorization.ts';
import type { ZendeskClients } from './zendesk-clients.ts';
import { deleteZendeskConnection } from './zendesk-connection-queries.ts';

type DisconnectPorts = 'database' | 'secretBox' | 'zendeskOAuth' | 'helpDesk' | 'clock' | 'logger';

/**
 * Deletes every credential of the Zendesk connection, then ends the access at Zendesk. `revoked` is false when Zendesk
 * did not answer: the person should remove the client in Zendesk. The database gives the room of the row back at its next vacuum.
 */
export async function disconnectZendesk(
  call: Call<DisconnectPorts>,
  settings: SettingsReader,
  clients: ZendeskClients,
): Promise<{ readonly revoked: boolean }> {
  const { database, helpDesk } = call.ports;
  const { zendesk } = await settings.any(call.subscriptionId);
  if (zendesk !== undefined) await removeWebhookBeforeTheEnd(call, zendesk);
  const old = await openAuthorization(call);
  await database.write(
    call,
    {
      permission: 'integrations:write',
      audit: { action: 'zendesk.disconnected', ...(zendesk !== undefined && { target: zendesk.subdomain }) },
    },
    async (tx) => {
      if (!(await deleteZendeskConnection(tx))) throw new ProblemError('zendesk-not-connected');
    },
  );
  settings.forget(call.subscriptionId);
  if (old !== undefined) return { revoked: await endOldAuthorization(call, old, clients) };
  if (zendesk === undefined) return { revoked: false };
  const ended = await helpDesk
    .endAccess({ connection: zendesk, signal: AbortSignal.timeout(10_000) })
    .then(() => true)
    .catch(() => false);
  return { revoked: ended };
}
