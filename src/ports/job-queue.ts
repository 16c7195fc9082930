import type { Call } from './call.ts';
import type { WriteTransaction } from './database.ts';

/** Every job and the ids it carries; content does not fit. */
export interface JobPayloads {
  'zendesk.check-connection': { readonly connection: 'zendesk' };
  'provider.check-key': { readonly providerId: string };
}
export type JobName = keyof JobPayloads;

export interface JobContext extends Call<'database' | 'helpDesk' | 'modelProvider' | 'logger'> {
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
}
