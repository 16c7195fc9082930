import { z } from 'zod';
import { parseJson } from '../../kernel/json.ts';
import type { KeyValueStore } from '../../ports/key-value-store.ts';
import type { SecretBox } from '../../ports/secret-box.ts';
import { hashOf } from './begin-zendesk-authorization.ts';

/** How long a person may take at Atlassian. */
export const confluenceAuthorizationMinutes = 10;

/** Between asking a person to authorise us and their return. */
const Authorization = z.object({
  accountId: z.string(),
  sessionId: z.string(),
  browserHash: z.string(),
  siteUrl: z.string(),
  redirectUri: z.string(),
  clientKind: z.enum(['own', 'global']),
  clientId: z.string(),
  /** Null: the operator's. */
  clientSecret: z.string().nullable(),
});
export type ConfluenceAuthorization = z.infer<typeof Authorization>;

type Stores = { readonly keyValues: KeyValueStore; readonly secretBox: SecretBox };

// Sealed as a whole, because a client's secret is in it; nothing of it is worth a table.
const binding = (subscriptionId: string, stateHash: string) => ({
  subscriptionId,
  table: 'confluence_authorization',
  column: 'state',
  row: stateHash,
});
const keyOf = (stateHash: string): string => `confluence-authorization:${stateHash}`;
const ttlSeconds = confluenceAuthorizationMinutes * 60;

/** Keeps it for ten minutes under the hash of what stands in the address. */
export async function keepAuthorization(
  { keyValues, secretBox }: Stores,
  subscriptionId: string,
  state: string,
  authorization: ConfluenceAuthorization,
): Promise<void> {
  const stateHash = hashOf(state);
  const sealed = await secretBox.seal(JSON.stringify(authorization), binding(subscriptionId, stateHash));
  await keyValues.set(keyOf(stateHash), `${subscriptionId} ${sealed}`, { ttlSeconds });
}

/** Takes it away; whoever shows the state uses it up, and whoever comes second finds none. */
export async function takeAuthorization(
  { keyValues, secretBox }: Stores,
  state: string,
): Promise<{ readonly subscriptionId: string; readonly authorization: ConfluenceAuthorization } | undefined> {
  const stateHash = hashOf(state);
  const kept = await keyValues.get(keyOf(stateHash));
  const [subscriptionId, sealed] = kept?.split(' ') ?? [];
  if (subscriptionId === undefined || sealed === undefined) return undefined;
  if (!(await keyValues.setIfAbsent(`${keyOf(stateHash)}:taken`, '1', { ttlSeconds }))) return undefined;
  await keyValues.delete(keyOf(stateHash));
  const opened = await secretBox.open(sealed, binding(subscriptionId, stateHash)).catch(() => undefined);
  const parsed = Authorization.safeParse(opened === undefined ? undefined : parseJson(opened));
  return parsed.success ? { subscriptionId, authorization: parsed.data } : undefined;
}
