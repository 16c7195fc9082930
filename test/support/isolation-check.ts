import { randomUUID } from 'node:crypto';
import type { ScratchDatabase } from './database.ts';

/** Two subscriptions with one row in every table of schema `app`. */
export interface TwoTenants {
  readonly own: string;
  readonly other: string;
}

const seeds = (id: string): readonly string[] => [
  `insert into app.zendesk_connection (subscription_id, subdomain, client_id, client_secret, scopes, status)
    values ('${id}', 'acme', 'id', 'v1.k.x', 'read', 'connected')`,
  `insert into app.sidebar_installation (subscription_id, audience, issuer, public_key_pem) values ('${id}', 'aud-${id}', 'iss', 'pem')`,
  `insert into app.provider_connection (subscription_id, kind, label, model, api_key, key_last_four)
    values ('${id}', 'openai', 'Main', 'm', 'v1.k.x', 'abcd')`,
  `insert into app.feature_setting (subscription_id, feature, enabled) values ('${id}', 'summary', true)`,
  `insert into app.receipt (subscription_id, feature, provider_kind, provider_host, model, demo, comments_sent, sources_sent,
    values_masked, provider_calls, help_desk_calls, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
    cost_quality, outcome, duration_ms)
    values ('${id}', 'summary', 'openai', 'host', 'm', false, 1, 0, 0, 1, 1, 10, 0, 5, 0, 'unknown', 'ok', 12)`,
  `insert into app.job_outbox (subscription_id, name, ids) values ('${id}', 'provider.check-key', '{}')`,
  `insert into app.audit_event (subscription_id, actor_kind, actor_id, action, outcome, request_id, permission, facts)
    values ('${id}', 'system', 'test', 'test.ran', 'ok', 'r', 'p', '{}')`,
];

/** Runs statements as the program does: logged in as app_rw, in one subscription; rolled back unless told to keep. */
export async function asProgram<T>(
  scratch: ScratchDatabase,
  subscriptionId: string | undefined,
  work: () => Promise<T>,
  end: 'commit' | 'rollback' = 'rollback',
): Promise<T> {
  await scratch.execute('begin; set local session authorization app_rw');
  // The end of the transaction does not give the superuser back on PGlite.
  const leave = (how: string) => scratch.execute(`${how}; set session authorization postgres`);
  try {
    if (subscriptionId !== undefined) await scratch.query('select app.enter($1::uuid)', [subscriptionId]);
    const result = await work();
    await leave(end);
    return result;
  } catch (error) {
    await leave('rollback');
    throw error;
  }
}

/** Makes two subscriptions and a row of each in every table. */
export async function seedTwoTenants(scratch: ScratchDatabase): Promise<TwoTenants> {
  const tenants = { own: randomUUID(), other: randomUUID() };
  for (const id of [tenants.own, tenants.other]) {
    await asProgram(
      scratch,
      undefined,
      () => scratch.query(`select app.create_subscription('${id}', '${id}', 'team')`),
      'commit',
    );
    const seedAll = async () => {
      for (const seed of seeds(id)) await scratch.execute(seed);
    };
    await asProgram(scratch, id, seedAll, 'commit');
  }
  return tenants;
}

/** Every way found to see, change, remove or plant a row of the other subscription; and rows of one's own that are hidden. */
export async function isolationFindings(
  scratch: ScratchDatabase,
  { own, other }: TwoTenants,
  only?: string,
): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const [table, key] of await tenantTables(scratch)) {
    if (only !== undefined && only !== table) continue;
    const count = async (tenant: string) =>
      Number(
        (
          await scratch.query(`select count(*) as n from app.${table} where ${key} = $1::uuid`, [tenant])
        )[0]?.['n'],
      );
    const seen = await asProgram(scratch, own, async () => [await count(own), await count(other)]);
    if (seen[0] !== 1) findings.push(`${table}: own row is not seen`);
    if (seen[1] !== 0) findings.push(`${table}: other's row is seen`);
    const unentered = await asProgram(scratch, undefined, () => count(own));
    if (unentered !== 0) findings.push(`${table}: rows are seen without a subscription`);
    for (const statement of [
      `update app.${table} set ${key} = ${key} where ${key} = '${other}' returning 1`,
      `delete from app.${table} where ${key} = '${other}' returning 1`,
      `update app.${table} set ${key} = '${other}' where ${key} = '${own}' returning 1`,
      plantStatement(table, key, own, other),
    ]) {
      const changed = await asProgram(scratch, own, () => scratch.query(statement)).catch(
        (error: unknown) => {
          const code = error instanceof Error && 'code' in error ? error.code : undefined;
          if (code !== '42501')
            findings.push(`${table}: ${statement.slice(0, 6)} failed with ${String(code)}, not 42501`);
          return [];
        },
      );
      if (changed.length > 0) findings.push(`${table}: ${statement.slice(0, 6)} reached the other's rows`);
    }
  }
  return findings;
}

/** Every table of the schema and the column that names its subscription. */
export async function tenantTables(
  scratch: ScratchDatabase,
): Promise<readonly (readonly [table: string, key: string])[]> {
  const rows = await scratch.query(`select relname::text as name from pg_class
    where relnamespace = 'app'::regnamespace and relkind in ('r', 'p') order by 1`);
  return rows.map(
    (row) => [String(row['name']), row['name'] === 'subscription' ? 'id' : 'subscription_id'] as const,
  );
}

// The trigger of the audit log sets four columns itself, and the program may not name them.
function plantStatement(table: string, key: string, own: string, other: string): string {
  if (table === 'audit_event') return `${seeds(other).at(-1) ?? ''} returning 1`;
  return `insert into app.${table} select (jsonb_populate_record(original,
    jsonb_build_object('${key}', '${other}')${table === 'subscription' || table.endsWith('head') ? '' : ` || '{"id":"${randomUUID()}"}'`})).*
    from app.${table} original where ${key} = '${own}' returning 1`;
}
