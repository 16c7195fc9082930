import { z } from 'zod';
import { Band } from './abilities.ts';
import { endpoint } from './endpoint.ts';

const kilobyte = 1024;
const nothing = z.object({});
const certainty = z.number().int().min(0).max(100);
const ids = z.array(z.number().int().positive()).max(200).nullable();

/** Zendesk's own names, as in macros and triggers; never status or requester. */
export const TriageField = z.string().regex(/^(?:type|priority|group_id|tags|custom_fields_\d{1,16})$/);

/** From which certainty a field is written, and from which it is suggested. */
export const TriageFieldRule = z
  .object({
    field: TriageField,
    /** From here it is written in the mode `apply`. */
    applyFrom: certainty.default(85),
    /** From here it is suggested in the mode `suggest`, and in the mode `apply` below `applyFrom`. */
    suggestFrom: certainty.default(60),
    /** False: only a field that is empty. Tags are always added. */
    overwrite: z.boolean().default(false),
  })
  .refine(({ applyFrom, suggestFrom }) => suggestFrom <= applyFrom, 'Suggested before it is applied');

export const TriageRules = z.object({
  mode: z.enum(['off', 'suggest', 'apply']),
  /** How a suggestion is made: a private note, or tags that begin with `tagPrefix`. */
  suggestAs: z.enum(['note', 'tags']).default('note'),
  fields: z
    .array(TriageFieldRule)
    .max(50)
    .refine((list) => new Set(list.map(({ field }) => field)).size === list.length, 'Fields must differ')
    .default([]),
  /** Seconds between the webhook and the reading of the ticket; what else comes in meanwhile is one work. */
  waitSeconds: z.number().int().min(2).max(600).default(20),
  /** Tickets of these groups, brands and forms only; null: of all. */
  rollout: z
    .object({ groupIds: ids.default(null), brandIds: ids.default(null), formIds: ids.default(null) })
    .default({ groupIds: null, brandIds: null, formIds: null }),
  /** Of the tags that mark a triaged ticket and suggest values. */
  tagPrefix: z
    .string()
    .regex(/^[a-z][a-z0-9_]{1,29}$/)
    .default('indesk_'),
});
export type TriageRules = z.infer<typeof TriageRules>;

export const TriageState = z.object({
  /** Null: no webhook. `working` false: Zendesk was connected to another account since. */
  webhook: z.object({ webhookId: z.string(), connectedAt: z.string(), working: z.boolean() }).nullable(),
  rules: TriageRules,
});

/** What triage did to a ticket; the values stand in Zendesk's audit only. */
export const TriageChange = z.object({
  id: z.uuid(),
  ticketId: z.number().int(),
  /** Of Zendesk; null when nothing was written. */
  auditId: z.number().int().nullable(),
  fields: z.array(z.string()),
  /** Of the least certain value; null when nothing was written. */
  band: Band.nullable(),
  outcome: z.enum(['applied', 'suggested', 'nothing']),
  at: z.string(),
  undoneAt: z.string().nullable(),
});
export type TriageChange = z.infer<typeof TriageChange>;

const ofConsole = { audience: 'console', bodyLimit: kilobyte, params: nothing } as const;
const reads = {
  permission: { permission: 'settings:read' },
  rateClass: 'read',
  body: z.undefined(),
} as const;
const changes = { permission: { permission: 'settings:write' }, rateClass: 'write' } as const;

/** Webhook and rules. */
export const readTriage = endpoint({
  ...ofConsole,
  ...reads,
  method: 'GET',
  path: '/v1/triage',
  summary: 'State and rules of automatic triage',
  audit: { none: 'reads settings only' },
  response: TriageState,
});

/** Replaces the rules as a whole. */
export const changeTriageRules = endpoint({
  ...ofConsole,
  ...changes,
  method: 'PUT',
  path: '/v1/triage/rules',
  summary: 'Change the rules of automatic triage',
  audit: { event: 'triage.rules-changed' },
  bodyLimit: 32 * kilobyte,
  body: TriageRules,
  response: TriageRules,
});

/** The kill switch: from the answer on, no process begins to write to a ticket. */
export const stopTriage = endpoint({
  ...ofConsole,
  ...changes,
  method: 'POST',
  path: '/v1/triage/stop',
  summary: 'Stop automatic triage at once',
  audit: { event: 'triage.stopped' },
  body: z.unknown(),
  response: nothing,
});

/** Makes the webhook and its triggers in Zendesk. */
export const connectTriageWebhook = endpoint({
  ...ofConsole,
  method: 'PUT',
  path: '/v1/triage/webhook',
  summary: 'Connect the webhook of automatic triage',
  permission: { permission: 'integrations:write' },
  rateClass: 'write',
  audit: { event: 'triage.webhook-connected' },
  body: z.unknown(),
  response: z.object({ webhookId: z.string(), triggers: z.number().int() }),
});

/** Removes the webhook and its triggers from Zendesk, and its secret here. */
export const disconnectTriageWebhook = endpoint({
  ...ofConsole,
  method: 'DELETE',
  path: '/v1/triage/webhook',
  summary: 'Disconnect the webhook of automatic triage',
  permission: { permission: 'integrations:write' },
  rateClass: 'write',
  audit: { event: 'triage.webhook-disconnected' },
  body: z.unknown(),
  /** `removed` false: Zendesk did not answer; remove the webhook there. */
  response: z.object({ removed: z.boolean() }),
});

/** The newest changes, 200 at most. */
export const listTriageChanges = endpoint({
  ...ofConsole,
  ...reads,
  method: 'GET',
  path: '/v1/triage/changes',
  summary: 'What automatic triage changed in the last 30 days',
  audit: { none: 'reads ids and counts only' },
  response: z.object({ changes: z.array(TriageChange) }),
});

/** Puts back what Zendesk's audit says was there before, where nobody has changed it since. */
export const undoTriageChange = endpoint({
  ...ofConsole,
  ...changes,
  method: 'POST',
  path: '/v1/triage/changes/:changeId/undo',
  summary: 'Undo one change of automatic triage',
  audit: { event: 'triage.undone' },
  params: z.object({ changeId: z.uuid() }),
  body: z.unknown(),
  /** Names of fields; `kept`: changed by somebody since, or cannot be emptied. */
  response: z.object({ restored: z.array(z.string()), kept: z.array(z.string()) }),
});

/** What our triggers send: ids only. */
export const TriageDelivery = z.object({
  v: z.literal(1),
  event: z.enum(['created', 'comment']),
  ticket_id: z.string().regex(/^[1-9]\d{0,15}$/),
});

/** Zendesk's signed deliveries. The address finds nothing: the webhook's id names the secret, and the address must fit it. */
export const receiveTriageWebhook = endpoint({
  method: 'POST',
  path: '/v1/webhooks/zendesk/:webhookKey',
  summary: 'Deliveries of the webhook that connects triage',
  audience: 'public',
  permission: { none: 'the signature of the webhook is checked' },
  audit: { none: 'what follows from it is audited by the job' },
  rateClass: 'webhook',
  bodyLimit: 64 * kilobyte,
  params: z.object({ webhookKey: z.string().max(64) }),
  /** The bytes as they came, because they are what is signed. */
  body: z.unknown(),
  response: z.object({ taken: z.boolean() }),
});
