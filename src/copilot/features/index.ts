import type { Feature } from '../define-feature.ts';
import { rewriteText } from './rewrite-text.ts';
import { suggestReply } from './suggest-reply.ts';
import { summarizeTicket } from './summarize-ticket.ts';

/** Every ability of the copilot; a new one is a new file and a line here. */
export const features: readonly Feature[] = [summarizeTicket, suggestReply, rewriteText];

export const findFeature = (name: string): Feature | undefined =>
  features.find((feature) => feature.name === name);
