import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { newSubscription, testDecision, type TestCall } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { recordQueries, type RecordedQuery } from '../support/recorded-queries.ts';

const payloads = [
  `' or '1'='1`,
  `'; drop table app.subscription; --`,
  `"; delete from app.feature_setting; --`,
  `') union select id::text from app.subscription --`,
  `1; select pg_sleep(30)`,
  `$1`,
  `\\'; select set_config('app.subscription_id', '', true); --`,
  `{"a": "' || (select current_user) || '"}`,
  `%' escape '\\`,
  `00000000-0000-7000-8000-000000000001`,
  `\u0000' or true --`,
  `ʼ or 1=1 --`,
];
// Quoted names stand for columns, and a quote inside them is doubled.
const withoutNames = (text: string) => text.replaceAll(/"(?:[^"]|"")*"/g, '""');
// A statement taken apart by its values would fail to parse, name what is not there, or take long.
const takenApart = /^(?:42601|42P01|42703|42883|42P02)$/;

describe('S69: what is sent to the database', () => {
  it('S69: the text of every query is the same whatever its values are', async () => {
    const plain = await recordQueries('plain');
    expect(plain.queries.length).toBeGreaterThan(100);
    const functions = new Set(plain.queries.map(({ origin }) => origin)).size;
    expect(functions / (functions + plain.silent.length), plain.silent.join('\n')).toBeGreaterThan(0.9);
    const texts = plain.queries.map((query) => withoutNames(query.sql));
    for (const payload of payloads) {
      const { queries } = await recordQueries(payload);
      expect(
        queries.map((query) => withoutNames(query.sql)),
        payload,
      ).toEqual(texts);
    }
  });
});

for (const { name, available, open } of engines) {
  describe.skipIf(!available)(`hostile values on ${name}`, () => {
    let database: BookkeepingDatabase;
    let own: TestCall;
    let other: TestCall;
    let queries: readonly RecordedQuery[];

    beforeAll(async () => {
      database = await open();
      own = await newSubscription(database);
      other = await newSubscription(database);
      for (const call of [own, other])
        await database.write(call, testDecision, (tx) =>
          sql`insert into app.feature_setting (subscription_id, feature, enabled) values (${call.subscriptionId}, 'summary', true)`.execute(
            tx,
          ),
        );
      const all = (await recordQueries('plain')).queries.filter(({ parameters }) => parameters > 0);
      queries = [...new Map(all.map((query) => [query.sql, query])).values()];
    });
    afterAll(() => database?.close());

    const state = async (call: TestCall) =>
      database.read(call, async (tx) => [
        (await sql`select count(*) as n from app.subscription`.execute(tx)).rows,
        (await sql`select * from app.feature_setting`.execute(tx)).rows,
      ]);

    it('S69: every parameter of every query and look-up takes a payload as a value or refuses it', async () => {
      const before = [await state(own), await state(other)];
      const broken: string[] = [];
      let replayed = 0;
      for (const { origin, sql: text, parameters } of queries) {
        // The recording knows neither how many values a list has nor which columns a change names.
        if (takenApart.test(await replay(database, own, text, Array(parameters).fill(null)))) continue;
        replayed += 1;
        for (const payload of payloads.slice(0, 7)) {
          // A parameter that must be an id would refuse the payload before the others are looked at.
          for (const position of parameters > 1 ? [0, parameters - 1] : [0]) {
            const values = Array.from({ length: parameters }, (_, index) =>
              index === position ? payload : /uuid/.test(text) ? own.subscriptionId : null,
            );
            const startedAt = performance.now();
            const outcome = await replay(database, own, text, values);
            if (takenApart.test(outcome) || performance.now() - startedAt > 3_000)
              broken.push(`${origin}: ${outcome} after ${payload}`);
          }
        }
      }
      expect(replayed).toBeGreaterThan(50);
      expect(replayed / queries.length).toBeGreaterThan(0.9);
      expect(broken).toEqual([]);
      expect([await state(own), await state(other)]).toEqual(before);
    });

    it('S69: a query that is put together from values is seen', async () => {
      const careless = `select feature from app.feature_setting where feature = '${payloads[0] ?? ''}'`;
      const rows = await database.read(own, (tx) => sql.raw(careless).execute(tx));
      expect(rows.rows).toHaveLength(1);
      expect(await replay(database, own, `select ${payloads[0] ?? ''}`, [])).toMatch(takenApart);
    });
  });
}

/** SQLSTATE of the refusal, or nothing; what was changed is taken back. */
async function replay(
  database: BookkeepingDatabase,
  call: TestCall,
  text: string,
  values: readonly unknown[],
): Promise<string> {
  const undone = new Error('undone');
  try {
    await database.bookkeep(call, async (tx) => {
      await tx.getExecutor().executeQuery({
        sql: text,
        parameters: values,
        query: { kind: 'RawNode', sqlFragments: [], parameters: [] },
        queryId: { queryId: text },
      });
      throw undone;
    });
    return '';
  } catch (error) {
    if (error === undone) return '';
    return error instanceof Error && 'sqlState' in error ? String(error.sqlState) : String(error);
  }
}
