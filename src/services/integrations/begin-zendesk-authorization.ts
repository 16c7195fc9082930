import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { insertOAuthState } from './zendesk-connection-queries.ts';
import type { ZendeskClients } from './zendesk-clients.ts';

/** Least that every feature needs. */
export const defaultScopes = 'read tickets:write webhooks:write triggers:write';

/** How long a person may take at Zendesk. */
export const authorizationMinutes = 10;

export const Subdomain = z.string().regex(/^[a-z0-9][a-z0-9-]{1,62}$/, 'letters, digits and hyphens');
const scopes = z
  .string()
  .regex(/^[a-z_]+(:[a-z]+)?( [a-z_]+(:[a-z]+)?)*$/, 'scopes with spaces between them');

export const BeginAuthorizationInput = z.object({
  subdomain: Subdomain,
  /** A client of the account itself; the operator's global client when left out. */
  clientId: z.string().min(1).max(200).optional(),
  /** Left out for a public client. */
  clientSecret: z.string().min(1).max(500).optional(),
  scopes: scopes.max(500).default(defaultScopes),
  brandIds: z.array(z.number().int().positive()).max(200).nullable().default(null),
  appId: z.number().int().positive().optional(),
  installationId: z.number().int().positive().optional(),
});
export type BeginAuthorizationInput = z.input<typeof BeginAuthorizationInput>;

/** Who asks: an account with its session, or nobody but the command line. */
export interface Asker {
  readonly accountId: string | null;
  readonly sessionId: string | null;
}

/** SHA-256 in hex: what is stored of a state and of what a browser keeps. */
export const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex');

/** What only the asking browser or terminal holds: 256 bits. */
export const newBrowserSecret = (): string => randomBytes(32).toString('base64url');

/** Makes the address at Zendesk to which a person goes; it works once, for ten minutes, for this person and browser. */
export async function beginZendeskAuthorization(
  call: Call<'database' | 'secretBox' | 'ids' | 'clock' | 'zendeskOAuth'>,
  clients: ZendeskClients,
  asker: Asker & { readonly browser: string },
  input: BeginAuthorizationInput,
): Promise<{ readonly url: string }> {
  const parsed = BeginAuthorizationInput.safeParse(input);
  if (!parsed.success)
    throw new ProblemError('invalid-request', {
      detail: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; '),
    });
  const { database, secretBox, ids, clock, zendeskOAuth } = call.ports;
  const { clientSecret, appId, installationId, ...wanted } = parsed.data;
  const clientId = wanted.clientId ?? clients.globalClient?.id;
  if (clientId === undefined)
    throw new ProblemError('invalid-request', {
      detail: 'This server has no OAuth client of its own. Enter the client of your Zendesk account.',
    });
  const id = ids.next();
  const [state, verifier] = [randomBytes(32).toString('base64url'), randomBytes(32).toString('base64url')];
  const binding = (column: string) => ({
    subscriptionId: call.subscriptionId,
    table: 'oauth_state',
    column,
    row: id,
  });
  const [sealedVerifier, sealedSecret] = await Promise.all([
    secretBox.seal(verifier, binding('verifier')),
    wanted.clientId === undefined || clientSecret === undefined
      ? null
      : secretBox.seal(clientSecret, binding('client_secret')),
  ]);
  const now = clock.now();
  await database.write(
    call,
    {
      permission: 'integrations:write',
      audit: { action: 'zendesk.authorization-begun', target: wanted.subdomain },
    },
    (tx) =>
      insertOAuthState(
        tx,
        call.subscriptionId,
        {
          id,
          stateHash: hashOf(state),
          browserHash: hashOf(asker.browser),
          accountId: asker.accountId,
          sessionId: asker.sessionId,
          subdomain: wanted.subdomain,
          redirectUri: clients.redirectUri,
          clientKind: wanted.clientId === undefined ? 'global' : 'own',
          clientId,
          clientSecret: sealedSecret,
          verifier: sealedVerifier,
          scopes: wanted.scopes,
          brandIds: wanted.brandIds,
          appId: appId ?? null,
          installationId: installationId ?? null,
          expiresAt: new Date(now.getTime() + authorizationMinutes * 60_000),
        },
        now,
      ),
  );
  const url = zendeskOAuth.authorizeUrl({
    subdomain: wanted.subdomain,
    clientId,
    redirectUri: clients.redirectUri,
    scopes: wanted.scopes,
    state,
    challenge: createHash('sha256').update(verifier).digest('base64url'),
  });
  return { url };
}
