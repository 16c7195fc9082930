import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { platformSubscriptionId } from '../../src/kernel/platform.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { AdminTokens } from '../../src/services/operators/admin-tokens.ts';
import { bootstrapOperator, issueBootstrapCode } from '../../src/services/operators/bootstrap.ts';
import { engines } from '../support/database.ts';
import { openOperator, type TestOperator } from '../support/operators.ts';

const password = 'violet kettle seventeen';

for (const { name, available, open } of engines) {
  describe.skipIf(!available)(`operators on ${name}`, () => {
    let database: BookkeepingDatabase;
    let operator: TestOperator;

    beforeAll(async () => {
      database = await open();
      operator = await openOperator(database);
    });
    afterAll(() => database?.close());

    const call = () => operator.callFor(platformSubscriptionId);
    const newTokens = () => new AdminTokens(operator.ports, 'dev');
    const wanted = { label: 'Billing', scopes: ['subscriptions:read', 'usage:read'], expiresInDays: 30 };
    const refused = { type: 'console-sign-in-needed' };

    it('S59: a token is shown once, kept as a hash, bounded in scope and listed without its secret', async () => {
      const tokens = newTokens();
      const { id, token, expiresAt } = await tokens.create(call(), wanted);
      expect(token).toMatch(/^idk_dev_[a-z0-9]{10}_[A-Za-z0-9_-]{43}_[0-9a-f]{8}$/);
      expect(new Date(expiresAt).getTime() - Date.now()).toBeLessThanOrEqual(30 * 86_400_000);
      const holder = await tokens.verify(token);
      expect([...holder.permissions].sort()).toEqual(['subscriptions:read', 'usage:read']);
      const listed = await tokens.list();
      const secret = token.split('_').slice(3).join('_');
      expect(JSON.stringify(listed)).not.toContain(secret.slice(0, 20));
      const today = new Date().toISOString().slice(0, 10);
      expect(listed.find((line) => line.id === id)).toMatchObject({
        label: 'Billing',
        lastUsedOn: today,
        createdBy: 'test-operator',
      });
      const stored = await database.read({ subscriptionId: platformSubscriptionId }, (tx) =>
        tx.selectFrom('app.admin_token').selectAll().execute(),
      );
      expect(JSON.stringify(stored)).not.toContain(secret.slice(0, 20));
    });

    it('S59: a revoked token ends at once here and within a second in another process', async () => {
      const [here, there] = [newTokens(), newTokens()];
      const { id, token } = await here.create(call(), wanted);
      await here.verify(token);
      await there.verify(token);
      await here.revoke(call(), id);
      await expect(here.verify(token)).rejects.toMatchObject(refused);
      await new Promise((resolve) => setTimeout(resolve, 1_050));
      await expect(there.verify(token)).rejects.toMatchObject(refused);
      await expect(here.revoke(call(), id)).rejects.toMatchObject({ type: 'not-found' });
    });

    it('S59: a token that is over, changed, made up or nothing is refused', async () => {
      const tokens = newTokens();
      const { id, token } = await tokens.create(call(), wanted);
      const changed = token.replace(
        /.(_[0-9a-f]{8})$/,
        (_all, end: string) => `${token.at(-10) === 'A' ? 'B' : 'A'}${end}`,
      );
      const other = (await newTokens().create(call(), wanted)).token;
      const swapped = other.replace(/idk_dev_[a-z0-9]{10}/, `idk_dev_${id}`);
      for (const one of [changed, swapped, `${token}x`, 'idk_dev_x', '', 'x'.repeat(100_000)])
        await expect(tokens.verify(one)).rejects.toMatchObject(refused);
      await database.bookkeep({ subscriptionId: platformSubscriptionId }, (tx) =>
        tx
          .updateTable('app.admin_token')
          .set({ expires_at: new Date(Date.now() - 1_000) })
          .where('id', '=', id)
          .execute(),
      );
      await expect(tokens.verify(token)).rejects.toMatchObject(refused);
    });

    it('a token has an end and no more scopes than its maker', async () => {
      const tokens = newTokens();
      for (const wrong of [
        { ...wanted, expiresInDays: 0 },
        { ...wanted, expiresInDays: 366 },
        { ...wanted, scopes: [] },
        { ...wanted, scopes: ['account:self'] },
        { ...wanted, scopes: ['copilot:use'] },
      ])
        await expect(tokens.create(call(), wrong)).rejects.toMatchObject({ name: 'ZodError' });
      await expect(tokens.create(call(), wanted, new Set(['subscriptions:read']))).rejects.toMatchObject({
        type: 'forbidden',
      });
    });

    it('tokens that ended 90 days ago leave, others stay', async () => {
      const tokens = newTokens();
      const made = [await tokens.create(call(), wanted), await tokens.create(call(), wanted)];
      const [old, young] = made.map(({ id }) => id);
      await tokens.revoke(call(), young ?? '');
      const sweep = () => database.lookup((lookups) => lookups.sweep('admin_token', 1_000));
      expect(await sweep()).toEqual([]);
      await database.bookkeep({ subscriptionId: platformSubscriptionId }, (tx) =>
        tx
          .updateTable('app.admin_token')
          .set({ revoked_at: new Date(Date.now() - 91 * 86_400_000) })
          .where('id', '=', old ?? '')
          .execute(),
      );
      expect(await sweep()).toEqual([{ subscriptionId: platformSubscriptionId, rows: 1 }]);
      const ids = (await tokens.list()).map(({ id }) => id);
      expect([ids.includes(old ?? ''), ids.includes(young ?? '')]).toEqual([false, true]);
    });

    it('S89: the first operator is made once, by a code that is shown once', async () => {
      const code = await issueBootstrapCode(operator.ports, { replace: false });
      expect(code).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{8}){3}$/);
      expect(await issueBootstrapCode(operator.ports, { replace: false })).toBeUndefined();
      const bootstrap = (given: string, email: string, chosen = password) =>
        bootstrapOperator(call(), { code: given, email, password: chosen });
      const gone = { type: 'bootstrap-refused' };
      for (const wrong of ['', 'admin', '00000000-00000000-00000000-00000000'])
        await expect(bootstrap(wrong, 'a@example.com')).rejects.toMatchObject(gone);
      await expect(bootstrap(code ?? '', 'a@example.com', 'short')).rejects.toMatchObject({
        type: 'invalid-request',
      });
      const replaced = await issueBootstrapCode(operator.ports, { replace: true });
      await expect(bootstrap(code ?? '', 'a@example.com')).rejects.toMatchObject(gone);
      const results = await Promise.allSettled(
        Array.from({ length: 8 }, (_, at) => bootstrap(replaced ?? '', `op${at}@example.com`)),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
      await expect(bootstrap(replaced ?? '', 'late@example.com')).rejects.toMatchObject(gone);
      expect(await issueBootstrapCode(operator.ports, { replace: true })).toBeUndefined();
      const operators = await database.read({ subscriptionId: platformSubscriptionId }, (tx) =>
        tx.selectFrom('app.account').select('role').execute(),
      );
      expect(operators).toEqual([{ role: 'operator' }]);
    });
  });
}
