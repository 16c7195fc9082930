import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { addInstallation } from './add-installation.ts';
import { defaultScopes, Subdomain } from './begin-zendesk-authorization.ts';
import { endOldAuthorization, openAuthorization } from './end-authorization.ts';
import { connectionBinding, missingScopes } from './zendesk-clients.ts';
import { replaceZendeskConnection } from './zendesk-connection-queries.ts';

export const ConnectZendeskInput = z.object({
  subdomain: Subdomain,
  clientId: z.string().min(1).max(200),
  clientSecret: z.string().min(1).max(500),
  scopes: z.string().min(1).default(defaultScopes),
  brandIds: z.array(z.number().int()).nullable().default(null),
  /** The sidebar app's numbers in this account; its public key is fetched from Zendesk. */
  appId: z.number().int().positive().optional(),
  installationId: z.number().int().positive().optional(),
});
export type ConnectZendeskInput = z.input<typeof ConnectZendeskInput>;

/** Connects an account by OAuth client credentials: proves that the access works, then stores it sealed. */
export async function connectZendesk(
  call: Call<'database' | 'helpDesk' | 'secretBox' | 'ids' | 'clock' | 'zendeskOAuth' | 'logger'>,
  input: ConnectZendeskInput,
): Promise<{ readonly scopes: readonly string[] }> {
  const parsed = ConnectZendeskInput.safeParse(input);
  if (!parsed.success)
    throw new ProblemError('invalid-request', {
      detail: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    });
  const { appId, installationId, ...access } = parsed.data;
  const { database, helpDesk, secretBox } = call.ports;
  const { subscriptionId } = call;
  const connection = { subscriptionId, ...access };
  const { scopes } = await helpDesk.checkConnection({ connection, signal: call.signal });
  const missing = missingScopes(scopes, access.scopes);
  if (missing.length > 0)
    throw new ProblemError('zendesk-forbidden', { detail: `The access lacks: ${missing.join(', ')}.` });
  const [clientSecret, old] = await Promise.all([
    secretBox.seal(access.clientSecret, connectionBinding(subscriptionId, 'client_secret')),
    openAuthorization(call),
  ]);
  await database.write(
    call,
    {
      permission: 'integrations:write',
      audit: {
        action: 'zendesk.connected',
        target: access.subdomain,
        facts: { grant: 'client-credentials' },
      },
    },
    (tx) =>
      replaceZendeskConnection(tx, subscriptionId, {
        ...access,
        clientSecret,
        grantKind: 'client-credentials',
        grantedScopes: scopes.join(' '),
      }),
  );
  await endOldAuthorization(call, old);
  if (appId !== undefined && installationId !== undefined)
    await addInstallation(call, connection, { appId, installationId });
  return { scopes };
}
