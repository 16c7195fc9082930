import { z } from 'zod';
import { reveal } from '../../kernel/reveal.ts';
import { Transient } from '../../kernel/transient.ts';
import type {
  ChangedTicket,
  HelpDeskChanges,
  HelpDeskJob,
  MacroPreview,
  TicketValues,
} from '../../ports/help-desk-changes.ts';
import type { HelpDeskCall } from '../../ports/help-desk.ts';
import { idPath } from './ids.ts';
import type { ZendeskRequests } from './request.ts';

const changedAnswer = z.object({
  ticket: z.object({ updated_at: z.string() }),
  audit: z.object({ id: z.number() }),
});
const fieldValue = z.object({ id: z.number(), value: z.unknown() });
const previewAnswer = z.object({
  result: z.object({
    ticket: z
      .object({
        type: z.string().nullish(),
        priority: z.string().nullish(),
        group_id: z.number().nullish(),
        assignee_id: z.number().nullish(),
        tags: z.array(z.string()).nullish(),
        custom_fields: z.array(fieldValue).nullish(),
        fields: z.union([fieldValue, z.array(fieldValue)]).nullish(),
        comment: z
          .object({
            body: z.string().nullish(),
            html_body: z.string().nullish(),
            public: z.boolean().nullish(),
          })
          .nullish(),
      })
      .catchall(z.unknown()),
  }),
});
const known = new Set([
  'type',
  'priority',
  'group_id',
  'assignee_id',
  'tags',
  'custom_fields',
  'fields',
  'comment',
  'id',
  'url',
]);
const jobAnswer = z.object({
  job_status: z.object({
    id: z.string(),
    status: z.enum(['queued', 'working', 'completed', 'failed', 'killed']),
    progress: z.number().nullish(),
    total: z.number().nullish(),
    results: z
      .union([z.array(z.object({ success: z.boolean().nullish() })), z.object({ success: z.boolean() })])
      .nullish(),
  }),
});

/** Changes of tickets, macro previews and merges. */
export function ticketChanges(
  requests: ZendeskRequests,
): Pick<HelpDeskChanges, 'changeTicket' | 'previewMacro' | 'mergeTickets' | 'job'> {
  return {
    async changeTicket(call, ticketId, change): Promise<ChangedTicket> {
      const { values, basedOn, deliveryId } = reveal(change, 'help-desk');
      const { ticket, audit } = await requests.json(
        call,
        {
          operation: 'change-ticket',
          method: 'PUT',
          path: `tickets/${idPath(ticketId, 'ticket-not-found')}`,
          body: JSON.stringify({
            ticket: {
              ...wireValues(values),
              metadata: { indesk_delivery: deliveryId },
              updated_stamp: basedOn,
              safe_update: true,
            },
          }),
          missing: 'ticket-not-found',
        },
        changedAnswer,
      );
      return { auditId: audit.id, updatedAt: ticket.updated_at };
    },

    async previewMacro(call, ticketId, macroId): Promise<Transient<MacroPreview>> {
      const path = `tickets/${idPath(ticketId, 'ticket-not-found')}/macros/${idPath(macroId, 'not-found')}/apply`;
      const { result } = await requests.json(
        call,
        { operation: 'preview-macro', path, missing: 'not-found' },
        previewAnswer,
      );
      return Transient.of(toPreview(result.ticket));
    },

    async mergeTickets(call, targetId, sourceIds, comments): Promise<string> {
      const { target, source } = reveal(comments, 'help-desk');
      const { job_status: job } = await requests.json(
        call,
        {
          operation: 'merge-tickets',
          method: 'POST',
          path: `tickets/${idPath(targetId, 'ticket-not-found')}/merge`,
          body: JSON.stringify({
            ids: sourceIds,
            target_comment: target,
            source_comment: source,
            target_comment_is_public: false,
            source_comment_is_public: false,
          }),
          missing: 'ticket-not-found',
        },
        jobAnswer,
      );
      return job.id;
    },

    job: (call, jobId) => fetchJob(requests, call, jobId),
  };
}

function wireValues(values: TicketValues): Record<string, unknown> {
  const { comment } = values;
  return {
    ...(values.type !== undefined && { type: values.type }),
    ...(values.priority !== undefined && { priority: values.priority }),
    ...(values.groupId !== undefined && { group_id: values.groupId }),
    ...(values.assigneeId !== undefined && { assignee_id: values.assigneeId }),
    ...(values.problemId !== undefined && { type: 'incident', problem_id: values.problemId }),
    ...(values.tags !== undefined && { tags: values.tags }),
    ...(values.customFields !== undefined && { custom_fields: values.customFields }),
    ...(comment !== undefined && {
      comment: {
        ...(comment.html === undefined ? { body: comment.body } : { html_body: comment.html }),
        public: comment.public,
      },
    }),
  };
}

const isGiven = <T>(value: T | null | undefined): value is T => value !== null && value !== undefined;

function toPreview(ticket: z.infer<typeof previewAnswer>['result']['ticket']): MacroPreview {
  const { comment } = ticket;
  const fields = ticket.custom_fields ?? (isGiven(ticket.fields) ? [ticket.fields].flat() : undefined);
  return {
    values: {
      ...(isGiven(ticket.type) && { type: ticket.type }),
      ...(isGiven(ticket.priority) && { priority: ticket.priority }),
      ...(isGiven(ticket.group_id) && { groupId: ticket.group_id }),
      ...(isGiven(ticket.assignee_id) && { assigneeId: ticket.assignee_id }),
      ...(isGiven(ticket.tags) && { tags: ticket.tags }),
      ...(fields !== undefined && { customFields: fields }),
      ...(isGiven(comment) && {
        comment: {
          body: comment.body ?? '',
          ...(isGiven(comment.html_body) && { html: comment.html_body }),
          public: comment.public ?? true,
        },
      }),
    },
    others: Object.fromEntries(
      Object.entries(ticket)
        .filter(([key]) => !known.has(key))
        .map(([key, value]) => [key, isGiven(value) ? String(value) : null]),
    ),
  };
}

async function fetchJob(requests: ZendeskRequests, call: HelpDeskCall, jobId: string): Promise<HelpDeskJob> {
  const { job_status: job } = await requests.json(
    call,
    { operation: 'job', path: `job_statuses/${encodeURIComponent(jobId)}`, missing: 'not-found' },
    jobAnswer,
  );
  const results = isGiven(job.results) ? [job.results].flat() : [];
  return {
    status: job.status,
    done: job.progress ?? 0,
    total: job.total ?? 0,
    failed: results.filter(({ success }) => success === false).length,
  };
}
