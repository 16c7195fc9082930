import type { Account } from './account.ts';
import { escapeHtml } from './html-text.ts';
import type { Article, Attachment, Group, Json, Macro, StoredAudit, StoredComment, StoredTicket, TicketField, User } from './model.ts';

const DAY = 86_400_000;
const TARGET_MINUTES: Readonly<Record<string, number>> = { urgent: 60, high: 240, normal: 480, low: 1440 };

/** Turns stored records into the JSON of the API; `origin` is the base of every address in it. */
export type Presenter = ReturnType<typeof createPresenter>;

/** Builds the presenter of an account. */
export function createPresenter(account: Account, origin: string) {
  const api = (path: string): string => `${origin}/api/v2/${path}.json`;
  const attachment = (file: Attachment): Json => ({
    id: file.id,
    url: api(`attachments/${file.id}`),
    file_name: file.fileName,
    content_url: `${origin}/attachments/token/${file.id}/?name=${encodeURIComponent(file.fileName)}`,
    mapped_content_url: `${origin}/attachments/token/${file.id}/?name=${encodeURIComponent(file.fileName)}`,
    content_type: file.contentType,
    size: file.size,
    width: null,
    height: null,
    inline: false,
    deleted: false,
    malware_access_override: false,
    malware_scan_result: 'malware_not_found',
    thumbnails: [],
  });
  const comment = (source: StoredComment): Json => ({
    id: source.id,
    type: 'Comment',
    author_id: source.authorId,
    body: source.text,
    html_body: `<div class="zd-comment" dir="auto">${source.html}</div>`,
    plain_body: source.text,
    public: source.public,
    attachments: source.attachments.map(attachment),
    audit_id: source.auditId,
    via: source.via,
    created_at: source.createdAt,
    metadata: { system: source.system, custom: {} },
  });
  return {
    api,
    comment,
    ticket: (source: StoredTicket): Json => presentTicket(source, api),
    audit: (ticket: StoredTicket, audit: StoredAudit): Json => ({
      id: audit.id,
      ticket_id: ticket.id,
      created_at: audit.createdAt,
      author_id: audit.authorId,
      metadata: { system: audit.system, custom: audit.custom },
      via: audit.via,
      events: audit.events.map((event) => {
        const said = event.type === 'Comment' ? ticket.comments.find((item) => item.id === event.id) : undefined;
        if (said === undefined) return event;
        const { via: _via, created_at: _at, metadata: _metadata, ...shown } = comment(said);
        return shown;
      }),
    }),
    user: (user: User): Json => presentUser(user, api),
    group: (group: Group): Json => ({
      ...{ id: group.id, url: api(`groups/${group.id}`), name: group.name, description: '', default: false },
      ...{ deleted: false, is_public: true, created_at: group.createdAt, updated_at: group.createdAt },
    }),
    organization: (organization: { id: number; name: string; createdAt: string }): Json => ({
      ...{ id: organization.id, url: api(`organizations/${organization.id}`), name: organization.name },
      ...{ shared_tickets: false, shared_comments: false, external_id: null, domain_names: [], details: '' },
      ...{ notes: '', group_id: null, tags: [], organization_fields: {} },
      ...{ created_at: organization.createdAt, updated_at: organization.createdAt },
    }),
    macro: (macro: Macro, include: ReadonlySet<string>): Json => presentMacro(macro, include, api),
    field: (field: TicketField, position: number): Json => presentField(field, position, api),
    article: (article: Article): Json => presentArticle(account, article, origin),
    slas: (ticket: StoredTicket): Json => ({ policy_metrics: policyMetrics(account, ticket) }),
    metricSet: (ticket: StoredTicket): Json => presentMetricSet(account, ticket, api),
    satisfaction: (ticket: StoredTicket): Json | null => presentSatisfaction(ticket, api),
  };
}

function presentTicket(ticket: StoredTicket, api: (path: string) => string): Json {
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
      rating === null ? { score: 'unoffered' } : { id: rating.id, score: rating.score, comment: rating.comment },
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

function presentUser(user: User, api: (path: string) => string): Json {
  const agent = user.role !== 'end-user';
  return {
    ...{ id: user.id, url: api(`users/${user.id}`), name: user.name, email: user.email, phone: user.phone },
    ...{ created_at: user.createdAt, updated_at: user.updatedAt, time_zone: 'UTC', iana_time_zone: 'Etc/UTC' },
    ...{ shared_phone_number: null, photo: null, locale_id: 1, locale: user.locale },
    ...{ organization_id: user.organizationId, role: user.role, verified: true, external_id: null, tags: user.tags },
    ...{ alias: '', active: true, shared: false, shared_agent: false, last_login_at: user.updatedAt },
    ...{ two_factor_auth_enabled: false, signature: agent ? user.name : null, details: '', notes: user.notes ?? '' },
    ...{ role_type: agent ? (user.role === 'admin' ? 4 : 0) : null, custom_role_id: null, moderator: agent },
    ...{ ticket_restriction: agent ? user.ticketRestriction : 'requested', only_private_comments: false },
    ...{ restricted_agent: user.role !== 'admin', suspended: false, default_group_id: user.groupIds[0] ?? null },
    ...{ report_csv: false, user_fields: {} },
  };
}

function presentMacro(macro: Macro, include: ReadonlySet<string>, api: (path: string) => string): Json {
  const now = Date.now();
  const usage: Json = {};
  for (const [name, span] of [['usage_1h', DAY / 24], ['usage_24h', DAY], ['usage_7d', 7 * DAY], ['usage_30d', 30 * DAY]] as const) {
    if (include.has(name)) usage[name] = macro.usedAt.filter((time) => time > now - span).length;
  }
  return {
    ...{ id: macro.id, url: api(`macros/${macro.id}`), title: macro.title, raw_title: macro.title },
    ...{ active: macro.active, position: macro.position, default: false, description: macro.description },
    ...{ actions: macro.actions, restriction: macro.restriction },
    ...{ created_at: macro.createdAt, updated_at: macro.updatedAt },
    ...usage,
  };
}

function presentField(field: TicketField, position: number, api: (path: string) => string): Json {
  const choice = field.type === 'tagger' || field.type === 'multiselect';
  return {
    ...{ id: field.id, url: api(`ticket_fields/${field.id}`), type: field.type, title: field.title, raw_title: field.title },
    ...{ description: '', raw_description: '', position, active: true, required: field.required },
    ...{ collapsed_for_agents: false, regexp_for_validation: null, title_in_portal: field.title },
    ...{ raw_title_in_portal: field.title, visible_in_portal: false, editable_in_portal: false },
    ...{ required_in_portal: false, tag: null, removable: !field.system, agent_description: null },
    ...{ created_at: '2024-03-01T09:00:00Z', updated_at: '2024-03-01T09:00:00Z' },
    ...(choice
      ? { custom_field_options: field.options.map((option) => ({ ...option, raw_name: option.name, default: false })) }
      : {}),
  };
}

function presentArticle(account: Account, article: Article, origin: string): Json {
  const slug = article.title.replace(/[^\p{L}\p{N}]+/gu, '-');
  return {
    id: article.id,
    url: `${origin}/api/v2/help_center/${article.locale}/articles/${article.id}.json`,
    html_url: `${origin}/hc/${article.locale}/articles/${article.id}-${encodeURIComponent(slug)}`,
    author_id: [...account.users.values()].find((user) => user.role === 'admin')?.id ?? null,
    ...{ title: article.title, name: article.title, body: article.body, locale: article.locale },
    ...{ source_locale: article.locale, draft: article.draft, promoted: false, position: 0 },
    ...{ section_id: article.sectionId, permission_group_id: 1, user_segment_id: article.userSegmentId },
    user_segment_ids: article.userSegmentId === null ? [] : [article.userSegmentId],
    ...{ label_names: article.labels, content_tag_ids: [], comments_disabled: true, vote_sum: 0, vote_count: 0 },
    ...{ outdated: false, outdated_locales: [], created_at: article.createdAt, updated_at: article.updatedAt },
    edited_at: article.updatedAt,
  };
}

/** The public page of an article, for links in citations. */
export function articlePage(article: Article): string {
  const title = escapeHtml(article.title);
  return `<!doctype html><html lang="${escapeHtml(article.locale)}"><meta charset="utf-8"><title>${title}</title><main><h1>${title}</h1>${article.body}</main></html>`;
}

function minutesBetween(from: string, to: string | null): number | null {
  return to === null ? null : Math.max(0, Math.round((Date.parse(to) - Date.parse(from)) / 60_000));
}

function presentMetricSet(account: Account, ticket: StoredTicket, api: (path: string) => string): Json {
  const { metrics } = ticket;
  const minutes = (value: number | null): Json => ({ calendar: value, business: value });
  const waiting = waitingSince(account, ticket);
  return {
    ...{ id: ticket.id + 900_000, url: api(`ticket_metrics/${ticket.id + 900_000}`), ticket_id: ticket.id },
    ...{ created_at: ticket.createdAt, updated_at: ticket.updatedAt, group_stations: ticket.groupId === null ? 0 : 1 },
    ...{ assignee_stations: ticket.assigneeId === null ? 0 : 1, reopens: metrics.reopens, replies: metrics.replies },
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
  const answered = spoken.findLastIndex((comment) => account.users.get(comment.authorId)?.role !== 'end-user');
  return spoken[answered + 1]?.createdAt ?? null;
}

function policyMetrics(account: Account, ticket: StoredTicket): Json[] {
  const since = waitingSince(account, ticket);
  const target = ticket.priority === null ? undefined : TARGET_MINUTES[ticket.priority];
  if (since === null || target === undefined || ticket.status === 'solved' || ticket.status === 'closed') return [];
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

function presentSatisfaction(ticket: StoredTicket, api: (path: string) => string): Json | null {
  const rating = ticket.satisfaction;
  if (rating === null) return null;
  return {
    ...{ id: rating.id, url: api(`satisfaction_ratings/${rating.id}`), ticket_id: ticket.id, score: rating.score },
    ...{ comment: rating.comment, reason: null, reason_id: null, reason_code: null },
    ...{ requester_id: ticket.requesterId, assignee_id: ticket.assigneeId, group_id: ticket.groupId },
    ...{ created_at: rating.createdAt, updated_at: rating.createdAt },
  };
}
