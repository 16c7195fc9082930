import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BookkeepingDatabase, WriteTransaction } from '../../src/ports/database.ts';
import { newSubscription, testDecision, type TestCall } from '../support/calls.ts';
import { serveWork } from '../support/database-over-http.ts';
import { enginesAndPooler } from '../support/database.ts';

const canary = 'canary-58210';

for (const { name, available, open } of enginesAndPooler) {
  describe.skipIf(!available)(`an error of the database on ${name}`, () => {
    let database: BookkeepingDatabase;
    let own: TestCall;
    let other: TestCall;

    beforeAll(async () => {
      database = await open();
      own = await newSubscription(database);
      other = await newSubscription(database);
    });
    afterAll(() => database?.close());

    const insertFeature = (tx: WriteTransaction, subscriptionId: string) =>
      sql`insert into app.feature_setting (subscription_id, feature, enabled)
        values (${subscriptionId}, ${canary}, true)`.execute(tx);
    const provocations: Readonly<Record<string, (tx: WriteTransaction) => Promise<unknown>>> = {
      '23505': async (tx) => {
        await insertFeature(tx, own.subscriptionId);
        await insertFeature(tx, own.subscriptionId);
      },
      '23503': (tx) =>
        sql`insert into app.console_session (subscription_id, id, account_id, idle_expires_at, absolute_expires_at, device)
          values (${own.subscriptionId}, gen_random_uuid(), gen_random_uuid(), now(), now(), ${canary})`.execute(
          tx,
        ),
      '23514': (tx) => sql`update app.subscription set status = ${canary}`.execute(tx),
      '22P02': (tx) => sql`select ${canary}::uuid`.execute(tx),
      '42501': (tx) => insertFeature(tx, other.subscriptionId),
    };

    it.each(Object.keys(provocations))(
      'S75: %s reaches a caller as a general problem, and no value reaches anybody',
      async (sqlState) => {
        let caught: unknown;
        const work = (tx: WriteTransaction) =>
          provocations[sqlState]?.(tx) ?? Promise.reject(new Error('none'));
        const served = serveWork(async () => {
          try {
            await database.write(own, testDecision, work);
          } catch (error) {
            caught = error;
            throw error;
          }
        });
        const { status, type, text } = await served.ask();
        await served.close();
        expect(caught).toMatchObject({ name: 'DatabaseError', sqlState });
        expect(status).toBe(500);
        expect(type).toContain('application/problem+json');
        expect(text).toContain('/internal');
        const error = caught as Error;
        const everything = [
          text,
          served.logged(),
          JSON.stringify(error, Object.getOwnPropertyNames(error)),
          String(error.cause),
        ].join('\n');
        const revealing = [
          canary,
          own.subscriptionId,
          other.subscriptionId,
          'feature_setting',
          'console_session',
        ];
        for (const value of [...revealing, 'DETAIL', 'Key (', 'insert into'])
          expect(everything).not.toContain(value);
      },
    );
  });
}
