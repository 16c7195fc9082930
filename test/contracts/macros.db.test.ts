import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MacroReport, MacroSync } from '../../src/contract/macros.ts';
import type { HelpDesk } from '../../src/ports/help-desk.ts';
import { connectionBinding } from '../../src/services/integrations/zendesk-clients.ts';
import {
  deleteZendeskConnection,
  replaceZendeskConnection,
} from '../../src/services/integrations/zendesk-connection-queries.ts';
import { testDecision, type TestCall } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { openMacroHouse, type MacroHouse } from '../support/macro-house.ts';

interface Listed {
  readonly macros: readonly {
    readonly id: number;
    readonly title: string;
    readonly active: boolean;
    readonly shown: number;
    readonly applied: number;
    readonly acceptance: number | null;
  }[];
  readonly sync: MacroSync;
}

describe.each(engines.filter(({ available }) => available))('macros on $name', (engine) => {
  let house: MacroHouse;
  let call: TestCall;
  beforeAll(async () => {
    house = await openMacroHouse(engine);
  });
  beforeEach(async () => {
    house.as({ role: 'admin', agentId: 9001 });
    call = await house.newLead();
  });
  afterAll(() => house?.close());

  const list = async (): Promise<Listed> => (await house.routes.send('GET', '/v1/macros')).body;
  const listedIds = async () => (await list()).macros.map(({ id }) => id);
  const stored = (table: 'app.macro' | 'app.macro_event' | 'app.macro_sync' | 'app.macro_gap') =>
    house.routes.database.read(call, (tx) => tx.selectFrom(table).selectAll().execute());
  const setSync = (values: { full_at?: Date; finished_at?: Date; touched_at?: Date; error_code?: string }) =>
    house.routes.database.write(call, testDecision, (tx) =>
      tx.updateTable('app.macro_sync').set(values).execute(),
    );
  const report = (events: readonly object[], more: object = {}) =>
    house.routes.send('POST', '/v1/sidebar/macro-events', {
      ticketId: 7,
      totalShown: 5,
      events,
      ...more,
    });
  /** The real client, noting what was asked of it. */
  const watched = (asked: string[], failAfter = Infinity, onFailure = () => {}): HelpDesk => ({
    ...house.account.helpDesk,
    macroPage: async (helpDeskCall, order, at) => {
      if (asked.push(`${order} ${at ?? 'first'}`) > failAfter) {
        onFailure();
        throw new Error('the process went away');
      }
      return house.account.helpDesk.macroPage(helpDeskCall, order, at);
    },
  });

  describe('reading them', () => {
    it('stores all of them sealed and says how far it is', async () => {
      expect((await house.routes.send('GET', '/v1/macros/sync')).body).toMatchObject({ state: 'not-begun' });
      await house.put(5001, { title: 'Canary-5523', description: 'Canary-5524' });
      await house.sync();
      const { macros, sync } = await list();
      expect(macros.length).toBeGreaterThan(10);
      expect(macros).toContainEqual(expect.objectContaining({ id: 5001, title: 'Canary-5523' }));
      expect(sync).toMatchObject({ state: 'done', kind: 'full', read: macros.length, total: macros.length });
      expect(JSON.stringify(await stored('app.macro'))).not.toContain('Canary');
      await house.remove(5001);
    });

    it('asks only for what has changed, and once a day for all, which finds what is gone', async () => {
      await house.put(5001);
      await house.sync();
      const asked: string[] = [];
      await house.put(5001, { title: 'Changed', created_at: undefined });
      await house.remove(801);
      await house.sync(watched(asked));
      expect(asked).toEqual(['newest first']);
      expect(await list()).toMatchObject({
        macros: expect.arrayContaining([
          expect.objectContaining({ id: 5001, title: 'Changed' }),
          expect.objectContaining({ id: 801 }),
        ]),
        sync: { kind: 'changes', state: 'done' },
      });
      await setSync({ full_at: new Date(Date.now() - 25 * 3_600_000) });
      await house.sync(watched(asked));
      expect(asked.slice(1)).toEqual(['newest first', 'steady first']);
      expect(await listedIds()).not.toContain(801);
      await house.put(801, { title: 'Returns::Approve refund' });
      await house.remove(5001);
    });

    it('goes on where it was cut off, and starts over where Zendesk has forgotten the place', async () => {
      const ids = Array.from({ length: 150 }, (_, at) => 6_000 + at);
      for (const id of ids) await house.put(id);
      const asked: string[] = [];
      const dying = new AbortController();
      const died = watched(asked, 2, () => dying.abort());
      await expect(house.sync(died, dying.signal)).rejects.toThrow('went away');
      const half = await list();
      expect(half.macros).toHaveLength(100);
      expect(half.sync).toMatchObject({ read: 100, state: 'running' });
      expect(half.sync.total).toBeGreaterThan(150);
      asked.length = 0;
      await house.sync(watched(asked));
      expect(asked).toEqual([expect.stringMatching(/^steady (?!first)/)]);
      const whole = await list();
      expect(whole.macros).toHaveLength(whole.sync.total ?? 0);
      expect(whole.sync).toMatchObject({ read: whole.sync.total, state: 'done' });

      await house.routes.database.write(call, testDecision, (tx) =>
        tx.updateTable('app.macro_sync').set({ cursor: 'forgotten', full_at: null }).execute(),
      );
      await expect(house.sync()).rejects.toMatchObject({ type: 'internal' });
      expect((await list()).sync).toMatchObject({ state: 'failed', problem: 'internal' });
      await house.sync();
      expect((await list()).sync).toMatchObject({ state: 'done', kind: 'full' });
      await house.remove(...ids);
    });

    it('is due at once after connecting, later every four hours, and an hour after it failed', async () => {
      const isDue = async () =>
        (await house.routes.database.lookup((all) => all.subscriptionsWithMacrosToRead(1_000))).includes(
          call.subscriptionId,
        );
      expect(await isDue()).toBe(true);
      await house.sync();
      expect(await isDue()).toBe(false);
      const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000);
      await setSync({ finished_at: ago(239), touched_at: ago(239) });
      expect(await isDue()).toBe(false);
      await setSync({ finished_at: ago(241), touched_at: ago(241) });
      expect(await isDue()).toBe(true);
      await setSync({ touched_at: ago(59), error_code: 'zendesk-forbidden' });
      expect(await isDue()).toBe(false);
      await setSync({ touched_at: ago(61) });
      expect(await isDue()).toBe(true);
    });

    it('is asked for by an admin, once however often', async () => {
      house.as({ role: 'member' });
      expect((await house.routes.send('POST', '/v1/macros/sync')).status).toBe(403);
      expect((await house.routes.send('GET', '/v1/macros/sync')).status).toBe(200);
      house.as({ role: 'admin' });
      await house.routes.send('POST', '/v1/macros/sync');
      await house.routes.send('POST', '/v1/macros/sync');
      const jobs = await house.routes.database.read(call, (tx) =>
        tx.selectFrom('app.job_outbox').select('name').where('finished_at', 'is', null).execute(),
      );
      expect(jobs).toEqual([{ name: 'macros.sync' }]);
    });

    it('S29: leaves nothing when Zendesk is disconnected or another account is connected', async () => {
      const everything = async () =>
        (
          await Promise.all(
            (['app.macro', 'app.macro_event', 'app.macro_sync', 'app.macro_gap'] as const).map(stored),
          )
        ).map((rows) => rows.length);
      const fill = async () => {
        await house.sync();
        await report([{ macroId: 801, rankShown: 1, event: 'shown' }], {
          look: { groupId: 1, bestScore: 0 },
        });
        await house.telemetry.flush();
        expect((await everything()).every((count) => count > 0)).toBe(true);
      };
      await fill();
      const { subscriptionId } = call;
      const connect = async (subdomain: string) => {
        const binding = connectionBinding(subscriptionId, 'client_secret');
        const clientSecret = await house.routes.secretBox.seal('a secret', binding);
        const scopes = 'read';
        await house.routes.database.write(call, testDecision, (tx) =>
          replaceZendeskConnection(tx, subscriptionId, {
            subdomain,
            clientId: 'indesk',
            clientSecret,
            scopes,
            brandIds: null,
            grantKind: 'client-credentials',
            grantedScopes: scopes,
          }),
        );
      };
      await connect(house.account.connection.subdomain);
      expect((await everything()).every((count) => count > 0)).toBe(true);
      await connect('another-account');
      expect(await everything()).toEqual([0, 0, 0, 0]);
      call = await house.newLead();
      await fill();
      await house.routes.database.write(call, testDecision, deleteZendeskConnection);
      expect(await everything()).toEqual([0, 0, 0, 0]);
      // A panel that is still open.
      await report([{ macroId: 801, rankShown: 1, event: 'shown' }], { look: { groupId: 1, bestScore: 0 } });
      await house.telemetry.flush();
      expect(await everything()).toEqual([0, 0, 0, 0]);
    });

    it('S29: stores nothing of an account that is disconnected meanwhile', async () => {
      const { helpDesk } = house.account;
      for (const page of ['newest', 'steady'] as const) {
        call = await house.newLead();
        await house.sync({
          ...helpDesk,
          macroPage: async (helpDeskCall, order, at) => {
            const found = await helpDesk.macroPage(helpDeskCall, order, at);
            if (order === page)
              await house.routes.database.write(call, testDecision, deleteZendeskConnection);
            return found;
          },
        });
        expect(await stored('app.macro')).toEqual([]);
        expect(await stored('app.macro_sync')).toEqual([]);
      }
    });
  });

  describe('what agents did with them', () => {
    it('S15: is numbers, ids and times alone', async () => {
      const scratch = await engine.openScratch();
      const columns = await scratch.query(`select data_type as type from information_schema.columns
        where table_schema = 'app' and table_name in ('macro_event', 'macro_gap')`);
      await scratch.close();
      expect(columns).toHaveLength(12);
      for (const { type } of columns)
        expect(String(type)).toMatch(/^(?:uuid|bigint|smallint|integer|date|timestamp.*)$/);
    });

    it('counts what one look shows once, and nothing of macros that are not there', async () => {
      await house.sync();
      const events = [
        { macroId: 801, rankShown: 1, event: 'shown' },
        { macroId: 802, rankShown: 2, event: 'shown' },
        { macroId: 999_999, rankShown: 3, event: 'shown' },
      ];
      for (let time = 0; time < 3; time += 1) await report(events);
      await report([{ macroId: 801, rankShown: 1, event: 'applied' }]);
      await house.telemetry.flush();
      expect(await stored('app.macro_event')).toHaveLength(3);
      const { macros } = await list();
      expect(macros.find(({ id }) => id === 801)).toMatchObject({ shown: 1, applied: 1 });
      expect(macros.find(({ id }) => id === 802)).toMatchObject({ shown: 1, applied: 0 });
      expect(macros.find(({ id }) => id === 803)).toMatchObject({ shown: 0, acceptance: null });
    });

    it('refuses a report that says more than numbers or makes no sense', async () => {
      for (const [events, more] of [
        [[{ macroId: 801, rankShown: 6, event: 'shown' }], {}],
        [[{ macroId: 801, rankShown: 1, event: 'liked' }], {}],
        [[{ macroId: '801', rankShown: 1, event: 'shown' }], {}],
        [[], { totalShown: 1_000 }],
      ] as const)
        expect((await report(events, more)).status).toBe(400);
    });

    it('finds macros that nobody uses and groups that lack some', async () => {
      await house.put(5001, { title: 'Nobody’s words' });
      await house.put(5002, { created_at: undefined });
      await house.sync();
      for (let ticketId = 1; ticketId <= 12; ticketId += 1)
        await report(
          [
            { macroId: 801, rankShown: 1, event: 'shown' },
            { macroId: 802, rankShown: 2, event: 'shown' },
            ...(ticketId === 5 ? [{ macroId: 802, rankShown: 2, event: 'applied' }] : []),
          ],
          { ticketId, look: { groupId: ticketId % 2 === 0 ? null : 702, bestScore: 20 } },
        );
      for (let ticketId = 20; ticketId < 40; ticketId += 1)
        await report([], { ticketId, totalShown: 0, look: { groupId: 702, bestScore: 90 } });
      for (let ticketId = 40; ticketId < 46; ticketId += 1)
        await report([], { ticketId, totalShown: 0, look: { groupId: null, bestScore: 0 } });
      await house.telemetry.flush();
      const found: MacroReport = (await house.routes.send('GET', '/v1/macros/report')).body;
      const because = new Map(found.dead.map((one) => [one.id, one.because]));
      expect(because.get(801)).toBe('never-taken');
      expect(because.get(5001)).toBe('never-shown');
      // Taken once; changed today.
      expect(because.has(802)).toBe(false);
      expect(because.has(5002)).toBe(false);
      // 6 of 26 looks at the tickets of group 702 are no pattern.
      expect(found.missing).toEqual([{ groupId: null, looks: 12, misses: 12 }]);
      expect(found.looked.map(({ rank }) => rank)).toEqual([1, 2]);
      await house.remove(5001, 5002);
    });
  });
});
