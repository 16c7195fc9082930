/** A person as `/api/v2` sends them. */
export type User = {
  readonly id: number;
  readonly name: string;
  readonly email: string | null;
  readonly role: string;
  readonly locale?: string | null;
  readonly time_zone?: string | null;
};

/** A group or organisation as `/api/v2` sends it. */
export type Named = { readonly id: number; readonly name: string };

/** The value of a custom field: text, number, tick, choices or nothing. */
export type FieldValue = string | number | boolean | readonly string[] | null;

/** The part of a ticket from `/api/v2/tickets` that the desk reads. */
export type Ticket = {
  readonly id: number;
  readonly subject: string | null;
  readonly description: string | null;
  readonly status: string;
  readonly priority: string | null;
  readonly type: string | null;
  readonly tags: readonly string[];
  readonly requester_id: number;
  readonly assignee_id: number | null;
  readonly group_id: number | null;
  readonly organization_id: number | null;
  readonly brand_id?: number | null;
  readonly ticket_form_id?: number | null;
  readonly external_id?: string | null;
  readonly collaborator_ids?: readonly number[];
  readonly via?: { readonly channel: string };
  readonly custom_fields?: readonly { readonly id: number; readonly value: FieldValue }[];
  readonly created_at: string;
  readonly updated_at: string;
};

/** A file named in a comment; the desk shows its name and never loads it by itself. */
export type Attachment = {
  readonly id: number;
  readonly file_name: string;
  readonly content_url: string;
  readonly content_type: string;
  readonly size: number;
};

/** One comment of a ticket, oldest first. */
export type Comment = {
  readonly id: number;
  readonly author_id: number;
  readonly html_body: string;
  readonly public: boolean;
  readonly attachments?: readonly Attachment[];
  readonly via?: { readonly channel: string };
  readonly created_at: string;
};

/** A custom or system field of the account. */
export type TicketField = {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly active?: boolean;
  readonly custom_field_options?: readonly { readonly name: string; readonly value: string }[];
};

/** A macro in the picker. */
export type Macro = { readonly id: number; readonly title: string; readonly description?: string | null };

/** What a macro would change, from `/tickets/{id}/macros/{id}/apply`. */
export type MacroResult = {
  readonly status?: string;
  readonly priority?: string;
  readonly type?: string;
  readonly subject?: string;
  readonly tags?: readonly string[];
  readonly assignee_id?: number | string | null;
  readonly group_id?: number | string | null;
  readonly comment?: {
    readonly body?: string;
    readonly html_body?: string;
    readonly public?: boolean | string;
  };
  readonly fields?: MacroField | readonly MacroField[];
  readonly custom_fields?: readonly MacroField[];
};

/** One custom field a macro sets. */
export type MacroField = { readonly id: number; readonly value: FieldValue };

/** A person who can be signed in. */
export type Agent = {
  readonly id: number;
  readonly name: string;
  readonly email: string;
  readonly role: string;
  readonly groups: readonly Named[];
};

/** What the server says about this desk (`/agent/assets/config.json`). */
export type DeskConfig = {
  readonly subdomain: string;
  readonly planName: string;
  readonly timeZone: string;
  readonly agents: readonly Agent[];
  readonly app: {
    readonly appId: number;
    readonly installationId: number;
    readonly name: string;
    readonly version: string;
    readonly settings: Readonly<Record<string, unknown>>;
  };
};

/** A ticket with the people and groups that came along. */
export type TicketBundle = {
  readonly ticket: Ticket;
  readonly users: readonly User[];
  readonly groups: readonly Named[];
  readonly organizations: readonly Named[];
};
