import { z } from 'zod';
import { Transient } from '../../kernel/transient.ts';
import type { HelpDeskCall, TaggedTicket } from '../../ports/help-desk.ts';
import type { ZendeskRequests } from './request.ts';

const pageSize = 200;
/** Tickets beyond are left out: nobody counts more in one go. */
const mostPages = 50;

const Found = z.object({
  id: z.number(),
  external_id: z.string().nullable().catch(null),
  requester_id: z.number(),
  created_at: z.string(),
  tags: z.array(z.string()),
});
// One odd record among the results does not cost the others.
const Page = z.object({
  results: z.array(Found.nullable().catch(null)),
  meta: z.object({ has_more: z.boolean(), after_cursor: z.string().nullable() }),
});

/** Every ticket with a tag created since a day, by search export: its cursor goes past the 1,000 results of a search. */
export async function fetchTaggedTickets(
  requests: ZendeskRequests,
  call: HelpDeskCall,
  { tag, since }: { readonly tag: string; readonly since: string },
): Promise<Transient<readonly TaggedTicket[]>> {
  const found: TaggedTicket[] = [];
  let after: string | null = null;
  for (let page = 0; page < mostPages; page += 1) {
    const query: Record<string, string> = {
      query: `tags:${tag} created>=${since}`,
      'filter[type]': 'ticket',
      'page[size]': String(pageSize),
      ...(after !== null && { 'page[after]': after }),
    };
    const { results, meta }: z.infer<typeof Page> = await requests.json(
      call,
      { operation: 'search-export', path: 'search/export', query, missing: 'not-found' },
      Page,
    );
    for (const ticket of results)
      if (ticket !== null)
        found.push({
          id: ticket.id,
          externalId: ticket.external_id,
          requesterId: ticket.requester_id,
          createdAt: ticket.created_at,
          tags: ticket.tags,
        });
    if (!meta.has_more || meta.after_cursor === null) break;
    after = meta.after_cursor;
  }
  return Transient.of(found);
}
