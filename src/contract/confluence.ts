import { z } from 'zod';
import { endpoint } from './endpoint.ts';

const kilobyte = 1024;
const nothing = z.object({});
const ofConsole = { audience: 'console', params: nothing } as const;
const reads = {
  ...ofConsole,
  permission: { permission: 'integrations:read' },
  rateClass: 'read',
  bodyLimit: kilobyte,
  body: z.undefined(),
} as const;
const changes = {
  ...ofConsole,
  permission: { permission: 'integrations:write' },
  rateClass: 'write',
  bodyLimit: 8 * kilobyte,
  body: z.unknown(),
} as const;

/** What is connected, without any secret. */
export const showConfluence = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/integrations/confluence',
  summary: 'State of the connection to Confluence',
  audit: { none: 'reads settings only' },
  response: z.object({
    connection: z
      .object({
        siteUrl: z.string(),
        status: z.enum(['connected', 'reconnect-needed']),
        grant: z.enum(['api-token', 'authorization-code']),
        /** Whose app: the company's own, or the operator's; null for an API token. */
        client: z.enum(['own', 'global']).nullable(),
        connectedAt: z.string(),
        /** A word from a list, when the access stopped working. */
        lastError: z.string().nullable(),
      })
      .nullable(),
    offers: z.object({ globalClient: z.boolean(), redirectUri: z.string() }),
  }),
});

/** Connects by somebody's e-mail address and API token, without a browser. */
export const connectConfluence = endpoint({
  ...changes,
  method: 'PUT',
  path: '/v1/integrations/confluence',
  summary: 'Connect Confluence by an API token',
  audit: { event: 'confluence.connected' },
  stepUp: true,
  response: z.object({ siteUrl: z.string() }),
});

/** Gives the address at Atlassian to go to, and this browser a cookie without which nobody can come back. */
export const authorizeConfluence = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/integrations/confluence/authorize',
  summary: 'Begin to authorise access to Confluence',
  audit: { event: 'confluence.authorization-begun' },
  stepUp: true,
  response: z.object({ url: z.string(), expiresInSeconds: z.number().int() }),
});

/** Asks Confluence whether the access works; sends no content. */
export const testConfluence = endpoint({
  ...changes,
  method: 'POST',
  path: '/v1/integrations/confluence/test',
  summary: 'Test the access to Confluence',
  audit: { none: 'asks without changing anything' },
  response: nothing,
});

/** Deletes the credentials here. Atlassian lets nobody end a token from outside: remove the token or the app there. */
export const disconnectConfluence = endpoint({
  ...changes,
  method: 'DELETE',
  path: '/v1/integrations/confluence',
  summary: 'Disconnect Confluence',
  audit: { event: 'confluence.disconnected' },
  response: nothing,
});

/** Spaces of the site that may be chosen as knowledge, asked of Confluence each time. */
export const listConfluenceSpaces = endpoint({
  ...changes,
  permission: { permission: 'integrations:read' },
  method: 'POST',
  path: '/v1/integrations/confluence/spaces',
  summary: 'Spaces of the connected Confluence',
  audit: { none: 'asks without changing anything' },
  body: z.object({
    /** `next` of the part before; null: the first part. */
    page: z.string().max(2_000).nullable().default(null),
  }),
  response: z.object({
    spaces: z.array(z.object({ id: z.string(), key: z.string(), name: z.string(), type: z.string() })),
    next: z.string().nullable(),
  }),
});
