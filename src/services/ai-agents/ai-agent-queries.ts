import { sql } from 'kysely';
import type { AiAgentDay, AiAgentLine, AiAgentStatus } from '../../contract/ai-agents.ts';
import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';

/** How many versions of an AI agent's settings are kept; the published one always is. */
export const versionsKept = 50;

const lines = (tx: ReadTransaction) =>
  tx
    .selectFrom('app.ai_agent as agent')
    .select([
      'agent.id',
      'agent.name',
      'agent.status',
      'agent.published_version as publishedVersion',
      'agent.widget_key as widgetKey',
      'agent.created_at as createdAt',
      'agent.updated_at as updatedAt',
    ])
    .select(sql<boolean>`agent.identity_secret is not null`.as('hasIdentitySecret'))
    .select(
      sql<number>`(select max(version) from app.ai_agent_version one where one.ai_agent_id = agent.id)`.as(
        'newestVersion',
      ),
    );

type LineRow = Awaited<ReturnType<ReturnType<typeof lines>['execute']>>[number];

const lineOf = (row: LineRow): AiAgentLine => ({
  ...row,
  createdAt: row.createdAt.toISOString(),
  updatedAt: row.updatedAt.toISOString(),
});

/** Every AI agent of the entered subscription, oldest first. */
export const readAiAgentLines = async (tx: ReadTransaction): Promise<AiAgentLine[]> =>
  (await lines(tx).orderBy('agent.created_at').orderBy('agent.id').execute()).map(lineOf);

export async function readAiAgentLine(tx: ReadTransaction, id: string): Promise<AiAgentLine | undefined> {
  const row = await lines(tx).where('agent.id', '=', id).executeTakeFirst();
  return row && lineOf(row);
}

export const countAiAgents = async (tx: ReadTransaction): Promise<number> => {
  const row = await tx
    .selectFrom('app.ai_agent')
    .select((select) => select.fn.countAll<string>().as('count'))
    .executeTakeFirst();
  return Number(row?.count ?? 0);
};

export async function insertAiAgent(
  tx: WriteTransaction,
  row: {
    readonly subscriptionId: string;
    readonly id: string;
    readonly name: string;
    readonly widgetKey: string;
    readonly now: Date;
  },
): Promise<void> {
  await tx
    .insertInto('app.ai_agent')
    .values({
      subscription_id: row.subscriptionId,
      id: row.id,
      name: row.name,
      status: 'draft',
      widget_key: row.widgetKey,
      created_at: row.now,
      updated_at: row.now,
    })
    .execute();
}

export interface NewVersion {
  readonly subscriptionId: string;
  readonly aiAgentId: string;
  readonly version: number;
  /** Sealed. */
  readonly settings: string;
  readonly accountId: string | null;
  readonly now: Date;
}

/** Keeps a version and lets those go that are too many. */
export async function insertVersion(tx: WriteTransaction, row: NewVersion): Promise<void> {
  await tx
    .insertInto('app.ai_agent_version')
    .values({
      subscription_id: row.subscriptionId,
      ai_agent_id: row.aiAgentId,
      version: row.version,
      settings: row.settings,
      created_at: row.now,
      account_id: row.accountId,
    })
    .execute();
  await sql`
    delete from app.ai_agent_version old using app.ai_agent agent
    where agent.id = ${row.aiAgentId} and old.ai_agent_id = agent.id and old.version <= ${row.version - versionsKept}
      and old.version is distinct from agent.published_version`.execute(tx);
}

/** The newest version's number; locks the AI agent against others who save, publish or delete. Undefined when there is none. */
export async function lockNewestVersion(tx: WriteTransaction, id: string): Promise<number | undefined> {
  const { rows } = await sql<{ newest: number }>`
    select (select max(version) from app.ai_agent_version one where one.ai_agent_id = agent.id) as newest
    from app.ai_agent agent where agent.id = ${id} for no key update of agent`.execute(tx);
  return rows[0]?.newest;
}

export const readVersions = (tx: ReadTransaction, id: string) =>
  tx
    .selectFrom('app.ai_agent_version')
    .select(['version', 'created_at as createdAt', 'account_id as accountId'])
    .where('ai_agent_id', '=', id)
    .orderBy('version', 'desc')
    .execute();

/** The sealed settings of a version. */
export async function readVersion(
  tx: ReadTransaction,
  id: string,
  version: number,
): Promise<string | undefined> {
  const row = await tx
    .selectFrom('app.ai_agent_version')
    .select('settings')
    .where('ai_agent_id', '=', id)
    .where('version', '=', version)
    .executeTakeFirst();
  return row?.settings;
}

/** False when there is no such AI agent. */
export async function updateAiAgent(
  tx: WriteTransaction,
  id: string,
  change: {
    readonly name?: string;
    readonly status?: AiAgentStatus;
    readonly published_version?: number;
    /** Sealed; null: none. */
    readonly identity_secret?: string | null;
    readonly updated_at: Date;
  },
): Promise<boolean> {
  const changed = await tx.updateTable('app.ai_agent').set(change).where('id', '=', id).executeTakeFirst();
  return changed.numUpdatedRows === 1n;
}

/** Versions, counters and knowledge go with it by their foreign keys. */
export async function deleteAiAgentRow(tx: WriteTransaction, id: string): Promise<boolean> {
  const gone = await tx.deleteFrom('app.ai_agent').where('id', '=', id).executeTakeFirst();
  return gone.numDeletedRows === 1n;
}

const daysShown = 90;

/** The newest days of an AI agent, newest first. */
export async function readDays(tx: ReadTransaction, id: string): Promise<AiAgentDay[]> {
  const { rows } = await sql<Record<keyof AiAgentDay, string>>`
    select to_char(day, 'YYYY-MM-DD') as day, conversations, turns, unanswered, hand_offs as "handOffs",
      verdicts_up as "verdictsUp", verdicts_down as "verdictsDown", input_tokens as "inputTokens",
      output_tokens as "outputTokens", cost_nano_usd as "costNanoUsd", unpriced_turns as "unpricedTurns"
    from app.ai_agent_day where ai_agent_id = ${id} order by day desc limit ${daysShown}`.execute(tx);
  return rows.map(({ day, ...counts }) => ({
    day,
    ...(Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, Number(count)])) as Omit<
      AiAgentDay,
      'day'
    >),
  }));
}
