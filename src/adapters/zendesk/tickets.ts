import { z } from 'zod';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type {
  Comment,
  HelpDeskCall,
  Ticket,
  TicketStatus,
  TicketTiming,
  TicketWithComments,
} from '../../ports/help-desk.ts';
import { commentText, longestComment, plainCommentText } from './comment-text.ts';
import { idPath } from './ids.ts';
import { removeInvisible, visibleLine } from '../../kernel/invisible-characters.ts';
import type { ZendeskRequests } from './request.ts';
import { sideloadedUser, type SideloadedUser } from './users.ts';

const pageSize = '100';
const mostPages = 5;
const statuses: ReadonlySet<string> = new Set<TicketStatus>([
  'new',
  'open',
  'pending',
  'hold',
  'solved',
  'closed',
]);

/** The part of a ticket that is used. */
export const zendeskTicket = z.object({
  id: z.number(),
  subject: z.string().nullish(),
  description: z.string().nullish(),
  status: z.string(),
  priority: z.string().nullish(),
  type: z.string().nullish(),
  tags: z.array(z.string()).nullish(),
  requester_id: z.number(),
  assignee_id: z.number().nullish(),
  group_id: z.number().nullish(),
  organization_id: z.number().nullish(),
  brand_id: z.number().nullish(),
  ticket_form_id: z.number().nullish(),
  created_at: z.string(),
  updated_at: z.string(),
  from_messaging_channel: z.boolean().nullish(),
  satisfaction_rating: z.object({ score: z.string().nullish() }).nullish().catch(null),
  custom_fields: z.array(z.object({ id: z.number(), value: z.unknown().optional() })).nullish(),
  comment_count: z.number().nullish(),
});
type RawTicket = z.infer<typeof zendeskTicket>;

const metricSet = z.object({
  reopens: z.number().nullish(),
  replies: z.number().nullish(),
  requester_wait_time_in_minutes: z.object({ calendar: z.number().nullish() }).nullish(),
});
const slaPolicies = z.object({
  policy_metrics: z.array(z.object({ breach_at: z.string().nullish(), stage: z.string().nullish() })),
});

const ticketAnswer = z.object({
  // Where the sideloads stand differs between accounts; what is odd among them costs nothing else.
  ticket: zendeskTicket.extend({
    metric_set: metricSet.nullish().catch(null),
    slas: slaPolicies.nullish().catch(null),
  }),
  metric_sets: z.array(metricSet).nullish().catch(null),
  users: z.array(sideloadedUser).nullish(),
});
const ticketsAnswer = z.object({ tickets: z.array(zendeskTicket.nullable().catch(null)) });

const zendeskComment = z.object({
  id: z.number(),
  author_id: z.number(),
  html_body: z.string().nullish(),
  plain_body: z.string().nullish(),
  body: z.string().nullish(),
  public: z.boolean().nullish(),
  created_at: z.string(),
});
type RawComment = z.infer<typeof zendeskComment>;

const commentsAnswer = z.object({
  comments: z.array(zendeskComment),
  users: z.array(sideloadedUser).nullish(),
  meta: z.object({ has_more: z.boolean().nullish(), after_cursor: z.string().nullish() }).nullish(),
});
type CommentsPage = z.infer<typeof commentsAnswer>;

const countAnswer = z.object({ count: z.object({ value: z.number() }) });

/** True for a status a ticket can be read in; a deleted ticket still shows up in some answers. */
export function isTicketStatus(status: string): status is TicketStatus {
  return statuses.has(status);
}

/** The port's ticket; undefined when it has been deleted. */
export function toTicket(raw: RawTicket): Ticket | undefined {
  if (!isTicketStatus(raw.status)) return undefined;
  return {
    id: raw.id,
    subject: visibleLine(raw.subject ?? ''),
    description: removeInvisible((raw.description ?? '').slice(0, longestComment)).text,
    status: raw.status,
    priority: raw.priority ?? null,
    type: raw.type ?? null,
    tags: raw.tags ?? [],
    requesterId: raw.requester_id,
    assigneeId: raw.assignee_id ?? null,
    groupId: raw.group_id ?? null,
    organizationId: raw.organization_id ?? null,
    brandId: raw.brand_id ?? null,
    formId: raw.ticket_form_id ?? null,
    createdAt: raw.created_at,
    updatedAt: raw.updated_at,
    fromMessaging: raw.from_messaging_channel ?? false,
    badRating: raw.satisfaction_rating?.score?.startsWith('bad') === true,
    customFields: (raw.custom_fields ?? []).map(({ id, value }) => ({ id, value })),
  };
}

/** A ticket with its comments in the order they were written: all of up to 500, else the first 100 and the newest 400. */
export async function fetchTicketWithComments(
  requests: ZendeskRequests,
  call: HelpDeskCall,
  ticketId: number,
): Promise<Transient<TicketWithComments>> {
  const path = `tickets/${idPath(ticketId, 'ticket-not-found')}`;
  const [answer, first] = await Promise.all([
    requests.json(
      call,
      {
        operation: 'ticket',
        path,
        query: { include: 'users,comment_count,metric_sets,slas' },
        missing: 'ticket-not-found',
      },
      ticketAnswer,
    ),
    fetchPage(requests, call, path, { sort: 'created_at' }),
  ]);
  const ticket = toTicket(answer.ticket);
  if (ticket === undefined) throw new ProblemError('ticket-not-found');
  const newest =
    first.meta?.has_more === true
      ? await fetchNewest(requests, call, path, first)
      : { pages: [], complete: true };
  const pages = [first, ...newest.pages];
  const comments = inOrder(pages.flatMap((page) => page.comments));
  const total = newest.complete
    ? comments.length
    : (answer.ticket.comment_count ?? (await fetchCount(requests, call, path)));
  const users = new Map(
    [answer, ...pages].flatMap((part) => part.users ?? []).map((user) => [user.id, user]),
  );
  const requesterName = users.get(ticket.requesterId)?.name;
  return Transient.of({
    ticket,
    timing: toTiming(answer),
    comments: comments.map((comment) => toComment(comment, ticket.requesterId, users)),
    commentsLeftOut: Math.max(0, total - comments.length),
    requesterName: typeof requesterName === 'string' ? visibleLine(requesterName) : null,
  });
}

function toTiming({ ticket, metric_sets: sets }: z.infer<typeof ticketAnswer>): TicketTiming | null {
  const metrics = ticket.metric_set ?? sets?.[0];
  if (metrics === null || metrics === undefined) return null;
  const breaches = (ticket.slas?.policy_metrics ?? [])
    .filter(({ stage }) => stage === 'active')
    .flatMap(({ breach_at: at }) => (typeof at === 'string' ? [at] : []));
  return {
    reopens: metrics.reopens ?? 0,
    replies: metrics.replies ?? 0,
    requesterWaitMinutes: metrics.requester_wait_time_in_minutes?.calendar ?? null,
    nextBreachAt: breaches.sort()[0] ?? null,
  };
}

/** The newest tickets a person asked for. */
export async function fetchRequesterTickets(
  requests: ZendeskRequests,
  call: HelpDeskCall,
  requesterId: number,
): Promise<Transient<readonly Ticket[]>> {
  const { tickets } = await requests.json(
    call,
    {
      operation: 'requester-tickets',
      path: `users/${idPath(requesterId, 'not-found')}/tickets/requested`,
      query: { sort_by: 'created_at', sort_order: 'desc', per_page: pageSize },
      missing: 'not-found',
    },
    ticketsAnswer,
  );
  const { brandIds } = call.connection;
  return Transient.of(
    tickets.flatMap((raw) => {
      const ticket = raw === null ? undefined : toTicket(raw);
      if (ticket === undefined) return [];
      const covered = brandIds === null || (ticket.brandId !== null && brandIds.includes(ticket.brandId));
      return covered ? [ticket] : [];
    }),
  );
}

function fetchPage(
  requests: ZendeskRequests,
  call: HelpDeskCall,
  path: string,
  query: Readonly<Record<string, string>>,
): Promise<CommentsPage> {
  const request = {
    operation: 'comments',
    path: `${path}/comments`,
    query: { include: 'users', 'page[size]': pageSize, ...query },
    missing: 'ticket-not-found',
  } as const;
  return requests.json(call, request, commentsAnswer);
}

/** Pages from the newest comment back until they meet the first page or the limit of pages is reached. */
async function fetchNewest(
  requests: ZendeskRequests,
  call: HelpDeskCall,
  path: string,
  first: CommentsPage,
): Promise<{ pages: CommentsPage[]; complete: boolean }> {
  const known = new Set(first.comments.map((comment) => comment.id));
  const pages: CommentsPage[] = [];
  let cursor: string | undefined;
  while (pages.length < mostPages - 1) {
    const page = await fetchPage(requests, call, path, {
      sort: '-created_at',
      ...(cursor === undefined ? {} : { 'page[after]': cursor }),
    });
    pages.push(page);
    cursor = page.meta?.after_cursor ?? undefined;
    const metFirst = page.comments.some((comment) => known.has(comment.id));
    if (metFirst || page.meta?.has_more !== true || cursor === undefined) return { pages, complete: true };
  }
  return { pages, complete: false };
}

async function fetchCount(requests: ZendeskRequests, call: HelpDeskCall, path: string): Promise<number> {
  const request = {
    operation: 'comment-count',
    path: `${path}/comments/count`,
    missing: 'ticket-not-found',
  } as const;
  return (await requests.json(call, request, countAnswer)).count.value;
}

function inOrder(comments: readonly RawComment[]): RawComment[] {
  const byId = new Map(comments.map((comment) => [comment.id, comment]));
  return [...byId.values()].sort(
    (a, b) => Date.parse(a.created_at) - Date.parse(b.created_at) || a.id - b.id,
  );
}

function toComment(
  raw: RawComment,
  requesterId: number,
  users: ReadonlyMap<number, SideloadedUser>,
): Comment {
  const html = raw.html_body ?? '';
  const { text, hiddenTextRemoved } =
    html === '' ? plainCommentText(raw.plain_body ?? raw.body ?? '') : commentText(html);
  const role = users.get(raw.author_id)?.role;
  const agent = raw.author_id !== requesterId && (role === 'agent' || role === 'admin');
  return {
    id: raw.id,
    authorId: raw.author_id,
    // Whoever is not known to be an agent is not trusted as one.
    author: agent ? 'agent' : 'customer',
    public: raw.public ?? false,
    text,
    createdAt: raw.created_at,
    hiddenTextRemoved,
  };
}
