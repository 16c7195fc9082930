import { z } from 'zod';
import { endpoint } from './endpoint.ts';

const ofSidebar = {
  audience: 'sidebar',
  method: 'POST',
  permission: { permission: 'copilot:use' },
  rateClass: 'copilot',
  audit: { none: 'reports are appended in batches' },
  bodyLimit: 1024,
  params: z.object({}),
} as const;

/** Why an answer did not help; chosen from this list, never typed. */
export const FeedbackReason = z.enum([
  'wrong',
  'incomplete',
  'made-up',
  'outdated',
  'tone',
  'language',
  'too-long',
  'too-short',
  'not-helpful',
  'other',
]);
export type FeedbackReason = z.infer<typeof FeedbackReason>;

/** A verdict on one answer; a later one of the same receipt takes the place of an earlier one. */
export const AnswerFeedback = z.object({
  /** Of the receipt that came with the answer. */
  receiptId: z.uuid(),
  verdict: z.enum(['up', 'down']),
  reason: FeedbackReason.optional(),
});
export type AnswerFeedback = z.infer<typeof AnswerFeedback>;

/** What became of one answer; a later report of the same receipt takes the place of an earlier one. No text. */
export const AnswerOutcome = z
  .object({
    receiptId: z.uuid(),
    /** `inserted` as it was, `edited` and used, or `discarded`. */
    outcome: z.enum(['inserted', 'edited', 'discarded']),
    /** How much of the answer was changed before it was used: percent of its length, 0 to 100; only with `inserted` and `edited`. */
    editDistanceShare: z.number().int().min(0).max(100).optional(),
  })
  .refine(({ outcome, editDistanceShare }) => outcome !== 'discarded' || editDistanceShare === undefined, {
    message: 'What was discarded has no edit distance',
    path: ['editDistanceShare'],
  });
export type AnswerOutcome = z.infer<typeof AnswerOutcome>;

/** `accepted` false: too many reports are waiting to be written, and this one was dropped. */
const Accepted = z.object({ accepted: z.boolean() });

export const giveFeedback = endpoint({
  ...ofSidebar,
  path: '/v1/sidebar/feedback',
  summary: 'Say whether an answer helped',
  body: AnswerFeedback,
  response: Accepted,
});

export const reportOutcome = endpoint({
  ...ofSidebar,
  path: '/v1/sidebar/outcomes',
  summary: 'Report whether an answer was used',
  body: AnswerOutcome,
  response: Accepted,
});
