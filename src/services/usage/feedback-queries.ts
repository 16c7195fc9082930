import { sql } from 'kysely';
import type { AnswerFeedback, AnswerOutcome } from '../../contract/feedback.ts';
import type { WriteTransaction } from '../../ports/database.ts';

/** What one agent has said of one answer. */
export interface Said {
  readonly receiptId: string;
  readonly zendeskAgentId: number;
  readonly feedback: Omit<AnswerFeedback, 'receiptId'> | undefined;
  readonly outcome: Omit<AnswerOutcome, 'receiptId'> | undefined;
}

/** Notes it on the receipts of these agents, each receipt at most once in the list, and corrects the totals of their days by what that changes. Returns the ids of receipts that were found. */
export async function noteSaid(tx: WriteTransaction, said: readonly Said[]): Promise<ReadonlySet<string>> {
  const rows = said.map(({ receiptId, zendeskAgentId, feedback, outcome }) => ({
    id: receiptId,
    agent: zendeskAgentId,
    verdict: feedback?.verdict ?? null,
    reason: feedback?.reason ?? null,
    outcome: outcome?.outcome ?? null,
    share: outcome?.editDistanceShare ?? null,
  }));
  const query = sql<{ id: string }>`
    with said as (
      select * from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as one(id uuid, agent bigint, verdict text, reason text, outcome text, share smallint)
    ), before as (
      select receipt.subscription_id, receipt.id, (receipt.at at time zone 'UTC')::date as day, receipt.feature,
        receipt.provider_kind, receipt.model, receipt.prompt_version, receipt.zendesk_agent_id as agent, receipt.verdict, receipt.answer_outcome, receipt.edit_share
      from app.receipt join said on said.id = receipt.id and said.agent = receipt.zendesk_agent_id
      order by receipt.id for update of receipt
    ), after as (
      update app.receipt set
        verdict = coalesce(said.verdict, before.verdict),
        verdict_reason = case when said.verdict is null then receipt.verdict_reason else said.reason end,
        answer_outcome = coalesce(said.outcome, before.answer_outcome),
        edit_share = case when said.outcome is null then before.edit_share else said.share end
      from said join before on before.id = said.id and before.agent = said.agent
      where receipt.id = said.id
      returning receipt.id, receipt.verdict, receipt.answer_outcome, receipt.edit_share
    ), changed as (
      select before.*, after.verdict as new_verdict, after.answer_outcome as new_outcome, after.edit_share as new_share
      from before join after on after.id = before.id
    ), counted as (
      insert into app.usage_day as total (subscription_id, day, feature, provider_kind, model, prompt_version,
        verdicts_up, verdicts_down, answers_inserted, answers_edited, answers_discarded, edit_shares, edit_share_sum)
      select subscription_id, day, feature, provider_kind, model, prompt_version,
        count(*) filter (where new_verdict = 'up') - count(*) filter (where verdict = 'up'),
        count(*) filter (where new_verdict = 'down') - count(*) filter (where verdict = 'down'),
        count(*) filter (where new_outcome = 'inserted') - count(*) filter (where answer_outcome = 'inserted'),
        count(*) filter (where new_outcome = 'edited') - count(*) filter (where answer_outcome = 'edited'),
        count(*) filter (where new_outcome = 'discarded') - count(*) filter (where answer_outcome = 'discarded'),
        count(new_share) - count(edit_share),
        coalesce(sum(new_share), 0) - coalesce(sum(edit_share), 0)
      from changed group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
      on conflict on constraint usage_day_pkey do update set
        verdicts_up = total.verdicts_up + excluded.verdicts_up,
        verdicts_down = total.verdicts_down + excluded.verdicts_down,
        answers_inserted = total.answers_inserted + excluded.answers_inserted,
        answers_edited = total.answers_edited + excluded.answers_edited,
        answers_discarded = total.answers_discarded + excluded.answers_discarded,
        edit_shares = total.edit_shares + excluded.edit_shares,
        edit_share_sum = total.edit_share_sum + excluded.edit_share_sum
    )
    select id from after`;
  return new Set((await query.execute(tx)).rows.map(({ id }) => id));
}
