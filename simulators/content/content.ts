import { z } from 'zod';

const timestamp = z.iso.datetime({ offset: true });
const id = z.number().int().positive();

const user = z.object({
  id,
  name: z.string().min(1),
  email: z.string().nullable().default(null),
  phone: z.string().nullable().default(null),
  role: z.enum(['end-user', 'agent', 'admin']),
  locale: z.string().default('en-US'),
  organization: z.string().optional(),
  groups: z.array(z.string()).default([]),
  tags: z.array(z.string()).default([]),
  notes: z.string().nullable().default(null),
  ticket_restriction: z.enum(['groups', 'assigned']).nullable().default(null),
});

const group = z.object({ id, name: z.string().min(1) });

const macro = z.object({
  id,
  title: z.string().min(1),
  description: z.string().nullable().default(null),
  actions: z.array(z.object({ field: z.string(), value: z.union([z.string(), z.array(z.string())]) })).min(1),
  active: z.boolean().default(true),
  restriction: z.object({ type: z.string(), id, ids: z.array(id).optional() }).nullish(),
});

const article = z.object({
  id,
  title: z.string().min(1),
  body: z.string(),
  section: z.string(),
  labels: z.array(z.string()).default([]),
  locale: z.string(),
  draft: z.boolean().default(false),
  user_segment_id: id.nullable().default(null),
  created_at: timestamp,
  updated_at: timestamp,
});

const comment = z.object({
  author: id,
  public: z.boolean(),
  html: z.string(),
  created_at: timestamp,
  attachments: z
    .array(z.object({ file_name: z.string(), content_type: z.string(), size: z.number().int().min(0) }))
    .default([]),
});

const fieldValue = z.union([z.string(), z.number(), z.boolean(), z.array(z.string()), z.null()]);

const ticket = z.object({
  id,
  subject: z.string(),
  status: z.enum(['new', 'open', 'pending', 'hold', 'solved', 'closed']),
  priority: z.enum(['low', 'normal', 'high', 'urgent']).nullable().default(null),
  type: z.enum(['problem', 'incident', 'question', 'task']).nullable().default(null),
  requester: id,
  assignee: id.nullable().default(null),
  group: id.nullable().default(null),
  brand: id.optional(),
  tags: z.array(z.string()).default([]),
  locale: z.string().optional(),
  external_id: z.string().optional(),
  created_at: timestamp,
  custom_fields: z.array(z.object({ id, value: fieldValue })).default([]),
  satisfaction: z.object({ score: z.string(), comment: z.string().nullish() }).nullish(),
  comments: z.array(comment).min(1),
});

const brand = z.object({
  id,
  name: z.string().min(1),
  subdomain: z.string().min(1),
  default: z.boolean().default(false),
});

const ticketField = z.object({
  id,
  type: z.string(),
  title: z.string().min(1),
  required: z.boolean().default(false),
  options: z.array(z.object({ name: z.string(), value: z.string() })).default([]),
});

/** Shapes of the content files, by the part of the account they fill. */
export const contentSchemas = {
  users: z.array(user),
  groups: z.array(group),
  macros: z.array(macro),
  articles: z.array(article),
  tickets: z.array(ticket),
  brands: z.array(brand),
  ticketFields: z.array(ticketField),
} as const;

export type ContentUser = z.output<typeof user>;
export type ContentGroup = z.output<typeof group>;
export type ContentMacro = z.output<typeof macro>;
export type ContentArticle = z.output<typeof article>;
export type ContentTicket = z.output<typeof ticket>;
export type ContentComment = z.output<typeof comment>;
export type ContentBrand = z.output<typeof brand>;
export type ContentTicketField = z.output<typeof ticketField>;

/** Everything a simulated Zendesk account starts with; ids are unique within each list. */
export type AccountContent = {
  readonly users: readonly ContentUser[];
  readonly groups: readonly ContentGroup[];
  readonly macros: readonly ContentMacro[];
  readonly articles: readonly ContentArticle[];
  readonly tickets: readonly ContentTicket[];
  readonly brands: readonly ContentBrand[];
  readonly ticketFields: readonly ContentTicketField[];
};

/** Brands of the demo shop, used when there is no `brands.json`. */
export const DEFAULT_BRANDS: readonly ContentBrand[] = [
  { id: 501, name: 'Brookline Outfitters', subdomain: 'brookline', default: true },
  { id: 502, name: 'Brookline Coffee', subdomain: 'brookline-coffee', default: false },
];

/** Custom fields of the demo shop, used when there is no `ticket-fields.json`; option values are also tags. */
export const DEFAULT_TICKET_FIELDS: readonly ContentTicketField[] = [
  {
    id: 360001,
    type: 'tagger',
    title: 'Contact reason',
    required: false,
    options: [
      { name: 'Damaged item', value: 'damaged_item' },
      { name: 'Lost parcel', value: 'lost_parcel' },
      { name: 'Where is my order', value: 'wismo' },
      { name: 'Refund', value: 'refund_request' },
      { name: 'Invoice', value: 'invoice' },
      { name: 'Charged twice', value: 'double_charge' },
      { name: 'Subscription', value: 'subscription' },
      { name: 'Warranty', value: 'warranty' },
      { name: 'Size exchange', value: 'size_exchange' },
      { name: 'Customs', value: 'customs' },
      { name: 'Gift card', value: 'gift_card' },
      { name: 'Address change', value: 'address_change' },
    ],
  },
  {
    id: 360002,
    type: 'tagger',
    title: 'Product line',
    required: false,
    options: [
      { name: 'Tents', value: 'tent' },
      { name: 'Lanterns', value: 'lantern' },
      { name: 'Coffee', value: 'coffee' },
      { name: 'Jackets', value: 'jacket' },
      { name: 'Grinders', value: 'grinder' },
    ],
  },
  { id: 360003, type: 'text', title: 'Order number', required: false, options: [] },
  { id: 360004, type: 'checkbox', title: 'Warranty case', required: false, options: [] },
  { id: 360005, type: 'integer', title: 'Quality score', required: false, options: [] },
];
