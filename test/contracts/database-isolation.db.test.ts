import { setTimeout } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { bootFindings } from '../../src/adapters/sql/boot-checks.ts';
import { asProgram } from '../support/as-program.ts';
import { engines, type ScratchDatabase } from '../support/database.ts';
import { isolationCases, isolationFindings } from '../support/isolation-cases.ts';
import { seedTwoTenants, tenantTables, type TenantTable, type TwoTenants } from '../support/tenant-tables.ts';

for (const { name, available, openScratch } of engines) {
  describe.skipIf(!available)(`row-level security on ${name}`, () => {
    let scratch: ScratchDatabase;
    let tables: readonly TenantTable[];
    let tenants: TwoTenants;

    beforeAll(async () => {
      scratch = await openScratch();
      tables = await tenantTables(scratch);
      tenants = await seedTwoTenants(scratch, tables);
    });
    afterAll(() => scratch?.close());

    const limits = `set local statement_timeout = '5s'; set local lock_timeout = '1s';
      set local idle_in_transaction_session_timeout = '10s'`;
    const bootCheck = () =>
      asProgram(
        scratch,
        undefined,
        () => bootFindings(name === 'pglite' ? name : 'postgres', (text) => scratch.query(text)),
        {
          before: limits,
        },
      );

    it('S61: every table names its subscription and is shut off by enabled, forced and complete policies', async () => {
      expect(tables.length).toBeGreaterThanOrEqual(9);
      expect(tables.filter(({ key }) => key === undefined).map((table) => table.name)).toEqual([]);
      expect(await bootCheck()).toEqual([]);
      await scratch.execute('create table app.open (x int)');
      expect(await bootCheck()).toEqual(['table open is not shut off by row-level security']);
      expect((await tenantTables(scratch)).filter(({ key }) => key === undefined)).toHaveLength(1);
      await scratch.execute('drop table app.open');
    });

    it('S62: only a session of app_rw enters a subscription, and only as its transaction begins', async () => {
      const enter = `select app.enter('${tenants.own}')`;
      const refused = { code: '42501' };
      await expect(scratch.execute(`begin; ${enter}; commit`)).rejects.toMatchObject(refused);
      await scratch.execute('rollback');
      const late = asProgram(scratch, undefined, async () => {
        await setTimeout(2);
        await scratch.execute(enter);
      });
      await expect(late).rejects.toMatchObject(refused);
    });

    it('S63: a subscription set without app.enter, or kept for later, enters nothing', async () => {
      const seen = (settings: readonly string[]) =>
        asProgram(scratch, undefined, async () => {
          for (const setting of settings)
            await scratch.execute(`set local app.subscription_id = '${setting}'`);
          return (await scratch.query('select app.subscription() as id'))[0]?.['id'];
        });
      const sealed = await asProgram(scratch, tenants.own, async () => {
        const rows = await scratch.query(
          `select app.subscription() as id, current_setting('app.subscription_id') as setting`,
        );
        expect(rows[0]?.['id']).toBe(tenants.own);
        return String(rows[0]?.['setting']);
      });
      for (const setting of [tenants.own, sealed, sealed.replace(tenants.own, tenants.other), 'x', ''])
        expect(await seen([setting]), setting).toBeNull();
      // Often, because the clock of the embedded engine can stand still for a whole transaction.
      for (let round = 0; round < 50; round += 1) {
        const reentered = asProgram(scratch, tenants.own, async () => {
          await scratch.execute(`set local app.subscription_id = ''`);
          await scratch.execute(`select app.enter('${tenants.other}')`);
        });
        await expect(reentered).rejects.toMatchObject({ code: '42501' });
      }
    });

    it('S70: every policy of the program asks for the subscription once a query', async () => {
      const policies =
        await scratch.query(`select tablename::text as table_name, qual, with_check from pg_policies
        where schemaname = 'app' and (qual || coalesce(with_check, '') ~ 'subscription\\(\\)' or 'app_rw' = any (roles))`);
      expect(policies.length).toBeGreaterThanOrEqual(tables.length);
      for (const policy of policies) {
        expect(policy['qual'], String(policy['table_name'])).toMatch(
          /= \( SELECT app\.subscription\(\) AS subscription\)/,
        );
        expect(policy['with_check']).toBe(policy['qual']);
      }
      const volatile = await scratch.query(
        `select provolatile from pg_proc where oid = 'app.subscription()'::regprocedure`,
      );
      expect(volatile).toEqual([{ provolatile: 's' }]);
    });

    it('S74: each command on each table reaches rows of one’s own, none of another and none before entering', async () => {
      const cases = tables.flatMap((table) => isolationCases(table, tenants));
      expect(cases).toHaveLength(tables.length * 13);
      expect(await isolationFindings(scratch, tenants, tables)).toEqual([]);
    });

    it('S73: each broken protection of each table is noticed', async () => {
      const survivors: string[] = [];
      let killed = 0;
      for (const table of tables) {
        const on = `app.${table.name}`;
        const tenant = `${table.key ?? ''} = (select app.subscription())`;
        const undo = await policiesOf(scratch, table.name);
        const mutants: readonly (readonly [statement: string, opens: boolean])[] = [
          [`drop policy tenant on ${on}`, true],
          [`alter policy tenant on ${on} using (true)`, true],
          [`alter policy tenant on ${on} with check (true)`, false],
          [`alter policy tenant on ${on} using (true) with check (true)`, true],
          [`alter policy tenant on ${on} using (${tenant} or true)`, true],
          [`create policy loose on ${on} for select to public using (true)`, true],
          [`alter table ${on} disable row level security`, true],
          [`alter table ${on} no force row level security`, false],
          [
            `drop policy tenant on ${on}; create policy tenant on ${on} for select to app_rw using (${tenant})`,
            false,
          ],
        ];
        for (const [mutant, opens] of mutants) {
          await scratch.execute(mutant);
          if ((await bootCheck()).length === 0) survivors.push(`boot: ${mutant}`);
          // The others let nothing through by themselves; the check at the start sees them all the same.
          if (opens && (await isolationFindings(scratch, tenants, [table])).length === 0)
            survivors.push(`cases: ${mutant}`);
          killed += 1;
          await scratch.execute(undo);
        }
      }
      expect(survivors).toEqual([]);
      expect(killed).toBe(tables.length * 9);
      expect(await isolationFindings(scratch, tenants, tables)).toEqual([]);
      expect(await bootCheck()).toEqual([]);
    }, 240_000);
  });
}

/** Statements that make the policies and switches of a table what they are now. */
async function policiesOf(scratch: ScratchDatabase, table: string): Promise<string> {
  const policies = await scratch.query(
    `select policyname::text as name, cmd, roles::text[] as roles, qual, with_check, permissive
     from pg_policies where schemaname = 'app' and tablename = $1`,
    [table],
  );
  const statements = policies.map((policy) => {
    const using = policy['qual'] === null ? '' : `using (${String(policy['qual'])})`;
    const check = policy['with_check'] === null ? '' : `with check (${String(policy['with_check'])})`;
    return `create policy ${String(policy['name'])} on app.${table} as ${String(policy['permissive'])}
      for ${String(policy['cmd'])} to ${(policy['roles'] as string[]).join(', ')} ${using} ${check}`;
  });
  const drops = [...policies.map((policy) => String(policy['name'])), 'loose'].map(
    (policy) => `drop policy if exists ${policy} on app.${table}`,
  );
  return [
    ...drops,
    ...statements,
    `alter table app.${table} enable row level security`,
    `alter table app.${table} force row level security`,
  ].join(';\n');
}
