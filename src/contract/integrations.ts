import { z } from 'zod';
import { endpoint } from './endpoint.ts';

const kilobyte = 1024;
const nothing = z.object({});
const ofConsole = { audience: 'console', bodyLimit: 8 * kilobyte } as const;
const reads = { ...ofConsole, permission: { permission: 'integrations:read' }, rateClass: 'read' } as const;
const changes = {
  ...ofConsole,
  permission: { permission: 'integrations:write' },
  rateClass: 'write',
} as const;
const ProviderPath = z.object({ providerId: z.uuid() });

/** How a key or an access fared when it was tried. */
export const KeyState = z.enum(['valid', 'invalid', 'no-credit', 'unreachable']);

export const ZendeskState = z.object({
  subdomain: z.string(),
  status: z.enum(['connected', 'reconnect-needed']),
  grant: z.enum(['client-credentials', 'authorization-code']),
  /** Whose OAuth client: the account's own, or the operator's for every account. */
  client: z.enum(['own', 'global']),
  clientId: z.string(),
  scopes: z.array(z.string()),
  grantedScopes: z.array(z.string()),
  brandIds: z.array(z.number()).nullable(),
  connectedAt: z.string(),
  /** A word from a list, when the access stopped working. */
  lastError: z.string().nullable(),
});

export const ProviderState = z.object({
  id: z.string(),
  kind: z.string(),
  label: z.string(),
  /** Null: the vendor's own address. */
  baseUrl: z.string().nullable(),
  host: z.string(),
  model: z.string(),
  /** Empty for a key too short to show any of it. */
  keyLastFour: z.string().max(4),
  isDefault: z.boolean(),
  demo: z.boolean(),
  contextWindow: z.number().int().nullable(),
  /** From 1: asked in this order when the default cannot answer; null: never. */
  fallbackOrder: z.number().int().nullable(),
  /** When it was saved or last tried, which happens daily; null: not yet. */
  keyState: KeyState.nullable(),
  keyCheckedAt: z.string().nullable(),
  addedAt: z.string(),
});
export type ProviderState = z.infer<typeof ProviderState>;

/** What is connected, without any secret. */
export const listIntegrations = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/integrations',
  summary: 'State of Zendesk and the AI providers',
  audit: { none: 'reads settings only' },
  params: nothing,
  body: z.undefined(),
  response: z.object({
    zendesk: ZendeskState.nullable(),
    zendeskOffers: z.object({ globalClient: z.boolean(), redirectUri: z.string() }),
    providers: z.array(ProviderState),
  }),
});

/** Gives the address at Zendesk to go to, and this browser a cookie without which nobody can come back. */
export const authorizeZendesk = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/integrations/zendesk/authorize',
  summary: 'Begin to authorise access to Zendesk',
  audit: { event: 'zendesk.authorization-begun' },
  stepUp: true,
  params: nothing,
  body: z.unknown(),
  response: z.object({ url: z.string(), expiresInSeconds: z.number().int() }),
});

/** Connects by the id and secret of a confidential client, without a browser. */
export const connectZendesk = endpoint({
  ...changes,
  method: 'PUT',
  path: '/v1/integrations/zendesk',
  summary: 'Connect Zendesk by client credentials',
  audit: { event: 'zendesk.connected' },
  stepUp: true,
  params: nothing,
  body: z.unknown(),
  response: z.object({ scopes: z.array(z.string()) }),
});

/** Asks Zendesk whether the access works and what it may do; sends no content. */
export const testZendesk = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/integrations/zendesk/test',
  summary: 'Test the access to Zendesk',
  audit: { none: 'asks without changing anything' },
  params: nothing,
  body: z.unknown(),
  response: z.object({ scopes: z.array(z.string()) }),
});

/** Deletes the credentials here and ends the access at Zendesk. */
export const disconnectZendesk = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/integrations/zendesk',
  summary: 'Disconnect Zendesk',
  audit: { event: 'zendesk.disconnected' },
  params: nothing,
  body: z.unknown(),
  /** `revoked` false: Zendesk did not answer; remove the client there. */
  response: z.object({ revoked: z.boolean() }),
});

/** Stores a provider account; its key can be replaced but never read again. */
export const addProvider = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/integrations/providers',
  summary: 'Add an AI provider',
  audit: { event: 'provider.added' },
  stepUp: true,
  params: nothing,
  body: z.unknown(),
  response: z.object({ id: z.string(), check: KeyState }),
});

/** Changes a provider account; an address on another host asks for the key again. */
export const updateProvider = endpoint({
  ...changes,
  method: 'PUT',
  path: '/v1/integrations/providers/:providerId',
  summary: 'Change an AI provider',
  audit: { event: 'provider.changed' },
  stepUp: true,
  params: ProviderPath,
  body: z.unknown(),
  response: z.object({ check: KeyState }),
});

/** Deletes a provider account with its key. */
export const removeProvider = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/integrations/providers/:providerId',
  summary: 'Remove an AI provider',
  audit: { event: 'provider.removed' },
  params: ProviderPath,
  body: z.unknown(),
  response: nothing,
});

/** Which accounts are asked, in this order, when the one that answers cannot. Tickets go to those named here and to no others. */
export const setProviderFallbacks = endpoint({
  ...changes,
  method: 'PUT',
  path: '/v1/integrations/provider-fallbacks',
  summary: 'Choose which AI providers stand in for the default',
  audit: { event: 'provider.fallbacks-set' },
  params: nothing,
  body: z.object({
    providerIds: z
      .array(z.uuid())
      .max(5)
      .refine((ids) => new Set(ids).size === ids.length, 'Each account once'),
  }),
  response: nothing,
});

/** Tries key, streaming and structured output with a question of our own; no ticket is sent. */
export const testProvider = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/integrations/providers/:providerId/test',
  summary: 'Test an AI provider',
  audit: { none: 'asks without changing anything' },
  params: ProviderPath,
  body: z.unknown(),
  response: z.object({
    key: z.string(),
    streaming: z.string(),
    structured: z.string(),
    firstTokenMs: z.number().nullable(),
  }),
});
