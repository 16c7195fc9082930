import type { Account } from './account.ts';
import { escapeHtml } from './html-text.ts';
import { policyMetrics, presentMetricSet, presentSatisfaction, presentTicket } from './present-ticket.ts';
import type {
  Article,
  Attachment,
  Group,
  Json,
  Macro,
  StoredAudit,
  StoredComment,
  StoredTicket,
  TicketField,
  User,
} from './model.ts';

const DAY = 86_400_000;

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
        const said =
          event.type === 'Comment' ? ticket.comments.find((item) => item.id === event.id) : undefined;
        if (said === undefined) return event;
        const { via: _via, created_at: _at, metadata: _metadata, ...shown } = comment(said);
        return shown;
      }),
    }),
    user: (user: User): Json => presentUser(user, api),
    group: (group: Group): Json => ({
      id: group.id,
      url: api(`groups/${group.id}`),
      name: group.name,
      description: '',
      default: false,
      deleted: false,
      is_public: true,
      created_at: group.createdAt,
      updated_at: group.createdAt,
    }),
    organization: (organization: { id: number; name: string; createdAt: string }): Json => ({
      id: organization.id,
      url: api(`organizations/${organization.id}`),
      name: organization.name,
      shared_tickets: false,
      shared_comments: false,
      external_id: null,
      domain_names: [],
      details: '',
      notes: '',
      group_id: null,
      tags: [],
      organization_fields: {},
      created_at: organization.createdAt,
      updated_at: organization.createdAt,
    }),
    macro: (macro: Macro, include: ReadonlySet<string>): Json => presentMacro(macro, include, api),
    field: (field: TicketField, position: number): Json => presentField(field, position, api),
    article: (article: Article): Json => presentArticle(account, article, origin),
    slas: (ticket: StoredTicket): Json => ({ policy_metrics: policyMetrics(account, ticket) }),
    metricSet: (ticket: StoredTicket): Json => presentMetricSet(account, ticket, api),
    satisfaction: (ticket: StoredTicket): Json | null => presentSatisfaction(ticket, api),
  };
}

function presentUser(user: User, api: (path: string) => string): Json {
  const agent = user.role !== 'end-user';
  return {
    id: user.id,
    url: api(`users/${user.id}`),
    name: user.name,
    email: user.email,
    phone: user.phone,
    created_at: user.createdAt,
    updated_at: user.updatedAt,
    time_zone: 'UTC',
    iana_time_zone: 'Etc/UTC',
    shared_phone_number: null,
    photo: null,
    locale_id: 1,
    locale: user.locale,
    organization_id: user.organizationId,
    role: user.role,
    verified: true,
    external_id: null,
    tags: user.tags,
    alias: '',
    active: true,
    shared: false,
    shared_agent: false,
    last_login_at: user.updatedAt,
    two_factor_auth_enabled: false,
    signature: agent ? user.name : null,
    details: '',
    notes: user.notes ?? '',
    role_type: agent ? (user.role === 'admin' ? 4 : 0) : null,
    custom_role_id: null,
    moderator: agent,
    ticket_restriction: agent ? user.ticketRestriction : 'requested',
    only_private_comments: false,
    restricted_agent: user.role !== 'admin',
    suspended: false,
    default_group_id: user.groupIds[0] ?? null,
    report_csv: false,
    user_fields: {},
  };
}

function presentMacro(macro: Macro, include: ReadonlySet<string>, api: (path: string) => string): Json {
  const now = Date.now();
  const usage: Json = {};
  for (const [name, span] of [
    ['usage_1h', DAY / 24],
    ['usage_24h', DAY],
    ['usage_7d', 7 * DAY],
    ['usage_30d', 30 * DAY],
  ] as const) {
    if (include.has(name)) usage[name] = macro.usedAt.filter((time) => time > now - span).length;
  }
  return {
    id: macro.id,
    url: api(`macros/${macro.id}`),
    title: macro.title,
    raw_title: macro.title,
    active: macro.active,
    position: macro.position,
    default: false,
    description: macro.description,
    actions: macro.actions,
    restriction: macro.restriction,
    created_at: macro.createdAt,
    updated_at: macro.updatedAt,
    ...usage,
  };
}

function presentField(field: TicketField, position: number, api: (path: string) => string): Json {
  const choice = field.type === 'tagger' || field.type === 'multiselect';
  return {
    id: field.id,
    url: api(`ticket_fields/${field.id}`),
    type: field.type,
    title: field.title,
    raw_title: field.title,
    description: '',
    raw_description: '',
    position,
    active: true,
    required: field.required,
    collapsed_for_agents: false,
    regexp_for_validation: null,
    title_in_portal: field.title,
    raw_title_in_portal: field.title,
    visible_in_portal: false,
    editable_in_portal: false,
    required_in_portal: false,
    tag: null,
    removable: !field.system,
    agent_description: null,
    created_at: '2024-03-01T09:00:00Z',
    updated_at: '2024-03-01T09:00:00Z',
    ...(choice
      ? {
          custom_field_options: field.options.map((option) => ({
            ...option,
            raw_name: option.name,
            default: false,
          })),
        }
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
    title: article.title,
    name: article.title,
    body: article.body,
    locale: article.locale,
    source_locale: article.locale,
    draft: article.draft,
    promoted: false,
    position: 0,
    section_id: article.sectionId,
    permission_group_id: 1,
    user_segment_id: article.userSegmentId,
    user_segment_ids: article.userSegmentId === null ? [] : [article.userSegmentId],
    label_names: article.labels,
    content_tag_ids: [],
    comments_disabled: true,
    vote_sum: 0,
    vote_count: 0,
    outdated: false,
    outdated_locales: [],
    created_at: article.createdAt,
    updated_at: article.updatedAt,
    edited_at: article.updatedAt,
  };
}

/** The public page of an article, for links in citations. */
export function articlePage(article: Article): string {
  const title = escapeHtml(article.title);
  return `<!doctype html><html lang="${escapeHtml(article.locale)}"><meta charset="utf-8"><title>${title}</title><main><h1>${title}</h1>${article.body}</main></html>`;
}
