import { z } from 'zod';
import { endpoint } from './endpoint.ts';

const kilobyte = 1024;
const nothing = z.object({});
const done = z.object({ status: z.literal('ok') });
const ofSubscription = z.object({ id: z.uuid() });
const count = z.number().int().min(0).max(1_000_000_000_000).nullable();
const word = z.string().trim().min(1).max(60);

export const subscriptionStatuses = ['active', 'suspended', 'expired', 'deleting'] as const;

/** Requests and tokens a calendar month (UTC), seats and AI agents at any time; null is no limit. */
export const SubscriptionLimits = z.object({
  requests: count,
  tokens: count,
  seats: count,
  aiAgents: count,
});
export const SubscriptionLine = z.object({
  id: z.uuid(),
  name: z.string(),
  plan: z.string(),
  tier: z.string(),
  status: z.enum(subscriptionStatuses),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  heldSince: z.string().nullable(),
  keyLastFour: z.string().nullable(),
  requestQuota: z.number().nullable(),
  tokenQuota: z.number().nullable(),
  requestsTaken: z.number(),
  tokensTaken: z.number(),
});
export type SubscriptionLine = z.infer<typeof SubscriptionLine>;
export const SubscriptionDetails = z.object({
  id: z.uuid(),
  name: z.string(),
  plan: z.string(),
  tier: z.string(),
  status: z.enum(subscriptionStatuses),
  statusSince: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().nullable(),
  /** Masked. */
  contact: z.string().nullable(),
  keyLastFour: z.string().nullable(),
  keySince: z.string().nullable(),
  previousKeyUntil: z.string().nullable(),
  limits: SubscriptionLimits,
  withheld: z.object({ features: z.array(z.string()), permissions: z.array(z.string()) }),
  hold: z.object({ since: z.string(), reference: z.string() }).nullable(),
  eraseAfter: z.string().nullable(),
  accessWithdrawnAt: z.string().nullable(),
});

const operator = { audience: 'operator', bodyLimit: 8 * kilobyte } as const;
const reads = {
  ...operator,
  permission: { permission: 'subscriptions:read' },
  rateClass: 'read',
} as const;
const writes = {
  ...operator,
  permission: { permission: 'subscriptions:write' },
  rateClass: 'write',
} as const;
const erases = {
  ...operator,
  permission: { permission: 'subscriptions:erase' },
  rateClass: 'write',
  stepUp: true,
} as const;

/** Query: `after` (id of the last one seen), `limit` (1 to 200), `contact` (an e-mail address). */
export const listSubscriptions = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/operator/subscriptions',
  summary: 'Subscriptions with their use of this month',
  audit: { none: 'reads names and numbers' },
  params: nothing,
  body: z.undefined(),
  response: z.object({ subscriptions: z.array(SubscriptionLine) }),
});

/** The key is in this answer and never again. */
export const createSubscription = endpoint({
  ...writes,
  method: 'POST',
  path: '/v1/operator/subscriptions',
  summary: 'Make a subscription and its key',
  audit: { event: 'subscription.created' },
  params: nothing,
  body: z.object({
    name: z.string().trim().min(1).max(200),
    plan: word.optional(),
    tier: word.optional(),
    contactEmail: z.email().max(254).nullable().optional(),
    expiresAt: z.iso.datetime({ offset: true }).nullable().optional(),
    limits: SubscriptionLimits.optional(),
  }),
  response: z.object({ id: z.uuid(), key: z.string() }),
});

export const readSubscription = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/operator/subscriptions/:id',
  summary: 'One subscription: status, limits, key, hold',
  audit: { none: 'reads masked values' },
  params: ofSubscription,
  body: z.undefined(),
  response: SubscriptionDetails,
});

export const changeSubscription = endpoint({
  ...writes,
  method: 'PATCH',
  path: '/v1/operator/subscriptions/:id',
  summary: 'Change plan, tier, contact and limits',
  audit: { event: 'subscription.changed' },
  params: ofSubscription,
  body: z.object({
    plan: word.optional(),
    tier: word.optional(),
    contactEmail: z.email().max(254).nullable().optional(),
    limits: SubscriptionLimits.optional(),
  }),
  response: done,
});

export const showContact = endpoint({
  ...reads,
  method: 'POST',
  path: '/v1/operator/subscriptions/:id/contact',
  summary: 'Show the contact e-mail in full',
  audit: { event: 'subscription.contact-shown' },
  params: ofSubscription,
  body: z.unknown(),
  response: z.object({ contactEmail: z.string().nullable() }),
});

export const withholdFromSubscription = endpoint({
  ...writes,
  method: 'PUT',
  path: '/v1/operator/subscriptions/:id/withheld',
  summary: 'Say which features and permissions the plan does not include',
  audit: { event: 'subscription.features-withheld' },
  params: ofSubscription,
  body: z.object({ features: z.array(z.string()), permissions: z.array(z.string()) }),
  response: done,
});

export const suspendSubscription = endpoint({
  ...writes,
  method: 'POST',
  path: '/v1/operator/subscriptions/:id/suspend',
  summary: 'Stop every use of a subscription',
  audit: { event: 'subscription.suspended' },
  params: ofSubscription,
  body: z.unknown(),
  response: done,
});

export const resumeSubscription = endpoint({
  ...writes,
  method: 'POST',
  path: '/v1/operator/subscriptions/:id/resume',
  summary: 'End a suspension, or take back a deletion',
  audit: { event: 'subscription.resumed' },
  params: ofSubscription,
  body: z.unknown(),
  response: done,
});

export const renewSubscription = endpoint({
  ...writes,
  method: 'POST',
  path: '/v1/operator/subscriptions/:id/renew',
  summary: 'Set when a subscription ends; null: never',
  audit: { event: 'subscription.renewed' },
  params: ofSubscription,
  body: z.object({ expiresAt: z.iso.datetime({ offset: true }).nullable() }),
  response: done,
});

/** The key is in this answer and never again; the one before works for another 24 hours. */
export const rotateSubscriptionKey = endpoint({
  ...writes,
  method: 'POST',
  path: '/v1/operator/subscriptions/:id/key',
  summary: 'Give a subscription a new key',
  audit: { event: 'subscription.key-rotated' },
  params: ofSubscription,
  body: z.unknown(),
  response: z.object({ key: z.string() }),
});

export const releaseInstallation = endpoint({
  ...writes,
  method: 'DELETE',
  path: '/v1/operator/subscriptions/:id/installation',
  summary: 'Unbind the Zendesk app, so that another installation can claim the key',
  audit: { event: 'installation.released' },
  params: ofSubscription,
  body: z.unknown(),
  response: done,
});

export const holdSubscription = endpoint({
  ...writes,
  method: 'PUT',
  path: '/v1/operator/subscriptions/:id/hold',
  summary: 'Put a legal hold on what is stored',
  audit: { event: 'subscription.held' },
  params: ofSubscription,
  /** A case number; no name. */
  body: z.object({ reference: z.string().trim().min(1).max(100) }),
  response: done,
});

export const liftHold = endpoint({
  ...writes,
  method: 'DELETE',
  path: '/v1/operator/subscriptions/:id/hold',
  summary: 'Lift a legal hold',
  audit: { event: 'subscription.hold-lifted' },
  params: ofSubscription,
  body: z.unknown(),
  response: done,
});

export const deleteSubscription = endpoint({
  ...erases,
  method: 'DELETE',
  path: '/v1/operator/subscriptions/:id',
  summary: 'End a subscription; it can be taken back for some days',
  audit: { event: 'subscription.deleted' },
  params: ofSubscription,
  body: z.object({ graceDays: z.number().int().min(0).max(90).default(7) }).optional(),
  response: done,
});

/** `name` must be the subscription's: nobody erases the wrong one by a slip. */
export const eraseSubscription = endpoint({
  ...erases,
  method: 'POST',
  path: '/v1/operator/subscriptions/:id/erase',
  summary: 'Delete a subscription and everything of it for good',
  audit: { event: 'subscription.erased' },
  params: ofSubscription,
  body: z.object({ name: z.string() }),
  response: z.object({ erased: z.record(z.string(), z.number()) }),
});

export const cleanUpExpired = endpoint({
  ...erases,
  method: 'POST',
  path: '/v1/operator/subscriptions/clean-up',
  summary: 'Do now what is due at the end of subscriptions, and sweep what has reached its age',
  audit: { event: 'subscription.erased' },
  params: nothing,
  /** Days between expiry and erasure. */
  body: z.object({ keepDays: z.number().int().min(0).max(3_650).default(30) }),
  response: z.object({
    expired: z.number(),
    withdrawn: z.number(),
    erased: z.number(),
    failed: z.number(),
    /** Rows by retention rule; rules without any are left out. */
    swept: z.record(z.string(), z.number()),
  }),
});

/** Months are `YYYY-MM`, both included; the answer is `text/csv`. */
export const usageCsv = endpoint({
  ...reads,
  method: 'GET',
  path: '/v1/operator/usage/:first/:last',
  summary: 'Monthly usage of every subscription as CSV',
  audit: { none: 'reads numbers' },
  params: z.object({
    first: z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/),
    last: z.string().regex(/^20\d\d-(0[1-9]|1[0-2])$/),
  }),
  body: z.undefined(),
  response: z.undefined(),
});

/** The key comes from the app's secure settings, the token from Zendesk's signed request to the app. */
export const installApp = endpoint({
  method: 'POST',
  path: '/v1/install',
  summary: 'Bind an installation of the Zendesk app to a subscription',
  audience: 'public',
  permission: { none: 'the key with a token Zendesk has signed' },
  audit: { event: 'installation.bound' },
  rateClass: 'sign-in',
  bodyLimit: 16 * kilobyte,
  params: nothing,
  body: z.object({
    key: z.string().max(200),
    token: z.string().max(10_000),
    appId: z.number().int().positive(),
    publicKey: z.string().max(4_000).optional(),
  }),
  response: z.object({ installation: z.string() }),
});
