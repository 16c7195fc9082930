import { sql } from 'kysely';
import { afterEach, describe, expect, it } from 'vitest';
import type { StoredTicket } from '../../simulators/zendesk/model.ts';
import { platformSubscriptionId } from '../../src/kernel/platform.ts';
import { openChatDesk, type ChatDesk } from '../support/chat-desk.ts';
import { modelAnswer, type TestVisitor } from '../support/chat-house.ts';
import { engines } from '../support/database.ts';
import { openWithClock, type ClockedDatabase } from '../support/database-clock.ts';

const contact = { name: 'Inés López', email: 'ines@example.com' };
const words = ({ comments }: StoredTicket): string => comments.map(({ text }) => text).join('\n');
const times = (ticket: StoredTicket | undefined, said: string): number =>
  ticket === undefined ? 0 : words(ticket).split(said).length - 1;

// The database's clock moves, by which jobs are due and what waits is over; the rest keeps the true time.
for (const engine of engines) {
  describe.skipIf(!engine.available)(`a Zendesk that is down for twenty minutes, on ${engine.name}`, () => {
    let clocked: ClockedDatabase | undefined;
    let desk: ChatDesk | undefined;
    afterEach(async () => {
      await desk?.close();
      await clocked?.close().catch(() => undefined);
      desk = clocked = undefined;
    });

    const open = async () => {
      const clock = await openWithClock(engine);
      const at = async (minutes: number): Promise<void> => {
        await clock.database.bookkeep({ subscriptionId: platformSubscriptionId }, (tx) =>
          sql`update app_meta.test_clock set ahead = make_interval(mins => ${minutes})`.execute(tx),
        );
        await opened.runJobs();
      };
      const opened = await openChatDesk({ open: async () => clock.database });
      clocked = clock;
      desk = opened;
      const agent = await opened.house.newAgent({ writeBack: 'live' });
      await opened.connect(agent.call);
      return { desk: opened, visitor: await opened.house.visit(agent), at };
    };
    const say = async (one: ChatDesk, visitor: TestVisitor, message: string) => {
      one.house.provider.answerWith(modelAnswer());
      return (await visitor.say(message)).answer;
    };

    it('R18: loses nothing while the visitor is there or what waits is: one ticket with every turn once', async () => {
      const { desk: one, visitor, at } = await open();
      await say(one, visitor, 'Before the outage?');
      await one.fault({ preset: 'zendesk-down' });
      expect(await say(one, visitor, 'In the first minute?')).toMatchObject({ action: 'answer' });
      const called = await visitor.post('hand-off', { history: visitor.history, contact });
      expect(called.body).toMatchObject({ handOff: 'pending' });
      visitor.history = (called.body as { history: string }).history;
      for (const minute of [1, 3, 6, 9]) await at(minute);
      expect(await say(one, visitor, 'In the middle of it?')).toMatchObject({ handOff: 'pending' });
      for (const minute of [12, 15, 18, 20]) await at(minute);
      expect(one.tickets()).toHaveLength(1);
      expect(times(one.tickets()[0], 'In the first minute?')).toBe(0);
      expect(await one.waiting()).toMatchObject([{ state: 'waiting', called: true }]);
      one.zendesk.faults.clear();
      for (const minute of [23, 26]) await at(minute);
      const [ticket, ...more] = one.tickets();
      expect(more).toEqual([]);
      for (const said of ['Before the outage?', 'In the first minute?', 'In the middle of it?'])
        expect(times(ticket, `UTC\n${said}`), said).toBe(1);
      expect(ticket?.tags).toContain('indesk_handed_off');
      expect(await one.waiting()).toEqual([]);
      expect(await say(one, visitor, 'After it?')).toMatchObject({ handOff: 'done' });
      expect(times(one.tickets()[0], 'UTC\nAfter it?')).toBe(1);
      expect(times(one.tickets()[0], 'Summary')).toBe(1);
    }, 150_000);

    it('gives up after an hour, keeps no word of it, and the visitor’s own copy still brings everything', async () => {
      const { desk: one, visitor, at } = await open();
      await one.fault({ preset: 'zendesk-down' });
      await say(one, visitor, 'Is this lost?');
      for (const minute of [10, 40, 61, 62]) await at(minute);
      expect(await one.waiting()).toMatchObject([{ state: 'expired' }]);
      one.zendesk.faults.clear();
      await at(70);
      expect(one.tickets()).toEqual([]);
      await say(one, visitor, 'And now?');
      const [ticket] = one.tickets();
      expect([times(ticket, 'UTC\nIs this lost?'), times(ticket, 'UTC\nAnd now?')]).toEqual([1, 1]);
      expect(await one.waiting()).toEqual([]);
    }, 150_000);
  });
}
