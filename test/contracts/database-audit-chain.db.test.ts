import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { asProgram } from '../support/as-program.ts';
import { engines, type ScratchDatabase } from '../support/database.ts';

const hashedColumns = [
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

for (const { name, available, openScratch } of engines) {
  describe.skipIf(!available)(`the audit chain on ${name}`, () => {
    let scratch: ScratchDatabase;
    const own = randomUUID();

    beforeAll(async () => {
      scratch = await openScratch();
      const create = () => scratch.query(`select app.create_subscription('${own}', 'audited', 'team')`);
      await asProgram(scratch, undefined, create, { end: 'commit' });
    });
    afterAll(() => scratch?.close());

    it('can be recomputed elsewhere and shows every kind of tampering', async () => {
      const event = (action: string) => `insert into app.audit_event
        (subscription_id, actor_kind, actor_id, action, outcome, request_id, permission, facts)
        values ('${own}', 'system', 'é"\\', '${action}', 'ok', 'r', 'p', '{"b": 1, "a": [true, null]}')`;
      const append = async () => {
        for (const action of ['a.one', 'a.two', 'a.three', 'a.four']) await scratch.execute(event(action));
      };
      await asProgram(scratch, own, append, { end: 'commit' });
      const breaks = async () => {
        const rows = await asProgram(scratch, own, () =>
          scratch.query('select sequence, reason from app.audit_breaks()'),
        );
        return rows.map((row) => `${String(row['sequence'])} ${String(row['reason'])}`);
      };
      expect(await breaks()).toEqual([]);
      await recompute(scratch, own);

      const only = (sequence: number) => `where sequence = ${sequence} and subscription_id = '${own}'`;
      const tampering: readonly [string, readonly string[]][] = [
        [`update app.audit_event set action = 'a.other' ${only(2)}`, ['2 changed']],
        [`delete from app.audit_event ${only(2)}`, ['3 gap before', '3 not linked']],
        [`delete from app.audit_event ${only(4)}`, ['4 end missing']],
      ];
      for (const [statement, expected] of tampering) {
        await scratch.execute('create table public.kept as select * from app.audit_event');
        await scratch.execute(statement);
        expect(await breaks(), statement).toEqual(expected);
        await scratch.execute(`alter table app.audit_event disable trigger user; delete from app.audit_event;
          insert into app.audit_event select * from public.kept;
          alter table app.audit_event enable trigger user; drop table public.kept`);
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
  expect(events).toHaveLength(4);
  let previous = '';
  for (const event of events) {
    const values = [
      previous,
      subscriptionId,
      String(event['sequence']),
      ...hashedColumns.map((column) => event[column]),
    ];
    const text = `[${values.map((value) => JSON.stringify(value)).join(', ')}]`;
    previous = createHash('sha256').update(text).digest('hex');
    expect(event['hash']).toBe(previous);
  }
}
