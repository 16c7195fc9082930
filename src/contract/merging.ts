import { z } from 'zod';
import { endpoint } from './endpoint.ts';

const kilobyte = 1024;
const id = z.number().int().positive();
const ofSidebar = {
  audience: 'sidebar',
  permission: { permission: 'copilot:use' },
  bodyLimit: kilobyte,
} as const;

const MergedTicket = z.object({
  id,
  subject: z.string(),
  status: z.string(),
  comments: z.number().int(),
  createdAt: z.string(),
});

/** What a merge would do. It cannot be undone: Zendesk closes the sources for good. */
export const MergeRehearsal = z.object({
  /** Good for one merge of exactly these tickets as they are now, for ten minutes, by this agent. */
  confirmation: z.string(),
  expiresInSeconds: z.number().int(),
  /** The ticket that stays; its subject, status, fields and tags do not change. */
  target: MergedTicket,
  /** The tickets that are closed. */
  sources: z.array(MergedTicket),
  /** Private comment the target gets. */
  targetComment: z.string(),
  /** Private comment each source gets. */
  sourceComment: z.string(),
});
export type MergeRehearsal = z.infer<typeof MergeRehearsal>;

export const rehearseMerge = endpoint({
  ...ofSidebar,
  method: 'POST',
  path: '/v1/sidebar/merges/rehearsal',
  summary: 'Show what a merge would do',
  audit: { none: 'changes nothing' },
  rateClass: 'copilot',
  params: z.object({}),
  body: z.object({ targetId: id, sourceIds: z.array(id).min(1).max(5) }),
  response: MergeRehearsal,
});

/** Merges the rehearsed tickets; refused with `ticket-changed` when one of them changed since. */
export const confirmMerge = endpoint({
  ...ofSidebar,
  method: 'POST',
  path: '/v1/sidebar/merges',
  summary: 'Merge the tickets of a rehearsal',
  audit: { event: 'ticket.merged' },
  rateClass: 'write',
  params: z.object({}),
  body: z.object({ confirmation: z.string().min(20).max(100) }),
  response: z.object({ jobId: z.string() }),
});

export const readMerge = endpoint({
  ...ofSidebar,
  method: 'GET',
  path: '/v1/sidebar/merges/:jobId',
  summary: 'How far a merge is',
  audit: { none: 'reads the state of a job' },
  rateClass: 'read',
  params: z.object({ jobId: z.string().regex(/^[\w-]{8,100}$/) }),
  body: z.undefined(),
  response: z.object({
    status: z.enum(['queued', 'working', 'completed', 'failed', 'killed']),
    /** Sources that Zendesk did not merge. */
    failed: z.number().int(),
  }),
});

/** Makes the ticket an incident of a problem ticket: for the same problem of another customer. Can be undone in Zendesk. */
export const linkProblem = endpoint({
  ...ofSidebar,
  method: 'POST',
  path: '/v1/sidebar/problem-links',
  summary: 'Link a ticket to a problem',
  audit: { event: 'ticket.linked' },
  rateClass: 'write',
  params: z.object({}),
  body: z.object({ ticketId: id, problemId: id }),
  response: z.object({ linked: z.literal(true) }),
});
