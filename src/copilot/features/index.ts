import type { Feature } from '../define-feature.ts';
import { ask } from './ask.ts';
import { findDuplicates } from './find-duplicates.ts';
import { predictEscalation } from './predict-escalation.ts';
import { reviewQuality } from './review-quality.ts';
import { rewriteText } from './rewrite-text.ts';
import { similarTickets } from './similar-tickets.ts';
import { suggestMacros } from './suggest-macros.ts';
import { suggestReply } from './suggest-reply.ts';
import { suggestTags } from './suggest-tags.ts';
import { summarizeTicket } from './summarize-ticket.ts';
import { ticketInsight } from './ticket-insight.ts';
import { triageTicket } from './triage-ticket.ts';

/** Every ability of the copilot; a new one is a new file and a line here. */
export const features: readonly Feature[] = [
  ticketInsight,
  summarizeTicket,
  suggestReply,
  rewriteText,
  similarTickets,
  suggestMacros,
  suggestTags,
  triageTicket,
  findDuplicates,
  predictEscalation,
  reviewQuality,
  ask,
];

export const findFeature = (name: string): Feature | undefined =>
  features.find((feature) => feature.name === name);
