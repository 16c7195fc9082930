import { z } from 'zod';
import { reveal } from '../../kernel/reveal.ts';
import type {
  ConversationNote,
  ConversationProgress,
  HelpDeskConversations,
} from '../../ports/help-desk-conversations.ts';
import { idPath } from './ids.ts';
import type { ZendeskRequests } from './request.ts';
import { isTicketStatus } from './tickets.ts';

const foundTickets = z.object({
  tickets: z.array(z.object({ id: z.number(), status: z.string() }).nullable().catch(null)),
});
const madeTicket = z.object({ ticket: z.object({ id: z.number() }) });
const via = z.object({ channel: z.string().nullish() }).nullish().catch(null);
const audits = z.object({
  audits: z.array(
    z.object({
      author_id: z.number(),
      via,
      metadata: z
        .object({ custom: z.object({ indesk_delivery: z.string().nullish() }).nullish() })
        .nullish()
        .catch(null),
      events: z.array(
        z.object({
          type: z.string(),
          public: z.boolean().nullish().catch(null),
          author_id: z.number().nullish().catch(null),
          field_name: z.string().nullish().catch(null),
          value: z.unknown().optional(),
          via,
        }),
      ),
    }),
  ),
});
type Audit = z.infer<typeof audits>['audits'][number];

const markOf = (audit: Audit): string => audit.metadata?.custom?.indesk_delivery ?? '';
const isAutomatic = (audit: Audit): boolean => audit.author_id <= 0 || audit.via?.channel === 'rule';

/** Tickets of conversations: found by external id, written to by private comments alone. */
export function conversationTickets(requests: ZendeskRequests): HelpDeskConversations {
  return {
    async conversationTickets(call, externalId) {
      const { tickets } = await requests.json(
        call,
        {
          operation: 'tickets-by-external-id',
          path: 'tickets',
          query: { external_id: externalId },
          missing: 'ticket-not-found',
        },
        foundTickets,
      );
      return tickets
        .flatMap((one) =>
          one !== null && isTicketStatus(one.status) ? [{ id: one.id, closed: one.status === 'closed' }] : [],
        )
        .toSorted((one, other) => other.id - one.id);
    },

    async conversationProgress(call, ticketId, prefix) {
      const found = await requests.json(
        call,
        {
          operation: 'audits',
          path: `tickets/${idPath(ticketId, 'ticket-not-found')}/audits`,
          query: { sort: '-created_at', 'page[size]': '100' },
          missing: 'ticket-not-found',
        },
        audits,
      );
      return toProgress(found.audits, prefix);
    },

    async createConversationTicket(call, idempotencyKey, made) {
      const { subject, externalId, tags, followUpOf, ...note } = reveal(made, 'help-desk');
      const { ticket } = await requests.json(
        call,
        {
          operation: 'create-ticket',
          method: 'POST',
          path: 'tickets',
          idempotencyKey,
          body: JSON.stringify({
            ticket: {
              ...wireNote(note),
              subject,
              external_id: externalId,
              tags,
              ...(followUpOf !== null && { via_followup_source_id: followUpOf }),
            },
          }),
          missing: 'ticket-not-found',
        },
        madeTicket,
      );
      return ticket.id;
    },

    async addConversationNote(call, ticketId, note) {
      await requests.text(call, {
        operation: 'change-ticket',
        method: 'PUT',
        path: `tickets/${idPath(ticketId, 'ticket-not-found')}`,
        body: JSON.stringify({ ticket: wireNote(reveal(note, 'help-desk')) }),
        missing: 'ticket-not-found',
      });
    },

    async addTicketTags(call, ticketId, tags) {
      await requests.text(call, {
        operation: 'add-tags',
        method: 'PUT',
        path: `tickets/${idPath(ticketId, 'ticket-not-found')}/tags`,
        body: JSON.stringify({ tags }),
        missing: 'ticket-not-found',
      });
    },
  };
}

const wireNote = ({ html, mark, groupId, requester }: ConversationNote) => ({
  comment: { html_body: html, public: false },
  metadata: { indesk_delivery: mark },
  ...(groupId !== null && { group_id: groupId }),
  ...(requester !== null && { requester }),
});

function toProgress(found: readonly Audit[], prefix: string): ConversationProgress {
  const requester = found
    .flatMap(({ events }) => events)
    .find(({ type, field_name: field }) => type === 'Create' && field === 'requester_id')?.value;
  const isPerson = (audit: Audit): boolean =>
    audit.events.some((event) => {
      if (event.via?.channel === 'rule') return false;
      if (event.type === 'Comment')
        return event.public === true && String(event.author_id ?? audit.author_id) !== String(requester);
      return event.type === 'Change' && event.field_name === 'assignee_id' && Boolean(event.value);
    });
  return {
    marks: found.map(markOf).filter((mark) => mark.startsWith(prefix)),
    hasPerson: found.some(
      (audit) => !markOf(audit).startsWith(prefix) && !isAutomatic(audit) && isPerson(audit),
    ),
  };
}
