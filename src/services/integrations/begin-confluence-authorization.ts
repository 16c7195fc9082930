import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { hashOf } from './begin-zendesk-authorization.ts';
import { keepAuthorization } from './confluence-authorization.ts';
import { confluenceScopes, SiteUrl, type ConfluenceClients } from './confluence-clients.ts';
import { hasSourcesOfAnotherSite } from './confluence-queries.ts';
import { checked } from './connect-confluence.ts';

export const BeginConfluenceInput = z
  .object({
    site: SiteUrl,
    /** An app of the company itself; the operator's when left out. */
    clientId: z.string().min(1).max(200).optional(),
    clientSecret: z.string().min(1).max(500).optional(),
  })
  .refine(({ clientId, clientSecret }) => (clientId === undefined) === (clientSecret === undefined), {
    message: 'an app needs its id and its secret',
    path: ['clientSecret'],
  });
export type BeginConfluenceInput = z.input<typeof BeginConfluenceInput>;

/** Makes the address at Atlassian to which a person goes; it works once, for ten minutes, for this person and browser. */
export async function beginConfluenceAuthorization(
  call: Call<'database' | 'secretBox' | 'keyValues' | 'confluenceOAuth'>,
  clients: ConfluenceClients,
  asker: { readonly accountId: string; readonly sessionId: string; readonly browser: string },
  input: BeginConfluenceInput,
): Promise<{ readonly url: string }> {
  const { site: siteUrl, clientId, clientSecret } = checked(BeginConfluenceInput, input);
  const id = clientId ?? clients.globalClient?.id;
  if (id === undefined)
    throw new ProblemError('invalid-request', {
      detail:
        'This server has no app at Atlassian. Enter the id and secret of your own, or use an API token.',
    });
  const { database, confluenceOAuth } = call.ports;
  // Said before the person goes to Atlassian; asked again when the connection is stored.
  if (await database.read(call, (tx) => hasSourcesOfAnotherSite(tx, siteUrl)))
    throw new ProblemError('confluence-site-in-use');
  const state = randomBytes(32).toString('base64url');
  await keepAuthorization(call.ports, call.subscriptionId, state, {
    accountId: asker.accountId,
    sessionId: asker.sessionId,
    browserHash: hashOf(asker.browser),
    siteUrl,
    redirectUri: clients.redirectUri,
    clientKind: clientId === undefined ? 'global' : 'own',
    clientId: id,
    clientSecret: clientSecret ?? null,
  });
  await database.write(
    call,
    {
      permission: 'integrations:write',
      audit: { action: 'confluence.authorization-begun', target: siteUrl },
    },
    async () => undefined,
  );
  const url = confluenceOAuth.authorizeUrl({
    clientId: id,
    redirectUri: clients.redirectUri,
    scopes: confluenceScopes.join(' '),
    state,
  });
  return { url };
}
