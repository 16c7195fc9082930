import { sql, type Selectable } from 'kysely';
import type { Receipt } from '../../contract/stream-events.ts';
import type { DatabaseSchema } from '../../ports/database-schema.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';
import type { LedgerEntry } from './call-ledger.ts';

export async function insertReceipts(
  tx: WriteTransaction,
  subscriptionId: string,
  entries: readonly LedgerEntry[],
): Promise<void> {
  const rows = entries.map(({ receipt, zendeskAgentId }) => ({
    subscription_id: subscriptionId,
    id: receipt.id,
    feature: receipt.feature,
    ticket_id: receipt.ticketId === null ? null : String(receipt.ticketId),
    zendesk_agent_id: zendeskAgentId === null ? null : String(zendeskAgentId),
    at: receipt.at,
    provider_kind: receipt.providerKind,
    provider_host: receipt.providerHost,
    model: receipt.model,
    prompt_version: receipt.promptVersion,
    demo: receipt.demo,
    comments_sent: receipt.commentsSent,
    sources_sent: receipt.sourcesSent,
    values_masked: receipt.valuesMasked,
    masked: receipt.masked,
    provider_calls: receipt.providerCalls,
    help_desk_calls: receipt.helpDeskCalls,
    input_tokens: receipt.inputTokens,
    cached_input_tokens: receipt.cachedInputTokens,
    output_tokens: receipt.outputTokens,
    reasoning_tokens: receipt.reasoningTokens,
    cost_nano_usd: receipt.costNanoUsd === null ? null : String(Math.round(receipt.costNanoUsd)),
    cost_quality: receipt.costQuality,
    outcome: receipt.outcome,
    duration_ms: receipt.durationMs,
  }));
  // One parameter for the whole batch: thousands of bind parameters a second showed in the profile.
  await sql`insert into app.receipt select * from jsonb_populate_recordset(null::app.receipt, ${JSON.stringify(rows)}::jsonb)`.execute(
    tx,
  );
}

/** The newest receipts of one ticket. */
export async function receiptsOfTicket(
  tx: ReadTransaction,
  ticketId: number,
  limit: number,
): Promise<Receipt[]> {
  const rows = await tx
    .selectFrom('app.receipt')
    .selectAll()
    .where('ticket_id', '=', String(ticketId))
    .orderBy('at', 'desc')
    .limit(limit)
    .execute();
  return rows.map(receiptOf);
}

export interface ReceiptFilter {
  /** Id of the last receipt of the page before. */
  readonly after?: string | undefined;
  readonly feature?: string | undefined;
  readonly model?: string | undefined;
  readonly outcome?: string | undefined;
}

/** A page of receipts, newest first: ids sort by the time they were made. */
export async function receiptsPage(
  tx: ReadTransaction,
  { after, feature, model, outcome }: ReceiptFilter,
  limit: number,
): Promise<Receipt[]> {
  let query = tx.selectFrom('app.receipt').selectAll();
  if (after !== undefined) query = query.where('id', '<', after);
  if (feature !== undefined) query = query.where('feature', '=', feature);
  if (model !== undefined) query = query.where('model', '=', model);
  if (outcome !== undefined) query = query.where('outcome', '=', outcome);
  return (await query.orderBy('id', 'desc').limit(limit).execute()).map(receiptOf);
}

const receiptOf = (row: Selectable<DatabaseSchema['app.receipt']>): Receipt => ({
  id: row.id,
  feature: row.feature,
  ticketId: row.ticket_id === null ? null : Number(row.ticket_id),
  at: new Date(row.at).toISOString(),
  providerKind: row.provider_kind,
  providerHost: row.provider_host,
  model: row.model,
  promptVersion: row.prompt_version,
  demo: row.demo,
  commentsSent: row.comments_sent,
  sourcesSent: row.sources_sent,
  valuesMasked: row.values_masked,
  masked: row.masked,
  providerCalls: row.provider_calls,
  helpDeskCalls: row.help_desk_calls,
  inputTokens: row.input_tokens,
  cachedInputTokens: row.cached_input_tokens,
  outputTokens: row.output_tokens,
  reasoningTokens: row.reasoning_tokens,
  costNanoUsd: row.cost_nano_usd === null ? null : Number(row.cost_nano_usd),
  costQuality: row.cost_quality as Receipt['costQuality'],
  outcome: row.outcome,
  durationMs: row.duration_ms,
});
