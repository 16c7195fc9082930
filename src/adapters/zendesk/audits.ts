import { z } from 'zod';
import { Transient } from '../../kernel/transient.ts';
import type { HelpDeskCall, TicketAudit } from '../../ports/help-desk.ts';
import { idPath } from './ids.ts';
import type { ZendeskRequests } from './request.ts';

const mostPages = 5;

const zendeskAudit = z.object({
  id: z.number(),
  author_id: z.number(),
  created_at: z.string(),
  metadata: z
    .object({ custom: z.object({ indesk_delivery: z.string().nullish() }).nullish() })
    .nullish()
    .catch(null),
  events: z.array(
    z.object({
      type: z.string(),
      field_name: z.string().nullish(),
      value: z.unknown().optional(),
      previous_value: z.unknown().optional(),
      /** Of a satisfaction rating. */
      score: z.string().nullish().catch(null),
    }),
  ),
});
const auditsAnswer = z.object({
  audits: z.array(zendeskAudit),
  meta: z.object({ has_more: z.boolean().nullish(), after_cursor: z.string().nullish() }).nullish(),
});

/** What changed on a ticket and when, at most 500 steps from the first; comments and technical details are left out. */
export async function fetchAudits(
  requests: ZendeskRequests,
  call: HelpDeskCall,
  ticketId: number,
  pages = mostPages,
): Promise<Transient<readonly TicketAudit[]>> {
  const path = `tickets/${idPath(ticketId, 'ticket-not-found')}/audits`;
  const audits: TicketAudit[] = [];
  let cursor: string | undefined;
  for (let page = 0; page < Math.min(pages, mostPages); page += 1) {
    const query = { 'page[size]': '100', ...(cursor === undefined ? {} : { 'page[after]': cursor }) };
    const answer = await requests.json(
      call,
      { operation: 'audits', path, query, missing: 'ticket-not-found' },
      auditsAnswer,
    );
    audits.push(...answer.audits.map(toAudit));
    cursor = answer.meta?.after_cursor ?? undefined;
    if (answer.meta?.has_more !== true || cursor === undefined) break;
  }
  return Transient.of(audits);
}

function toAudit(raw: z.infer<typeof zendeskAudit>): TicketAudit {
  const changes = raw.events.flatMap((event) => {
    if (event.type === 'SatisfactionRating')
      return [{ field: 'satisfaction_score', from: null, to: event.score ?? null }];
    return event.type === 'Change' && typeof event.field_name === 'string'
      ? [{ field: event.field_name, from: asText(event.previous_value), to: asText(event.value) }]
      : [];
  });
  return {
    id: raw.id,
    authorId: raw.author_id,
    createdAt: raw.created_at,
    deliveryId: raw.metadata?.custom?.indesk_delivery ?? null,
    changes,
  };
}

function asText(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (Array.isArray(value)) return value.map((part) => asText(part) ?? '').join(', ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
