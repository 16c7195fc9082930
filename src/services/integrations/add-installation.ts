import type { Call } from '../../ports/call.ts';
import type { HelpDeskConnection } from '../../ports/help-desk.ts';
import { upsertInstallation } from './integration-queries.ts';

/** Fetches the sidebar app's public key from Zendesk and stores it, so that the app's signed tokens are believed. */
export async function addInstallation(
  call: Call<'database' | 'helpDesk' | 'ids'>,
  connection: HelpDeskConnection,
  app: { readonly appId: number; readonly installationId: number },
): Promise<void> {
  const { database, helpDesk, ids } = call.ports;
  const publicKeyPem = await helpDesk.appPublicKey({ connection, signal: call.signal }, app.appId);
  const { subdomain } = connection;
  await database.write(
    call,
    {
      permission: 'integrations:write',
      audit: { action: 'zendesk.app-added', target: String(app.installationId) },
    },
    (tx) =>
      upsertInstallation(tx, call.subscriptionId, {
        id: ids.next(),
        audience: `https://${subdomain}.zendesk.com/api/v2/apps/installations/${app.installationId}.json`,
        issuer: `${subdomain}.zendesk.com`,
        publicKeyPem,
      }),
  );
}
