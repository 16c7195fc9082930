import type { NoticeKind } from '../contract/links.ts';
import type { Call } from './call.ts';
import type { WriteTransaction } from './database.ts';

/** A budget that runs out or has, and what was used of it then. */
export interface BudgetTold {
  readonly budgetId: string;
  readonly stage: 'warning' | 'used-up';
  /** First day of the period, `YYYY-MM-DD`. */
  readonly period: string;
  /** Tokens or billionths of a US dollar. */
  readonly used: string;
  /** Names the alert: the same when it is sent again. */
  readonly alertId: string;
}

/** Every job and the ids it carries; content does not fit. */
export interface JobPayloads {
  'zendesk.check-connection': { readonly connection: 'zendesk' };
  'provider.check-key': { readonly providerId: string };
  /** Belongs to the platform: does what is due at the end of subscriptions. */
  'subscriptions.clean-up': Readonly<Record<string, never>>;
  /** Belongs to the platform: sweeps what has reached its age. */
  'retention.sweep': Readonly<Record<string, never>>;
  /** Reads the macros of the account. */
  'macros.sync': Readonly<Record<string, never>>;
  /** Reads a knowledge source from elsewhere; `step` counts the jobs of its readings. */
  'knowledge.read': { readonly sourceId: string; readonly step: string };
  /** Makes the vectors that chunks of files and snippets lack. */
  'knowledge.embed': { readonly sourceId: string };
  /** Removes what a writer left half done. */
  'knowledge.clean-up': { readonly documentId: string };
  /** Asks an AI agent its saved questions; `step` counts the jobs of a run. */
  'ai-agents.test': { readonly runId: string; readonly step: string };
  /** Counts in Zendesk how conversations with AI agents ended. */
  'ai-agents.count-outcomes': Readonly<Record<string, never>>;
  /** Brings a conversation to Zendesk that it did not take; `step` counts the tries. */
  'chat.deliver': { readonly sessionId: string; readonly step: string };
  /** Zendesk's number of a ticket that a webhook named. */
  'triage.ticket': { readonly ticketId: string };
  /** Goes on with the replacement of a data key. */
  'keys.finish-rotation': Readonly<Record<string, never>>;
  /** Makes the link's token, mails it and keeps its hash. */
  'mail.send-link': { readonly linkId: string };
  /** Somebody not signed in asked for a link; the keyed hash of the address they gave. */
  'mail.answer-request': { readonly emailIndex: string };
  /** Tells an admin that a budget runs out or has; amounts and ids. */
  'budgets.send-mail': BudgetTold & { readonly accountId: string };
  /** Tells the subscription's own address the same. */
  'budgets.call-webhook': BudgetTold;
  'mail.send-notice': { readonly accountId: string; readonly notice: NoticeKind };
  /** Tells the address an account had before the change that the link confirmed. */
  'mail.tell-old-address': { readonly linkId: string };
}
export type JobName = keyof JobPayloads;

export interface JobContext extends Call<
  | 'database'
  | 'helpDesk'
  | 'modelProvider'
  | 'logger'
  | 'metrics'
  | 'secretBox'
  | 'contentBox'
  | 'embedder'
  | 'keyRing'
  | 'ids'
  | 'clock'
  | 'mailer'
  | 'egress'
> {
  /** 1 on the first try. */
  readonly attempt: number;
}
export type JobTable = {
  readonly [N in JobName]: (context: JobContext, ids: JobPayloads[N]) => Promise<void>;
};

export interface JobQueue {
  /** Writes the outbox row in the caller's transaction: the job exists exactly when the change does. */
  enqueue<N extends JobName>(
    tx: WriteTransaction,
    call: Pick<Call, 'subscriptionId'>,
    name: N,
    ids: JobPayloads[N],
    options?: { readonly dedupeKey?: string; readonly delaySeconds?: number },
  ): Promise<void>;
  /** Starts to work; resolves the returned function when running jobs have ended. */
  work(table: JobTable): () => Promise<void>;
  close(): Promise<void>;
}
