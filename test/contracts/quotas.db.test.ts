import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { BookkeepingDatabase, WriteTransaction } from '../../src/ports/database.ts';
import { QuotaKeeper, tokensSetAside } from '../../src/services/quotas/quota-keeper.ts';
import { requireRoom } from '../../src/services/quotas/require-room.ts';
import { newSubscription, testDecision, type TestCall } from '../support/calls.ts';
import { engines } from '../support/database.ts';

const silent = { debug() {}, info() {}, warn() {}, error() {} };

for (const { name, available, open } of engines) {
  describe.skipIf(!available)(`limits on ${name}`, () => {
    let database: BookkeepingDatabase;

    beforeAll(async () => {
      database = await open();
    });
    afterAll(() => database?.close());

    /** A clock a test can turn. */
    const newClock = () => {
      let turned = 0;
      return {
        now: () => new Date(Date.now() + turned),
        elapsed: () => performance.now() + turned,
        turn: (ms: number) => (turned += ms),
      };
    };
    const newKeeper = (clock = newClock()) => new QuotaKeeper({ database, clock, logger: silent });

    async function subscriptionWith(quotas: {
      request_quota?: number;
      token_quota?: number;
      seat_quota?: number;
      ai_agent_quota?: number;
    }): Promise<TestCall> {
      const call = await newSubscription(database);
      await database.write(call, testDecision, (tx) =>
        tx.updateTable('app.subscription').set(quotas).where('id', '=', call.subscriptionId).execute(),
      );
      return call;
    }
    const taken = async (call: TestCall) => {
      const row = await database.read(call, (tx) =>
        tx.selectFrom('app.usage_month').select(['requests_taken', 'tokens_taken']).executeTakeFirstOrThrow(),
      );
      return { requests: Number(row.requests_taken), tokens: Number(row.tokens_taken) };
    };
    const tryMany = async (count: number, one: (at: number) => unknown) => {
      const results = await Promise.allSettled(
        Array.from({ length: count }, async (_, at) => {
          await one(at);
        }),
      );
      return {
        passed: results.filter((result) => result.status === 'fulfilled').length,
        problems: results.flatMap((result) =>
          result.status === 'rejected' ? [result.reason as { type: string; retryAfterSeconds: number }] : [],
        ),
      };
    };

    it('R36: a hundred requests at once over twenty processes never go over the limit', async () => {
      for (const limit of [1, 7, 60]) {
        const call = await subscriptionWith({ request_quota: limit });
        const quotas = { requests: limit, tokens: null };
        const keepers = Array.from({ length: 20 }, () => newKeeper());
        const { passed, problems } = await tryMany(100, (at) =>
          keepers[at % 20]?.take(call.subscriptionId, quotas),
        );
        expect(passed).toBe(limit);
        expect(problems.every((problem) => problem.type === 'quota-exceeded')).toBe(true);
        expect(problems.every((problem) => problem.retryAfterSeconds >= 1)).toBe(true);
        expect(await taken(call)).toMatchObject({ requests: limit });
        await Promise.all(keepers.map((keeper) => keeper.close()));
      }
    });

    it('P18: the pause until the month ends is what Retry-After names', async () => {
      const call = await subscriptionWith({ request_quota: 0 });
      const keeper = newKeeper();
      const { problems } = await tryMany(1, () =>
        keeper.take(call.subscriptionId, { requests: 0, tokens: null }),
      );
      const now = new Date();
      const monthEnd = Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + 1, 1);
      expect(
        Math.abs((problems[0]?.retryAfterSeconds ?? 0) - (monthEnd - now.getTime()) / 1000),
      ).toBeLessThan(30);
      await keeper.close();
    });

    it('a warm take asks the database nothing', async () => {
      const call = await subscriptionWith({ request_quota: 10_000, token_quota: 100_000_000 });
      const quotas = { requests: 10_000, tokens: 100_000_000 };
      let trips = 0;
      const keeper = new QuotaKeeper({
        database: {
          bookkeep: (...given: Parameters<BookkeepingDatabase['bookkeep']>) => {
            trips += 1;
            return database.bookkeep(...given);
          },
        } as Pick<BookkeepingDatabase, 'bookkeep'>,
        clock: newClock(),
        logger: silent,
      });
      await keeper.take(call.subscriptionId, quotas);
      keeper.settle(call.subscriptionId, quotas, { providerCalls: 1, tokens: 500 });
      for (let at = 0; at < 30; at += 1) {
        expect(keeper.take(call.subscriptionId, quotas)).toBeUndefined();
        keeper.settle(call.subscriptionId, quotas, { providerCalls: 1, tokens: 500 });
      }
      expect(trips).toBe(1);
      await keeper.close();
      expect(await taken(call)).toEqual({ requests: 31, tokens: 31 * 500 });
    });

    it('what is not used goes back, after ten idle seconds and at the end', async () => {
      const call = await subscriptionWith({ request_quota: 5_000 });
      const quotas = { requests: 5_000, tokens: null };
      const keeper = newKeeper();
      await keeper.take(call.subscriptionId, quotas);
      expect((await taken(call)).requests).toBe(50);
      keeper.settle(call.subscriptionId, quotas, { providerCalls: 1, tokens: 0 });
      await keeper.close();
      expect((await taken(call)).requests).toBe(1);
    });

    it('a call that never reached a provider is not counted', async () => {
      const call = await subscriptionWith({ request_quota: 1 });
      const quotas = { requests: 1, tokens: null };
      const keeper = newKeeper();
      for (let at = 0; at < 5; at += 1) {
        await keeper.take(call.subscriptionId, quotas);
        keeper.settle(call.subscriptionId, quotas, { providerCalls: 0, tokens: 0 });
      }
      await keeper.take(call.subscriptionId, quotas);
      keeper.settle(call.subscriptionId, quotas, { providerCalls: 1, tokens: 10 });
      expect((await tryMany(1, () => keeper.take(call.subscriptionId, quotas))).passed).toBe(0);
      await keeper.close();
    });

    it('R36: tokens go over by no more than calls use beyond what is set aside for them', async () => {
      const limit = 10 * tokensSetAside;
      const call = await subscriptionWith({ token_quota: limit });
      const quotas = { requests: null, tokens: limit };
      const keepers = [newKeeper(), newKeeper()];
      const used = tokensSetAside + 1_000;
      let spent = 0;
      for (let round = 0; round < 4; round += 1) {
        const granted: (QuotaKeeper | undefined)[] = [];
        await tryMany(100, async (at) => {
          await keepers[at % 2]?.take(call.subscriptionId, quotas);
          granted.push(keepers[at % 2]);
        });
        for (const keeper of granted) {
          spent += used;
          keeper?.settle(call.subscriptionId, quotas, { providerCalls: 1, tokens: used });
        }
      }
      const calls = spent / used;
      expect(calls).toBeGreaterThanOrEqual(9);
      expect(spent).toBeLessThanOrEqual(limit + calls * 1_000 + 2 * tokensSetAside);
      await Promise.all(keepers.map((keeper) => keeper.close()));
      expect((await taken(call)).tokens).toBe(spent);
    });

    it('a raised limit lets calls through again within five seconds', async () => {
      const call = await subscriptionWith({ request_quota: 1 });
      const clock = newClock();
      const keeper = newKeeper(clock);
      const take = (requests: number) =>
        tryMany(1, () => keeper.take(call.subscriptionId, { requests, tokens: null }));
      expect([(await take(1)).passed, (await take(1)).passed]).toEqual([1, 0]);
      await database.write(call, testDecision, (tx) =>
        tx
          .updateTable('app.subscription')
          .set({ request_quota: 2 })
          .where('id', '=', call.subscriptionId)
          .execute(),
      );
      clock.turn(5_001);
      expect((await take(2)).passed).toBe(1);
      await keeper.close();
    });

    it('R4: a database that is away refuses calls once nothing is left in memory', async () => {
      const call = await subscriptionWith({ request_quota: 10 });
      let isAway = false;
      const keeper = new QuotaKeeper({
        database: {
          bookkeep: (...given: Parameters<BookkeepingDatabase['bookkeep']>) =>
            isAway ? Promise.reject(new Error('away')) : database.bookkeep(...given),
        } as Pick<BookkeepingDatabase, 'bookkeep'>,
        clock: newClock(),
        logger: silent,
      });
      const quotas = { requests: 10, tokens: null };
      await keeper.take(call.subscriptionId, quotas);
      isAway = true;
      expect((await tryMany(20, () => keeper.take(call.subscriptionId, quotas))).passed).toBeLessThanOrEqual(
        1,
      );
      await keeper.close();
    });

    for (const [what, column] of [
      ['seats', 'seat_quota'],
      ['ai-agents', 'ai_agent_quota'],
    ] as const) {
      it(`R36: a hundred at once never take more ${what} than there are`, async () => {
        const call = await subscriptionWith({ [column]: 5 });
        // Any row will do for a seat: what is proven is the lock around counting and adding.
        const count = async (tx: WriteTransaction) =>
          (await tx.selectFrom('app.feature_setting').select('feature').execute()).length;
        const { passed, problems } = await tryMany(100, () =>
          database.write(call, testDecision, async (tx) => {
            await requireRoom(tx, what, count);
            await sql`select 1`.execute(tx);
            await tx
              .insertInto('app.feature_setting')
              .values({
                subscription_id: call.subscriptionId,
                feature: randomUUID(),
                enabled: true,
                updated_at: new Date(),
              })
              .execute();
          }),
        );
        expect(passed).toBe(5);
        const refusals = problems.filter((problem) => problem.type === 'quota-exceeded');
        expect(refusals.every((problem) => problem.retryAfterSeconds > 0)).toBe(true);
        expect(refusals.length).toBeGreaterThan(0);
      });
    }
  });
}
