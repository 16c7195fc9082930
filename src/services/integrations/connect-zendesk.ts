import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { upsertInstallation, upsertZendeskConnection } from './integration-queries.ts';

export const ConnectZendeskInput = z.object({
  subdomain: z.string().regex(/^[a-z0-9][a-z0-9-]{1,62}$/, 'letters, digits and hyphens'),
  clientId: z.string().min(1).max(200),
  clientSecret: z.string().min(1).max(500),
  scopes: z.string().min(1).default('read tickets:write webhooks:write triggers:write'),
  brandIds: z.array(z.number().int()).nullable().default(null),
  /** The sidebar app's numbers in this account; its public key is fetched from Zendesk. */
  appId: z.number().int().positive().optional(),
  installationId: z.number().int().positive().optional(),
});
export type ConnectZendeskInput = z.input<typeof ConnectZendeskInput>;

/** Connects an account by OAuth client credentials: proves that the access works, then stores it sealed. */
export async function connectZendesk(
  call: Call<'database' | 'helpDesk' | 'secretBox' | 'ids'>,
  input: ConnectZendeskInput,
): Promise<{ readonly scopes: readonly string[] }> {
  const parsed = ConnectZendeskInput.safeParse(input);
  if (!parsed.success)
    throw new ProblemError('invalid-request', {
      detail: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    });
  const { appId, installationId, ...access } = parsed.data;
  const { database, helpDesk, secretBox, ids } = call.ports;
  const connection = { subscriptionId: call.subscriptionId, ...access };
  const [check, publicKeyPem] = await Promise.all([
    helpDesk.checkConnection({ connection, signal: call.signal }),
    appId === undefined ? undefined : helpDesk.appPublicKey({ connection, signal: call.signal }, appId),
  ]);
  const missing = access.scopes.split(/\s+/).filter((scope) => !granted(check.scopes, scope));
  if (missing.length > 0)
    throw new ProblemError('zendesk-forbidden', { detail: `The access lacks: ${missing.join(', ')}.` });
  const sealed = secretBox.seal(access.clientSecret, {
    subscriptionId: call.subscriptionId,
    table: 'zendesk_connection',
    column: 'client_secret',
    row: call.subscriptionId,
  });
  await database.write(
    call,
    { permission: 'settings:write', audit: { action: 'zendesk.connected', target: access.subdomain } },
    async (tx) => {
      await upsertZendeskConnection(tx, call.subscriptionId, { ...access, clientSecret: sealed });
      if (publicKeyPem !== undefined && installationId !== undefined) {
        await upsertInstallation(tx, call.subscriptionId, {
          id: ids.next(),
          audience: `https://${access.subdomain}.zendesk.com/api/v2/apps/installations/${installationId}.json`,
          issuer: `${access.subdomain}.zendesk.com`,
          publicKeyPem,
        });
      }
    },
  );
  return { scopes: check.scopes };
}

/** `read` grants every `x:read`; `write` likewise. */
function granted(scopes: readonly string[], wanted: string): boolean {
  const [, verb] = wanted.split(':');
  return scopes.includes(wanted) || (verb !== undefined && scopes.includes(verb));
}
