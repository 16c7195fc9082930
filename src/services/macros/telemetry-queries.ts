import { sql } from 'kysely';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

export const macroEventCodes = { shown: 1, applied: 2 } as const;

/** A macro was shown for a ticket, or applied. Numbers only. */
export interface MacroEvent {
  readonly ticketId: number;
  readonly macroId: number;
  readonly rankShown: number;
  readonly totalShown: number;
  readonly event: keyof typeof macroEventCodes;
}

/** A look at a ticket's list; 0 is no group. */
export interface MacroLook {
  readonly groupId: number;
  readonly missed: boolean;
}

/** Showings and applications of a macro at one place of the list. */
export interface MacroCount {
  readonly macroId: number;
  /** From 1. */
  readonly rank: number;
  readonly shown: number;
  readonly applied: number;
}

/** Stores events of macros that are stored; what was stored in the same quarter of an hour is not stored again. */
export async function insertMacroEvents(
  tx: WriteTransaction,
  subscriptionId: string,
  events: readonly MacroEvent[],
): Promise<void> {
  if (events.length === 0) return;
  const rows = events.map((one) => ({
    macro_id: one.macroId,
    ticket_id: one.ticketId,
    event: macroEventCodes[one.event],
    rank_shown: one.rankShown,
    total_shown: one.totalShown,
  }));
  await sql`
    insert into app.macro_event (subscription_id, macro_id, ticket_id, event, rank_shown, total_shown, at)
    select ${subscriptionId}::uuid, one.macro_id, one.ticket_id, one.event, one.rank_shown, one.total_shown,
      date_bin('15 minutes', app.now(), timestamptz '2000-01-01 00:00:00Z')
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
      as one(macro_id bigint, ticket_id bigint, event smallint, rank_shown smallint, total_shown smallint)
    where exists (select from app.macro where macro.id = one.macro_id)
    on conflict do nothing`.execute(tx);
}

/** Adds looks to the counts of the day. */
export async function addMacroLooks(
  tx: WriteTransaction,
  subscriptionId: string,
  looks: readonly MacroLook[],
): Promise<void> {
  const rows = looks.map(({ groupId, missed }) => ({ group_id: groupId, missed: missed ? 1 : 0 }));
  await sql`
    insert into app.macro_gap as gap (subscription_id, day, group_id, looks, misses)
    select ${subscriptionId}::uuid, (app.now() at time zone 'UTC')::date, one.group_id, count(*), sum(one.missed)
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as one(group_id bigint, missed integer)
    group by one.group_id order by one.group_id
    on conflict on constraint macro_gap_pkey
      do update set looks = gap.looks + excluded.looks, misses = gap.misses + excluded.misses`.execute(tx);
}

/** Counts of the last `days` by macro and place. */
export async function countMacroEvents(tx: ReadTransaction, days: number): Promise<readonly MacroCount[]> {
  const query = sql<{ macro_id: string; rank: number; shown: string; applied: string }>`
    select macro_id, rank_shown as rank, count(*) filter (where event = 1) as shown,
      count(*) filter (where event = 2) as applied
    from app.macro_event where at > app.now() - make_interval(days => ${days})
    group by macro_id, rank_shown`;
  return (await query.execute(tx)).rows.map((row) => ({
    macroId: Number(row.macro_id),
    rank: row.rank,
    shown: Number(row.shown),
    applied: Number(row.applied),
  }));
}

/** Looks and misses of the last `days` by group; 0 is no group. */
export async function countMacroLooks(
  tx: ReadTransaction,
  days: number,
): Promise<readonly { readonly groupId: number; readonly looks: number; readonly misses: number }[]> {
  const query = sql<{ group_id: string; looks: string; misses: string }>`
    select group_id, sum(looks) as looks, sum(misses) as misses from app.macro_gap
    where day > (app.now() at time zone 'UTC')::date - ${days}::integer
    group by group_id order by sum(misses) desc, group_id`;
  return (await query.execute(tx)).rows.map((row) => ({
    groupId: Number(row.group_id),
    looks: Number(row.looks),
    misses: Number(row.misses),
  }));
}
