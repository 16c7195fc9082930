import { z } from 'zod';
import { endpoint } from './endpoint.ts';

const kilobyte = 1024;
const ofSidebar = {
  audience: 'sidebar',
  permission: { permission: 'copilot:use' },
  bodyLimit: kilobyte,
  params: z.object({}),
} as const;
const Scored = z.object({
  ticketId: z.number().int().positive(),
  /** Of a review of the ticket's last reply. */
  score: z.number().int().min(0).max(100),
});

/** What writing a score would change. */
export const ScorePreview = z.object({
  target: z.enum(['number', 'drop-down', 'tag']),
  /** Of the custom field; null for a tag. */
  title: z.string().nullable(),
  /** Null: nothing stands there yet. */
  from: z.string().nullable(),
  to: z.string(),
  /** The ticket as it was looked at; a write names it. */
  updatedAt: z.string(),
});
export type ScorePreview = z.infer<typeof ScorePreview>;

export const previewScore = endpoint({
  ...ofSidebar,
  method: 'POST',
  path: '/v1/sidebar/quality-scores/preview',
  summary: 'What writing a quality score would change',
  audit: { none: 'changes nothing' },
  rateClass: 'copilot',
  body: Scored,
  response: ScorePreview,
});

/** Writes to the field or tag the lead has chosen, and to nothing else; refused with `ticket-changed` when the ticket changed since it was looked at. */
export const writeScore = endpoint({
  ...ofSidebar,
  method: 'POST',
  path: '/v1/sidebar/quality-scores',
  summary: 'Write a quality score to the ticket',
  audit: { event: 'ticket.scored' },
  rateClass: 'write',
  body: Scored.extend({ updatedAt: z.iso.datetime({ offset: true }) }),
  /** False: it stood there already. */
  response: z.object({ written: z.boolean() }),
});
