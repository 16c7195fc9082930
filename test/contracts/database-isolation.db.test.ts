import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bootFindings } from '../../src/adapters/sql/boot-checks.ts';
import { engines, type ScratchDatabase } from '../support/database.ts';
import {
  asProgram,
  isolationFindings,
  seedTwoTenants,
  tenantTables,
  type TwoTenants,
} from '../support/isolation-check.ts';

for (const { name, available, openScratch } of engines) {
  describe.skipIf(!available)(`row-level security on ${name}`, () => {
    let scratch: ScratchDatabase;
    let tenants: TwoTenants;

    beforeAll(async () => {
      scratch = await openScratch();
      tenants = await seedTwoTenants(scratch);
    });
    afterAll(() => scratch?.close());

    const bootCheck = () => asProgram(scratch, undefined, () => bootFindings((text) => scratch.query(text)));

    test('no table shows or takes a row of another subscription', async () => {
      expect(await tenantTables(scratch)).toHaveLength(9);
      expect(await isolationFindings(scratch, tenants)).toEqual([]);
      expect(await bootCheck()).toEqual([]);
    });

    test('every policy of the program asks for the tenant once a query', async () => {
      const policies = await scratch.query(`select tablename::text, cmd, qual, with_check from pg_policies
      where schemaname = 'app' and 'app_rw' = any (roles)`);
      expect(policies).toHaveLength(9);
      for (const policy of policies) {
        expect(policy['qual']).toMatch(/= \( SELECT app\.subscription\(\) AS subscription\)/);
        expect(policy['with_check']).toBe(policy['qual']);
      }
    });

    test('the program may do what it needs and no more', async () => {
      const rows =
        await scratch.query(`select table_name::text as name, string_agg(privilege_type::text, ' ' order by privilege_type) as rights
      from information_schema.role_table_grants where grantee = 'app_rw' and table_schema = 'app' group by 1 order by 1`);
      const all = 'DELETE INSERT SELECT UPDATE';
      expect(Object.fromEntries(rows.map((row) => [row['name'], row['rights']]))).toEqual({
        audit_event: 'SELECT',
        audit_head: 'SELECT',
        subscription: 'SELECT',
        feature_setting: all,
        job_outbox: all,
        provider_connection: all,
        receipt: all,
        sidebar_installation: all,
        zendesk_connection: all,
      });
      const columns =
        await scratch.query(`select column_name::text as name from information_schema.role_column_grants
      where grantee = 'app_rw' and table_name = 'audit_event' and privilege_type = 'INSERT'`);
      expect(columns.map((row) => row['name'])).not.toContain('hash');
      const owned = await scratch.query(`select relname from pg_class where relowner = 'app_rw'::regrole`);
      expect(owned).toEqual([]);
    });

    test('every function pins its search path, and none can be called by everyone', async () => {
      const loose =
        await scratch.query(`select proname::text from pg_proc where pronamespace = 'app'::regnamespace
      and (proconfig is null or not proconfig @> array['search_path=""'] or proacl is null
        or exists (select from aclexplode(proacl) where grantee = 0))`);
      expect(loose).toEqual([]);
      const definers =
        await scratch.query(`select proname::text as name, proowner::regrole::text as owner from pg_proc
      where pronamespace = 'app'::regnamespace and prosecdef order by 1`);
      expect(Object.fromEntries(definers.map((row) => [row['name'], row['owner']]))).toEqual({
        create_subscription: 'app_lookup',
        enter: 'app_owner',
        installation_by_audience: 'app_lookup',
        link_audit_event: 'app_audit',
        purge_jobs: 'app_maint',
        subscription_id_by_name: 'app_lookup',
        subscription_ids: 'app_lookup',
        subscriptions_with_due_jobs: 'app_lookup',
      });
    });

    test('foreign keys name the tenant and unique keys start with it', async () => {
      const keys =
        await scratch.query(`select class.relname::text || '.' || index.indexrelid::regclass::text as name,
        (select attname::text from pg_attribute where attrelid = class.oid and attnum = index.indkey[0]) as first
      from pg_index index join pg_class class on class.oid = index.indrelid
      where class.relnamespace = 'app'::regnamespace and index.indisunique`);
      const others = keys.filter((key) => key['first'] !== 'subscription_id').map((key) => key['name']);
      expect(new Set(others)).toEqual(
        new Set([
          'sidebar_installation.app.sidebar_installation_audience',
          'subscription.app.subscription_name_key',
          'subscription.app.subscription_pkey',
        ]),
      );
      const references = await scratch.query(`select conname::text from pg_constraint where contype = 'f'
      and connamespace = 'app'::regnamespace and not (select attnum from pg_attribute
        where attrelid = conrelid and attname = 'subscription_id') = any (conkey)`);
      expect(references).toEqual([]);
    });

    test('each broken protection is noticed', async () => {
      const survivors: string[] = [];
      for (const [table, key] of await tenantTables(scratch)) {
        const tenant = `${key} = (select app.subscription())`;
        const mutants = [
          `drop policy tenant on app.${table}`,
          `alter policy tenant on app.${table} using (true)`,
          `alter policy tenant on app.${table} using (true) with check (true)`,
          `alter table app.${table} disable row level security`,
          `alter table app.${table} no force row level security`,
          `drop policy tenant on app.${table}; create policy tenant on app.${table} for select to app_rw using (${tenant})`,
        ];
        for (const mutant of mutants) {
          const undo = `drop policy if exists tenant on app.${table};
          create policy tenant on app.${table} for all to app_rw${table === 'audit_head' ? ', app_audit' : ''}
            using (${tenant}) with check (${tenant});
          alter table app.${table} enable row level security; alter table app.${table} force row level security`;
          await scratch.execute(mutant);
          // These two let no foreign row through by themselves; the catalogue check is what sees them.
          const isHarmless = mutant.includes('no force') || mutant.includes('for select');
          const findings = isHarmless ? await bootCheck() : await isolationFindings(scratch, tenants, table);
          if (findings.length === 0) survivors.push(mutant);
          await scratch.execute(undo);
        }
      }
      expect(survivors).toEqual([]);
      expect(await isolationFindings(scratch, tenants)).toEqual([]);
    });

    test('the audit chain can be recomputed and shows every kind of tampering', async () => {
      const event = (action: string) => `insert into app.audit_event
      (subscription_id, actor_kind, actor_id, action, outcome, request_id, permission, facts)
      values ('${tenants.own}', 'system', 'é"\\', '${action}', 'ok', 'r', 'p', '{"b": 1, "a": [true, null]}')`;
      await asProgram(
        scratch,
        tenants.own,
        async () => {
          for (const action of ['a.one', 'a.two', 'a.three']) await scratch.execute(event(action));
        },
        'commit',
      );
      const breaks = async () =>
        (
          await asProgram(scratch, tenants.own, () =>
            scratch.query('select sequence, reason from app.audit_breaks()'),
          )
        ).map((row) => `${String(row['sequence'])} ${String(row['reason'])}`);
      expect(await breaks()).toEqual([]);
      await recompute(scratch, tenants.own);

      const tampering: readonly [string, readonly string[]][] = [
        [
          `update app.audit_event set action = 'a.other' where sequence = 2 and subscription_id = '${tenants.own}'`,
          ['2 changed'],
        ],
        [
          `delete from app.audit_event where sequence = 2 and subscription_id = '${tenants.own}'`,
          ['3 gap before', '3 not linked'],
        ],
        [
          `delete from app.audit_event where sequence = 4 and subscription_id = '${tenants.own}'`,
          ['4 end missing'],
        ],
      ];
      for (const [statement, expected] of tampering) {
        await scratch.execute('create table public.kept as select * from app.audit_event');
        await scratch.execute(statement);
        expect(await breaks(), statement).toEqual(expected);
        await scratch.execute(`alter table app.audit_event disable trigger user; delete from app.audit_event;
        insert into app.audit_event select * from public.kept; alter table app.audit_event enable trigger user; drop table public.kept`);
      }
      expect(await breaks()).toEqual([]);
    });
  });
}

// The chain must not depend on SQL alone: an auditor recomputes it from an export.
async function recompute(scratch: ScratchDatabase, subscriptionId: string): Promise<void> {
  const events = await scratch.query(
    `select *, facts::text as facts_text, to_char(at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at_text
     from app.audit_event where subscription_id = $1::uuid order by sequence`,
    [subscriptionId],
  );
  expect(events.length).toBeGreaterThanOrEqual(4);
  let previous = '';
  for (const event of events) {
    const fields = [
      'at_text',
      'actor_kind',
      'actor_id',
      'action',
      'target',
      'outcome',
      'request_id',
      'permission',
      'facts_text',
    ];
    const values = [
      previous,
      subscriptionId,
      String(event['sequence']),
      ...fields.map((field) => event[field]),
    ];
    const text = `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
    previous = createHash('sha256').update(text).digest('hex');
    expect(event['hash']).toBe(previous);
  }
}
