import { asProgram } from './as-program.ts';
import type { ScratchDatabase } from './database.ts';
import { insertStatement, type TenantTable, type TwoTenants } from './tenant-tables.ts';

type Whose = 'own' | 'other' | 'nobody';

interface IsolationCase {
  readonly title: string;
  readonly statement: string;
  /** Which subscription the program has entered. */
  readonly entered: 'own' | 'nobody';
  /** Rows reached, or `refused` for SQLSTATE 42501. */
  readonly expected: 0 | 1 | 'refused';
  readonly withoutTriggers: boolean;
  readonly before?: string;
}

/** Every command on rows of one's own, of another and while no subscription is entered: what must come of it follows from the grants. */
export function isolationCases(table: TenantTable, tenants: TwoTenants): readonly IsolationCase[] {
  const { name, key = 'subscription_id', columns } = table;
  const updatable = columns.find((column) => column.canUpdate && column.name !== key)?.name;
  const insertable = columns.filter((column) => column.canInsert && (column.needed || column.name === key));
  const mayInsert = insertable.some((column) => column.name === key);
  // What the program may not name itself, a trigger fills in.
  const withoutTriggers = columns.every((column) => !column.needed || column.canInsert);
  const situations: readonly { whose: Whose; entered: 'own' | 'nobody'; row: string }[] = [
    { whose: 'own', entered: 'own', row: tenants.own },
    { whose: 'other', entered: 'own', row: tenants.other },
    { whose: 'nobody', entered: 'nobody', row: tenants.own },
  ];
  const cases = situations.flatMap(({ whose, entered, row }): IsolationCase[] => {
    const reached = whose === 'own' ? 1 : 0;
    const made = (command: string, may: boolean, statement: string): IsolationCase => ({
      title: `${name}: ${command} ${whose}`,
      statement,
      entered,
      expected: may ? reached : 'refused',
      withoutTriggers: true,
    });
    return [
      made('select', table.canSelect, `select 1 from app.${name} where ${key} = '${row}'`),
      made(
        'update',
        updatable !== undefined,
        `update app.${name} set ${updatable ?? key} = ${updatable ?? key} where ${key} = '${row}' returning 1`,
      ),
      made('delete', table.canDelete, `delete from app.${name} where ${key} = '${row}' returning 1`),
      {
        title: `${name}: insert ${whose}`,
        statement: `${insertStatement(table, row, mayInsert ? insertable : undefined)} returning 1`,
        entered,
        expected: mayInsert && whose === 'own' ? 1 : 'refused',
        withoutTriggers: withoutTriggers || !mayInsert,
        before: `delete from app.${name} where ${key} = '${row}'`,
      },
    ];
  });
  const giveAway = `update app.${name} set ${key} = '${tenants.other}' where ${key} = '${tenants.own}' returning 1`;
  return [
    ...cases,
    {
      title: `${name}: give away`,
      statement: giveAway,
      entered: 'own',
      expected: 'refused',
      withoutTriggers: true,
    },
  ];
}

/** The cases that do not end as they must; empty when the subscriptions are apart. */
export async function isolationFindings(
  scratch: ScratchDatabase,
  tenants: TwoTenants,
  tables: readonly TenantTable[],
): Promise<readonly string[]> {
  const findings: string[] = [];
  for (const table of tables) {
    for (const { title, statement, entered, expected, withoutTriggers, before } of isolationCases(
      table,
      tenants,
    )) {
      const seen = await asProgram(
        scratch,
        entered === 'own' ? tenants.own : undefined,
        async () => (await scratch.query(statement)).length,
        { withoutTriggers, ...(before !== undefined && { before }) },
      ).catch((error: unknown) => {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'no code';
        return code === '42501' ? 'refused' : `failed with ${code}`;
      });
      if (seen !== expected) findings.push(`${title}: ${String(seen)} instead of ${String(expected)}`);
    }
  }
  return findings;
}
