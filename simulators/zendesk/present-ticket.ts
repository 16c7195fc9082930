import type { Account } from './account.ts';
import type { Json, StoredTicket } from './model.ts';

const TARGET_MINUTES: Readonly<Record<string, number>> = { urgent: 60, high: 240, normal: 480, low: 1440 };

/** A ticket as the API shows it. */
export function presentTicket(ticket: StoredTicket, api: (path: string) => string): Json {
  const fields = [...ticket.customFields].map(([id, value]) => ({ id, value }));
  const rating = ticket.satisfaction;
  return {
    url: api(`tickets/${ticket.id}`),
    id: ticket.id,
    external_id: ticket.externalId,
    via: ticket.via,
    created_at: ticket.createdAt,
    updated_at: ticket.updatedAt,
    generated_timestamp: Math.floor(Date.parse(ticket.generatedAt) / 1000),
    type: ticket.type,
    subject: ticket.subject,
    raw_subject: ticket.subject,
    description: ticket.comments[0]?.text ?? '',
    priority: ticket.priority,
    status: ticket.status,
    recipient: null,
    requester_id: ticket.requesterId,
    submitter_id: ticket.submitterId,
    assignee_id: ticket.assigneeId,
    organization_id: ticket.organizationId,
    group_id: ticket.groupId,
    collaborator_ids: ticket.collaboratorIds,
    follower_ids: ticket.followerIds,
    email_cc_ids: [],
    forum_topic_id: null,
    problem_id: ticket.problemId,
    has_incidents: false,
    is_public: ticket.comments.some((comment) => comment.public),
    due_at: ticket.dueAt,
    tags: ticket.tags,
    custom_fields: fields,
    fields,
    satisfaction_rating:
      rating === null
        ? { score: 'unoffered' }
        : { id: rating.id, score: rating.score, comment: rating.comment },
    sharing_agreement_ids: [],
    custom_status_id: null,
    encoded_id: `SIM-${ticket.id}`,
    followup_ids: ticket.followupIds,
    ticket_form_id: null,
    brand_id: ticket.brandId,
    allow_channelback: false,
    allow_attachments: true,
    from_messaging_channel: ticket.fromMessagingChannel,
  };
}

function minutesBetween(from: string, to: string | null): number | null {
  return to === null ? null : Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 60_000));
}

/** A ticket's metric set; every figure is calendar minutes. */
export function presentMetricSet(
  account: Account,
  ticket: StoredTicket,
  api: (path: string) => string,
): Json {
  const { metrics } = ticket;
  const minutes = (value: number | null): Json => ({ calendar: value, business: value });
  const waiting = waitingSince(account, ticket);
  return {
    id: ticket.id + 900_000,
    url: api(`ticket_metrics/${ticket.id + 900_000}`),
    ticket_id: ticket.id,
    created_at: ticket.createdAt,
    updated_at: ticket.updatedAt,
    group_stations: ticket.groupId === null ? 0 : 1,
    assignee_stations: ticket.assigneeId === null ? 0 : 1,
    reopens: metrics.reopens,
    replies: metrics.replies,
    assignee_updated_at: metrics.assignedAt,
    requester_updated_at: metrics.requesterUpdatedAt,
    status_updated_at: metrics.statusUpdatedAt,
    initially_assigned_at: metrics.initiallyAssignedAt,
    assigned_at: metrics.assignedAt,
    solved_at: metrics.solvedAt,
    latest_comment_added_at: metrics.latestCommentAt,
    reply_time_in_minutes: minutes(minutesBetween(ticket.createdAt, metrics.firstReplyAt)),
    first_resolution_time_in_minutes: minutes(minutesBetween(ticket.createdAt, metrics.solvedAt)),
    full_resolution_time_in_minutes: minutes(minutesBetween(ticket.createdAt, metrics.solvedAt)),
    agent_wait_time_in_minutes: minutes(0),
    requester_wait_time_in_minutes: minutes(
      waiting === null ? 0 : minutesBetween(waiting, metrics.solvedAt ?? new Date().toISOString()),
    ),
    on_hold_time_in_minutes: minutes(0),
  };
}

/** Time of the first public customer comment nobody has answered yet; null when staff spoke last. */
function waitingSince(account: Account, ticket: StoredTicket): string | null {
  const spoken = ticket.comments.filter((comment) => comment.public);
  const answered = spoken.findLastIndex(
    (comment) => account.users.get(comment.authorId)?.role !== 'end-user',
  );
  return spoken[answered + 1]?.createdAt ?? null;
}

/** The service-level metric that is running, if any: first or next reply against the priority's target. */
export function policyMetrics(account: Account, ticket: StoredTicket): Json[] {
  const since = waitingSince(account, ticket);
  const target = ticket.priority === null ? undefined : TARGET_MINUTES[ticket.priority];
  if (since === null || target === undefined || ticket.status === 'solved' || ticket.status === 'closed')
    return [];
  const breach = Date.parse(since) + target * 60_000;
  const paused = ticket.status === 'pending' || ticket.status === 'hold';
  const left = Math.trunc((breach - Date.now()) / 60_000);
  return [
    {
      metric: ticket.metrics.firstReplyAt === null ? 'first_reply_time' : 'next_reply_time',
      stage: paused ? 'paused' : 'active',
      breach_at: paused ? null : `${new Date(breach).toISOString().slice(0, 19)}Z`,
      ...(Math.abs(left) >= 1440
        ? { days: Math.trunc(left / 1440) }
        : Math.abs(left) >= 60
          ? { hours: Math.trunc(left / 60) }
          : { minutes: left }),
    },
  ];
}

/** A ticket's satisfaction rating; null when there is none. */
export function presentSatisfaction(ticket: StoredTicket, api: (path: string) => string): Json | null {
  const rating = ticket.satisfaction;
  if (rating === null) return null;
  return {
    id: rating.id,
    url: api(`satisfaction_ratings/${rating.id}`),
    ticket_id: ticket.id,
    score: rating.score,
    comment: rating.comment,
    reason: null,
    reason_id: null,
    reason_code: null,
    requester_id: ticket.requesterId,
    assignee_id: ticket.assigneeId,
    group_id: ticket.groupId,
    created_at: rating.createdAt,
    updated_at: rating.createdAt,
  };
}
