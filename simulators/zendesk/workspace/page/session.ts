import type { DeskApi } from './api.ts';
import { draftToHtml, isBlankHtml } from './rich-text.ts';
import type { Comment, FieldValue, MacroResult, Named, Ticket, TicketBundle, User } from './types.ts';

/** Ticket properties that can be changed and are sent with the next submit. */
export type Editable = Pick<
  Ticket,
  'subject' | 'status' | 'priority' | 'type' | 'tags' | 'assignee_id' | 'group_id'
>;

/** What was changed: an editable property, `custom_field_<id>`, `comment.text`, `comment.type`, `conversation`, `ticket`. */
export type SessionListener = (property: string) => void;

/** One ticket at the desk: what the server holds, what the agent changed and the unsent comment. */
export class TicketSession {
  ticket: Ticket;
  comments: readonly Comment[] = [];
  draftHtml = '';
  draftType: 'publicReply' | 'internalNote' = 'publicReply';
  /** Set by the composer; puts HTML where the cursor stands. */
  insertAtCursor: ((html: string) => void) | null = null;
  readonly users = new Map<number, User>();
  readonly groups = new Map<number, Named>();
  readonly organizations = new Map<number, Named>();
  private changes: Partial<Editable> = {};
  private readonly fieldChanges = new Map<number, FieldValue>();
  private readonly listeners = new Set<SessionListener>();
  private readonly api: DeskApi;

  constructor(api: DeskApi, bundle: TicketBundle) {
    this.api = api;
    this.ticket = bundle.ticket;
    this.absorb(bundle);
  }

  /** Takes over the unsent work of an earlier session of the same ticket. */
  inherit(earlier: TicketSession): void {
    this.changes = { ...earlier.changes };
    for (const [id, value] of earlier.fieldChanges) this.fieldChanges.set(id, value);
    this.draftHtml = earlier.draftHtml;
    this.draftType = earlier.draftType;
  }

  onChange(listener: SessionListener): void {
    this.listeners.add(listener);
  }

  stopListening(): void {
    this.listeners.clear();
    this.insertAtCursor = null;
  }

  value<Property extends keyof Editable>(property: Property): Editable[Property] {
    const changed = this.changes[property];
    return changed === undefined ? this.ticket[property] : changed;
  }

  change<Property extends keyof Editable>(property: Property, value: Editable[Property]): void {
    if (JSON.stringify(this.value(property)) === JSON.stringify(value)) return;
    if (JSON.stringify(this.ticket[property]) === JSON.stringify(value)) delete this.changes[property];
    else this.changes[property] = value;
    this.tell(property);
  }

  fieldValue(id: number): FieldValue {
    const changed = this.fieldChanges.get(id);
    if (changed !== undefined) return changed;
    return this.ticket.custom_fields?.find((field) => field.id === id)?.value ?? null;
  }

  changeField(id: number, value: FieldValue): void {
    if (JSON.stringify(this.fieldValue(id)) === JSON.stringify(value)) return;
    this.fieldChanges.set(id, value);
    this.tell(`custom_field_${id}`);
  }

  setDraft(html: string): void {
    if (html === this.draftHtml) return;
    this.draftHtml = html;
    this.tell('comment.text');
  }

  setDraftType(type: TicketSession['draftType']): void {
    if (type === this.draftType) return;
    this.draftType = type;
    this.tell('comment.type');
  }

  appendDraft(html: string): void {
    const joint = /^<(?:p|div|ul|ol|blockquote)\b/.test(html) ? '' : '<br>';
    this.setDraft(isBlankHtml(this.draftHtml) ? html : `${this.draftHtml}${joint}${html}`);
  }

  hasUnsentWork(): boolean {
    return Object.keys(this.changes).length > 0 || this.fieldChanges.size > 0 || !isBlankHtml(this.draftHtml);
  }

  /** Reads the comments; tells `conversation` when there are others than before. */
  async loadComments(): Promise<void> {
    const found = await this.api.loadComments(this.ticket.id);
    for (const user of found.users) this.users.set(user.id, user);
    const before = this.comments.map((comment) => comment.id).join();
    this.comments = found.comments;
    if (before !== found.comments.map((comment) => comment.id).join()) this.tell('conversation');
  }

  /** Looks whether the ticket changed on the server and takes that over; unsent work stays. */
  async refresh(): Promise<boolean> {
    const bundle = await this.api.loadTicket(this.ticket.id);
    if (fingerprint(bundle.ticket) === fingerprint(this.ticket)) return false;
    this.replaceTicket(bundle.ticket);
    this.absorb(bundle);
    await this.loadComments();
    return true;
  }

  /** Applies a macro's preview to the unsent work; nothing is sent yet. */
  async applyMacro(macroId: number): Promise<void> {
    const result = await this.api.previewMacro(this.ticket.id, macroId);
    this.takeMacro(result);
  }

  /** Sends the changes and the comment; throws `DeskApiError`, 409 when someone else was faster. */
  async save(status: string): Promise<void> {
    const sentHtml = this.draftHtml;
    const withComment = !isBlankHtml(sentHtml);
    const sent = await this.api.updateTicket(this.ticket.id, {
      ...this.changes,
      status,
      ...(this.fieldChanges.size > 0
        ? { custom_fields: [...this.fieldChanges].map(([id, value]) => ({ id, value })) }
        : {}),
      ...(withComment ? { comment: { html_body: sentHtml, public: this.draftType === 'publicReply' } } : {}),
      updated_stamp: this.ticket.updated_at,
      safe_update: true,
    });
    this.changes = {};
    this.fieldChanges.clear();
    // What was typed while the save ran is a new draft.
    if (this.draftHtml === sentHtml) this.setDraft('');
    this.replaceTicket(sent.ticket);
    await this.loadComments();
  }

  private takeMacro(result: MacroResult): void {
    if (result.subject !== undefined) this.change('subject', result.subject);
    if (result.status !== undefined) this.change('status', result.status);
    if (result.priority !== undefined) this.change('priority', result.priority);
    if (result.type !== undefined) this.change('type', result.type);
    if (result.tags !== undefined) this.change('tags', result.tags);
    if (result.group_id !== undefined) this.change('group_id', toId(result.group_id));
    if (result.assignee_id !== undefined) this.change('assignee_id', toId(result.assignee_id));
    const fields = [result.fields ?? [], result.custom_fields ?? []].flat();
    for (const field of fields) this.changeField(field.id, field.value);
    const comment = result.comment;
    if (comment === undefined) return;
    if (comment.public !== undefined) {
      this.setDraftType(String(comment.public) === 'true' ? 'publicReply' : 'internalNote');
    }
    const text = comment.html_body ?? comment.body ?? '';
    if (text !== '') this.appendDraft(draftToHtml(text));
  }

  private replaceTicket(ticket: Ticket): void {
    const before = this.ticket;
    this.ticket = ticket;
    for (const property of [
      'subject',
      'status',
      'priority',
      'type',
      'tags',
      'assignee_id',
      'group_id',
    ] as const) {
      if (JSON.stringify(before[property]) !== JSON.stringify(ticket[property])) this.tell(property);
    }
    for (const field of ticket.custom_fields ?? []) {
      const old = before.custom_fields?.find((candidate) => candidate.id === field.id)?.value ?? null;
      if (JSON.stringify(old) !== JSON.stringify(field.value)) this.tell(`custom_field_${field.id}`);
    }
    this.tell('ticket');
  }

  private absorb(bundle: TicketBundle): void {
    for (const user of bundle.users) this.users.set(user.id, user);
    for (const group of bundle.groups) this.groups.set(group.id, group);
    for (const organization of bundle.organizations) this.organizations.set(organization.id, organization);
  }

  private tell(property: string): void {
    for (const listener of this.listeners) listener(property);
  }
}

// `generated_timestamp` moves without any change to the ticket.
function fingerprint(ticket: Ticket): string {
  return JSON.stringify({ ...ticket, generated_timestamp: 0 });
}

function toId(value: number | string | null): number | null {
  const id = Number(value);
  return value === null || value === '' || !Number.isSafeInteger(id) ? null : id;
}
