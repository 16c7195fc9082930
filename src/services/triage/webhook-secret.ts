import { createHash, randomBytes } from 'node:crypto';

/** What the sealed signing secret is bound to. */
export const signingSecretBinding = (subscriptionId: string) => ({
  subscriptionId,
  table: 'triage_webhook',
  column: 'signing_secret',
  row: subscriptionId,
});

/** The random part of a webhook's address: 256 bits. */
export const newWebhookKey = (): string => randomBytes(32).toString('base64url');

export const hashWebhookKey = (key: string): string => createHash('sha256').update(key).digest('hex');

/** Where deliveries arrive, without the key. */
export const webhookPath = '/v1/webhooks/zendesk/';

/** What Zendesk signs trial deliveries with before a webhook exists: everybody knows it, so it proves nothing. */
export const publicTestSecret = 'dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==';
