import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import { addProvider } from '../integrations/add-provider.ts';
import { readConfluenceRow } from '../integrations/confluence-queries.ts';
import { connectConfluence } from '../integrations/connect-confluence.ts';
import { connectZendesk } from '../integrations/connect-zendesk.ts';
import type { SettingsReader } from '../settings/settings-reader.ts';
import { markDemo, readSubscriptionRow } from '../subscriptions/subscription-queries.ts';

/** What the simulators say of themselves. */
export const SandboxConnection = z.object({
  subdomain: z.string(),
  clientId: z.string(),
  clientSecret: z.string(),
  appId: z.number(),
  installationId: z.number(),
  provider: z.object({ baseUrl: z.url(), apiKey: z.string(), model: z.string() }),
  /** Other sites that knowledge is read from. */
  knowledge: z
    .object({
      confluence: z.object({
        url: z.url(),
        siteUrl: z.url(),
        email: z.string(),
        token: z.string(),
      }),
      webUrl: z.url(),
      /** PEM text to believe when pages of that site are read; it vouches for that site alone. */
      webCertificate: z.string().max(10_000),
    })
    .nullish(),
});
export type SandboxConnection = z.infer<typeof SandboxConnection>;

type SandboxCall = Call<
  | 'database'
  | 'helpDesk'
  | 'secretBox'
  | 'modelProvider'
  | 'ids'
  | 'egress'
  | 'clock'
  | 'zendeskOAuth'
  | 'confluenceSite'
  | 'logger'
>;

/** Connects the demo subscription to the simulators and marks it, which keeps it out of production. Its Zendesk access is renewed at each start; a provider somebody chose is left alone. */
export async function connectSandbox(
  call: SandboxCall,
  settings: SettingsReader,
  sandbox: SandboxConnection,
): Promise<void> {
  const { database } = call.ports;
  const row = await database.read(call, (tx) => readSubscriptionRow(tx));
  if (row?.demo === false)
    await database.write(
      call,
      { permission: 'system', audit: { action: 'subscription.marked-demo' } },
      (tx) => markDemo(tx, call.subscriptionId),
    );
  const known = await settings.get(call.subscriptionId);
  // A demo subscription that somebody has connected to a real account stays connected to it.
  if (known.zendesk === undefined || known.zendesk.subdomain === sandbox.subdomain) {
    const { subdomain, clientId, clientSecret, appId, installationId } = sandbox;
    await connectZendesk(call, { subdomain, clientId, clientSecret, appId, installationId });
  }
  if (
    known.provider === undefined ||
    (known.provider.demo && known.provider.baseUrl !== sandbox.provider.baseUrl)
  ) {
    await addProvider(call, {
      kind: 'openai-compatible',
      label: 'Demo model',
      demo: true,
      contextWindow: 32_000,
      ...sandbox.provider,
    });
  }
  if (sandbox.knowledge) await connectSandboxConfluence(call, sandbox.knowledge.confluence);
  settings.forget(call.subscriptionId);
}

/** Connects the simulated Confluence, unless somebody has connected a site of their own. */
async function connectSandboxConfluence(
  call: SandboxCall,
  { siteUrl, email, token }: NonNullable<SandboxConnection['knowledge']>['confluence'],
): Promise<void> {
  const known = await call.ports.database.read(call, readConfluenceRow);
  if (known !== undefined && known.siteUrl !== siteUrl) return;
  await connectConfluence(call, { site: siteUrl, email, apiToken: token });
}

/** Reads a simulator's description; throws when something else answers. */
export function parseSandbox(description: unknown): SandboxConnection {
  const parsed = SandboxConnection.safeParse(description);
  if (!parsed.success)
    throw new ProblemError('invalid-request', { detail: 'The sandbox address is not a simulator.' });
  return parsed.data;
}
