import { z } from 'zod';
import { endpoint } from './endpoint.ts';

const kilobyte = 1024;
const nothing = z.object({});

export const AdminTokenLine = z.object({
  id: z.string(),
  label: z.string(),
  scopes: z.array(z.string()),
  createdBy: z.string(),
  createdAt: z.string(),
  expiresAt: z.string(),
  /** A day. */
  lastUsedOn: z.string().nullable(),
  revokedAt: z.string().nullable(),
});

export const listAdminTokens = endpoint({
  method: 'GET',
  path: '/v1/operator/tokens',
  summary: 'Admin tokens, without their secrets',
  audience: 'operator',
  permission: { permission: 'operators:read' },
  audit: { none: 'reads labels and times' },
  rateClass: 'read',
  bodyLimit: kilobyte,
  params: nothing,
  body: z.undefined(),
  response: z.object({ tokens: z.array(AdminTokenLine) }),
});

/** The token is in this answer and never again. */
export const createAdminToken = endpoint({
  method: 'POST',
  path: '/v1/operator/tokens',
  summary: 'Generate an admin token',
  audience: 'operator',
  permission: { permission: 'operators:write' },
  audit: { event: 'admin-token.created' },
  rateClass: 'write',
  stepUp: true,
  bodyLimit: 4 * kilobyte,
  params: nothing,
  body: z.object({
    label: z.string().trim().min(1).max(80),
    scopes: z.array(z.string()).min(1).max(50),
    expiresInDays: z.number().int().min(1).max(365),
  }),
  response: z.object({ id: z.string(), token: z.string(), expiresAt: z.string() }),
});

export const revokeAdminToken = endpoint({
  method: 'DELETE',
  path: '/v1/operator/tokens/:id',
  summary: 'Revoke an admin token',
  audience: 'operator',
  permission: { permission: 'operators:write' },
  audit: { event: 'admin-token.revoked' },
  rateClass: 'write',
  bodyLimit: kilobyte,
  params: z.object({ id: z.string().regex(/^[a-z0-9]{10}$/) }),
  body: z.unknown(),
  response: z.object({ status: z.literal('ok') }),
});

/** Once, with the code the server printed at its first start. */
export const bootstrapOperator = endpoint({
  method: 'POST',
  path: '/v1/bootstrap',
  summary: 'Make the first operator',
  audience: 'public',
  permission: { none: 'a one-time code from the server’s own terminal' },
  audit: { event: 'operator.bootstrapped' },
  rateClass: 'sign-in',
  bodyLimit: 4 * kilobyte,
  params: nothing,
  body: z.object({
    code: z.string().max(100),
    email: z.email().max(254),
    password: z.string().max(1_000),
  }),
  response: z.object({ id: z.uuid() }),
});
