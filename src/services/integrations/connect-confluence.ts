import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { ConfluenceAccess } from '../../ports/confluence.ts';
import { confluenceBinding, SiteUrl } from './confluence-clients.ts';
import { replaceConfluenceConnection } from './confluence-queries.ts';

export const ConnectConfluenceInput = z.object({
  site: SiteUrl,
  email: z.email().max(254),
  apiToken: z.string().trim().min(1).max(1_000),
});
export type ConnectConfluenceInput = z.input<typeof ConnectConfluenceInput>;

/** Connects a site by somebody's API token, with or without scopes: proves that it works, then stores it sealed. */
export async function connectConfluence(
  call: Call<'database' | 'secretBox' | 'confluenceSite'>,
  input: ConnectConfluenceInput,
): Promise<{ readonly siteUrl: string }> {
  const { site: siteUrl, email, apiToken } = checked(ConnectConfluenceInput, input);
  const { database, secretBox } = call.ports;
  const { subscriptionId } = call;
  const access = {
    subscriptionId,
    siteUrl,
    grant: 'api-token',
    email,
    token: apiToken,
    cloudId: null,
  } as const;
  const { cloudId } = await workingAccess(call, access);
  const [sealedEmail, sealedToken] = await Promise.all([
    secretBox.seal(email, confluenceBinding(subscriptionId, 'email')),
    secretBox.seal(apiToken, confluenceBinding(subscriptionId, 'api_token')),
  ]);
  await database.write(
    call,
    {
      permission: 'integrations:write',
      audit: { action: 'confluence.connected', target: siteUrl, facts: { grant: 'api-token' } },
    },
    (tx) =>
      replaceConfluenceConnection(tx, subscriptionId, {
        grantKind: 'api-token',
        siteUrl,
        cloudId,
        email: sealedEmail,
        apiToken: sealedToken,
      }),
  );
  return { siteUrl };
}

/** Parses what a person sent. Throws `invalid-request` that names the fields. */
export function checked<T>(schema: z.ZodType<T, unknown>, input: unknown): T {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new ProblemError('invalid-request', {
    detail: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
  });
}

/** The access in the way that works: at the site, or with a token that has scopes at Atlassian's API. */
async function workingAccess(
  { ports, signal }: Call<'confluenceSite'>,
  access: Extract<ConfluenceAccess, { readonly grant: 'api-token' }>,
): Promise<Extract<ConfluenceAccess, { readonly grant: 'api-token' }>> {
  const { confluenceSite } = ports;
  try {
    await confluenceSite.checkConnection({ access, signal });
    return access;
  } catch (error) {
    const isRefused = error instanceof ProblemError && error.type === 'confluence-reconnect-needed';
    if (!isRefused) throw error;
  }
  const withScopes = { ...access, cloudId: await confluenceSite.cloudIdOf({ access, signal }) };
  await confluenceSite.checkConnection({ access: withScopes, signal });
  return withScopes;
}
