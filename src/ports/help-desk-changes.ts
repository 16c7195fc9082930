import type { Transient } from '../kernel/transient.ts';
import type { HelpDeskCall } from './help-desk.ts';

/** New values of one ticket; what is left out stays as it is. Status and requester are never ours to change. */
export interface TicketValues {
  /** Null empties a field; Zendesk takes no priority away. */
  readonly type?: string | null;
  readonly priority?: string;
  readonly groupId?: number | null;
  readonly assigneeId?: number;
  /** The problem this ticket becomes an incident of. */
  readonly problemId?: number;
  /** All tags of the ticket. */
  readonly tags?: readonly string[];
  readonly customFields?: readonly { readonly id: number; readonly value: unknown }[];
  readonly comment?: { readonly body: string; readonly html?: string; readonly public: boolean };
}

export interface TicketChange {
  readonly values: TicketValues;
  /** `updated_at` the change was decided on; `ticket-changed` when somebody has changed it since. */
  readonly basedOn: string;
  /** Stands in the metadata of Zendesk's audit, so that a repeated change and our own are recognised. */
  readonly deliveryId: string;
}

/** What Zendesk says of a change: its audit, and the ticket's new `updated_at`. */
export interface ChangedTicket {
  readonly auditId: number;
  readonly updatedAt: string;
}

/** What a macro would change, with its placeholders filled in; nothing is changed yet. */
export interface MacroPreview {
  readonly values: TicketValues;
  /** Other keys the macro sets, such as the status, which only Zendesk itself may apply; null empties one. */
  readonly others: Readonly<Record<string, string | null>>;
}

export interface MergeComments {
  readonly target: string;
  readonly source: string;
}

/** A job of Zendesk's. `completed` may hold failed entries. */
export interface HelpDeskJob {
  readonly status: 'queued' | 'working' | 'completed' | 'failed' | 'killed';
  readonly done: number;
  readonly total: number;
  readonly failed: number;
}

/** A webhook that our triggers call, as Zendesk knows it. */
export interface ConnectedWebhook {
  readonly webhookId: string;
  readonly triggerIds: readonly number[];
  readonly signingSecret: string;
}

export interface WebhookWish {
  readonly name: string;
  readonly endpoint: string;
  /** One trigger each; `body` may hold ticket ids only. */
  readonly triggers: readonly {
    readonly title: string;
    readonly body: string;
    readonly conditions: {
      readonly all: readonly TriggerCondition[];
      readonly any: readonly TriggerCondition[];
    };
  }[];
}
export interface TriggerCondition {
  readonly field: string;
  readonly operator: string;
  readonly value: string;
}

/** Changes in Zendesk. None is tried again after it may have reached Zendesk, unless Zendesk said that it did nothing. */
export interface HelpDeskChanges {
  /** Throws `ticket-changed`, `ticket-refused-change`, `ticket-not-found`. */
  changeTicket(call: HelpDeskCall, ticketId: number, change: Transient<TicketChange>): Promise<ChangedTicket>;
  previewMacro(call: HelpDeskCall, ticketId: number, macroId: number): Promise<Transient<MacroPreview>>;
  /** Starts a merge, which cannot be undone, and gives the id of Zendesk's job. */
  mergeTickets(
    call: HelpDeskCall,
    targetId: number,
    sourceIds: readonly number[],
    comments: Transient<MergeComments>,
  ): Promise<string>;
  job(call: HelpDeskCall, jobId: string): Promise<HelpDeskJob>;
  /** Makes a webhook and its triggers; removes what it made when a part fails. */
  connectWebhook(call: HelpDeskCall, wish: WebhookWish): Promise<ConnectedWebhook>;
  /** What is gone already is not missed. */
  disconnectWebhook(
    call: HelpDeskCall,
    webhook: Pick<ConnectedWebhook, 'webhookId' | 'triggerIds'>,
  ): Promise<void>;
}
