import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { MacroPreviewAnswer } from '../../src/contract/macros.ts';
import { openReader } from '../../src/copilot/open-reader.ts';
import type { HelpDesk } from '../../src/ports/help-desk.ts';
import { testDecision, type TestCall } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { openMacroHouse, type MacroHouse } from '../support/macro-house.ts';
import { shown } from './zendesk/simulated-account.ts';

describe.each(engines.filter(({ available }) => available))('macros beside a ticket on $name', (engine) => {
  let house: MacroHouse;
  let call: TestCall;
  beforeAll(async () => {
    house = await openMacroHouse(engine);
  });
  beforeEach(async () => {
    house.as({ agentId: 9001 });
    call = await house.newLead();
  });
  afterAll(() => house?.close());

  describe('those an agent may use', () => {
    const usable = async (agentId: number, asked: string[] = []): Promise<ReadonlySet<number>> => {
      const { helpDesk } = house.account;
      const watching = {
        ...helpDesk,
        macros: (helpDeskCall: Parameters<HelpDesk['macros']>[0]) => {
          asked.push('macros');
          return helpDesk.macros(helpDeskCall);
        },
      };
      const { subscriptionId } = call;
      const reader = openReader(
        {
          subscriptionId,
          requestId: 'preview',
          actor: { kind: 'zendesk-agent', id: agentId },
          signal: new AbortController().signal,
          ports: { helpDesk: watching },
        },
        { macros: house.macros },
        await house.routes.settings.get(subscriptionId),
        { ticketId: null, onStage: () => undefined },
      );
      return shown(await reader.need('macros')).usable;
    };

    it('S115: are those of everybody, of the agent’s groups and the agent’s own, stored or not', async () => {
      const agent = shown(await house.account.helpDesk.user(house.account.call(), 9001));
      const [own = 0] = agent.groupIds;
      await house.put(5001, { restriction: { type: 'Group', id: own, ids: [1, own] } });
      await house.put(5002, { restriction: { type: 'Group', id: 1, ids: [1, 2] } });
      await house.put(5003, { restriction: { type: 'User', id: 9001, ids: [9001] } });
      await house.put(5004, { restriction: { type: 'User', id: 9002, ids: [9002] } });
      await house.put(5005, { active: false });
      const asked: string[] = [];
      const check = async () => {
        const ids = await usable(9001, asked);
        expect([5001, 5002, 5003, 5004, 5005].filter((id) => ids.has(id))).toEqual([5001, 5003]);
        expect(ids.has(801)).toBe(true);
      };
      await check();
      expect(asked).toEqual(['macros']);
      await house.sync();
      await check();
      await check();
      expect(asked).toEqual(['macros']);
      // A reading shows at once.
      await house.put(5003, { restriction: { type: 'User', id: 9002, ids: [9002] }, created_at: undefined });
      await house.sync();
      expect((await usable(9001)).has(5003)).toBe(false);
      expect((await usable(9002)).has(5003)).toBe(true);
      await house.remove(5001, 5002, 5003, 5004, 5005);
    });
  });

  describe('the preview', () => {
    const preview = (macroId: number, ticketId: number) =>
      house.routes.send('POST', `/v1/sidebar/macros/${macroId}/preview`, { ticketId });

    it('shows the reply and every field that changes, by name, and changes nothing', async () => {
      await house.put(5001, {
        actions: [
          {
            field: 'comment_value',
            value: ['channel:all', 'Hi {{ticket.requester.first_name}}, {{current_user.name}}'],
          },
          { field: 'comment_mode_is_public', value: 'false' },
          { field: 'status', value: 'solved' },
          { field: 'priority', value: 'high' },
          { field: 'assignee_id', value: 'current_user' },
          { field: 'group_id', value: '702' },
          { field: 'current_tags', value: 'refund' },
        ],
      });
      const ticketId = await house.account.addTicket([{ html: '<p>Help</p>' }], {
        priority: 'high',
        tags: ['vip'],
      });
      const answer = await preview(5001, ticketId);
      expect(answer.status).toBe(200);
      const { comment, changes, tags, namesConnection }: MacroPreviewAnswer = answer.body;
      expect(comment?.public).toBe(false);
      expect(comment?.text).toMatch(/^Hi \p{L}+, /u);
      expect(namesConnection).toBe(true);
      expect(tags).toEqual({ added: ['refund'], removed: [] });
      // The priority is high already.
      expect(changes).toEqual([
        {
          field: 'group_id',
          title: null,
          from: null,
          to: { value: '702', name: expect.stringMatching(/\p{L}/u) },
        },
        {
          field: 'assignee_id',
          title: null,
          from: null,
          to: { value: '9001', name: expect.stringMatching(/\p{L}/u) },
        },
        {
          field: 'status',
          title: null,
          from: { value: 'open', name: 'open' },
          to: { value: 'solved', name: 'solved' },
        },
      ]);
      expect((await preview(5001, ticketId)).body).toEqual(answer.body);
      await house.remove(5001);
    });

    it('S115: is refused for a macro of others, one that is off, and one that is not there', async () => {
      const ticketId = await house.account.addTicket([{ html: '<p>Help</p>' }]);
      await house.put(5001, { restriction: { type: 'User', id: 9002, ids: [9002] } });
      await house.put(5002, { active: false });
      for (const id of [5001, 5002, 5003])
        expect(await preview(id, ticketId)).toMatchObject({
          status: 404,
          body: { type: expect.stringContaining('not-found') },
        });
      house.as({ agentId: 9002 });
      expect((await preview(5001, ticketId)).status).toBe(200);
      await house.remove(5001, 5002);
    });

    it('is refused for a ticket the agent may not see', async () => {
      const agent = shown(await house.account.helpDesk.user(house.account.call(), 9006));
      const [own = 0] = agent.groupIds;
      const { groups } = shown(await house.account.helpDesk.accountShape(house.account.call()));
      const other = groups.find(({ id }) => !agent.groupIds.includes(id))?.id;
      const comments = [{ html: '<p>Help</p>' }];
      house.as({ agentId: 9006 });
      expect(await preview(801, await house.account.addTicket(comments, { group: own }))).toMatchObject({
        status: 200,
      });
      expect(await preview(801, await house.account.addTicket(comments, { group: other }))).toMatchObject({
        status: 403,
        body: { type: expect.stringContaining('ticket-not-allowed') },
      });
    });

    it('is refused for a ticket that is not there, and while the feature is off', async () => {
      expect((await preview(801, 88_888_888)).status).toBe(404);
      await house.routes.database.write(call, testDecision, (tx) =>
        tx
          .insertInto('app.feature_setting')
          .values({
            subscription_id: call.subscriptionId,
            feature: 'suggest-macros',
            enabled: false,
            instructions: null,
            updated_at: new Date(),
            model_tier: null,
          })
          .execute(),
      );
      house.routes.settings.forget(call.subscriptionId);
      const ticketId = await house.account.addTicket([{ html: '<p>Help</p>' }]);
      expect(await preview(801, ticketId)).toMatchObject({ status: 403 });
    });
  });
});
