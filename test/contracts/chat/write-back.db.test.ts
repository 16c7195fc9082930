import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { updateTicket } from '../../../simulators/zendesk/change-ticket.ts';
import type { StoredTicket } from '../../../simulators/zendesk/model.ts';
import { engines } from '../../support/database.ts';
import { openChatDesk, type ChatDesk } from '../../support/chat-desk.ts';
import { modelAnswer, type TestAgent } from '../../support/chat-house.ts';

const contact = { name: 'Inés López', email: 'ines@example.com' };

for (const engine of engines) {
  describe.skipIf(!engine.available)(`write-back on ${engine.name}`, () => {
    let desk: ChatDesk;
    beforeAll(async () => {
      desk = await openChatDesk(engine);
    });
    afterEach(() => desk?.reset());
    afterAll(() => desk?.close());

    const newAgent = async (
      settings: Parameters<ChatDesk['house']['newAgent']>[0] = {},
    ): Promise<TestAgent> => {
      const agent = await desk.house.newAgent(settings);
      await desk.connect(agent.call);
      return agent;
    };
    const only = (): StoredTicket => desk.onlyTicket();
    const words = (ticket: StoredTicket): string => ticket.comments.map(({ text }) => text).join('\n');

    it('live mode makes the ticket at the first turn and appends each later one, once', async () => {
      const visitor = await desk.house.visit(await newAgent({ writeBack: 'live' }));
      for (const question of ['When does my parcel arrive?', 'And returns?', 'Thanks']) {
        desk.house.provider.answerWith(modelAnswer());
        await visitor.say(question);
      }
      const ticket = only();
      expect(ticket.comments).toHaveLength(3);
      expect(ticket.comments[1]?.text).toMatch(/Visitor · .* UTC\nAnd returns\?/);
      expect(ticket.comments[1]?.text).toContain('Shop assistant (AI agent)');
      expect(ticket.comments[1]?.text).toContain('Sources: [1] Shipping');
      expect(words(ticket).match(/And returns/g)).toHaveLength(1);
      await visitor.post('end', { history: visitor.history });
      expect(only().tags).toContain('indesk_confirmed');
      expect(only().comments).toHaveLength(3);
    });

    it('transcript mode writes nothing before the end, then everything, and tags how it ended', async () => {
      const agent = await newAgent({ writeBack: 'transcript' });
      const endings: string[] = [];
      for (const verdict of ['up', undefined] as const) {
        const visitor = await desk.house.visit(agent);
        desk.house.provider.answerWith(modelAnswer());
        await visitor.say('When does my parcel arrive?');
        expect(desk.tickets()).toHaveLength(endings.length);
        if (verdict !== undefined) await visitor.post('feedback', { turn: 1, verdict });
        await visitor.post('end', { history: visitor.history });
        const ticket = desk.tickets().at(-1) as StoredTicket;
        endings.push(...ticket.tags.filter((tag) => /confirmed|silent/.test(tag)));
        expect(words(ticket)).toContain('When does my parcel arrive?');
      }
      expect(endings).toEqual(['indesk_confirmed', 'indesk_silent']);
    });

    it('writes nothing when it is off and nobody was called', async () => {
      const visitor = await desk.house.visit(await newAgent({ writeBack: 'off' }));
      desk.house.provider.answerWith(modelAnswer());
      await visitor.say('When does my parcel arrive?');
      await visitor.post('end', { history: visitor.history });
      expect(desk.tickets()).toEqual([]);
    });

    it('R18: an answer of Zendesk that is lost makes no second ticket and doubles no turn', async () => {
      const visitor = await desk.house.visit(await newAgent({ writeBack: 'live' }));
      for (const [at, match] of [
        '^POST /api/v2/tickets',
        '^PUT /api/v2/tickets/',
        '^PUT /api/v2/tickets/',
      ].entries()) {
        await desk.fault({ match, kind: 'cut', times: at === 0 ? 3 : 1 });
        desk.house.provider.answerWith(modelAnswer());
        await visitor.say(`Question number ${at}?`);
        desk.zendesk.faults.clear();
      }
      desk.house.provider.answerWith(modelAnswer());
      await visitor.say('The last question?');
      const ticket = only();
      for (const said of ['Question number 0', 'Question number 1', 'Question number 2', 'The last question'])
        expect(words(ticket).match(new RegExp(said, 'g')), said).toHaveLength(
          said === 'Question number 0' ? 1 : 1,
        );
    });

    it('R18: the same turn sent again after its answer was lost is in the ticket once', async () => {
      const visitor = await desk.house.visit(await newAgent({ writeBack: 'live' }));
      desk.house.provider.answerWith(modelAnswer());
      await visitor.say('When does my parcel arrive?');
      const before = visitor.history;
      for (let time = 0; time < 2; time += 1) {
        desk.house.provider.answerWith(modelAnswer());
        await visitor.say('And returns?', { history: before });
      }
      expect(words(only()).match(/And returns/g)).toHaveLength(1);
    });

    it('brings a conversation to Zendesk without the visitor once it answers again', async () => {
      const visitor = await desk.house.visit(await newAgent({ writeBack: 'live' }));
      await desk.fault({ preset: 'zendesk-down' });
      desk.house.provider.answerWith(modelAnswer());
      await visitor.say('When does my parcel arrive?');
      await visitor.post('hand-off', { history: visitor.history, contact, note: 'Please hurry' });
      await desk.dueNow();
      await desk.runJobs();
      expect(desk.tickets()).toEqual([]);
      expect(await desk.waiting()).toMatchObject([
        { state: 'waiting', called: true, error_code: 'zendesk-unavailable' },
      ]);
      desk.zendesk.faults.clear();
      await desk.dueNow();
      await desk.runJobs();
      const ticket = only();
      expect(words(ticket)).toMatch(/Please hurry[\s\S]*When does my parcel arrive/);
      expect(desk.zendesk.account.users.get(ticket.requesterId)).toMatchObject(contact);
      expect(await desk.waiting()).toEqual([]);
    });

    it('a closed ticket is followed up by one ticket with the same external id and tags', async () => {
      const visitor = await desk.house.visit(await newAgent({ writeBack: 'live' }));
      desk.house.provider.answerWith(modelAnswer());
      await visitor.say('When does my parcel arrive?');
      only().status = 'closed';
      for (const question of ['And returns?', 'And refunds?']) {
        desk.house.provider.answerWith(modelAnswer());
        await visitor.say(question);
      }
      const [first, next, ...more] = desk.tickets();
      expect(more).toEqual([]);
      expect(next).toMatchObject({ followupSourceId: first?.id, externalId: first?.externalId });
      expect(next?.tags).toEqual(expect.arrayContaining([...(first?.tags ?? [])]));
      expect(next?.comments.map(({ text }) => /And (\w+)\?/.exec(text)?.[1])).toEqual(['returns', 'refunds']);
    });

    it('keeps silent once a person has answered or taken the ticket, and passes on what the visitor says', async () => {
      for (const input of [{ comment: { body: 'I take over.', public: true } }, { assignee_id: 9001 }]) {
        const visitor = await desk.house.visit(await newAgent({ writeBack: 'live' }));
        desk.house.provider.answerWith(modelAnswer());
        await visitor.say('When does my parcel arrive?');
        const ticket = desk.tickets().at(-1) as StoredTicket;
        const person = desk.zendesk.account.users.get(9001);
        if (person === undefined) throw new Error('no such agent');
        updateTicket(desk.zendesk.account, ticket, input, person);
        const asked = desk.house.provider.requests.length;
        expect((await visitor.say('And returns?')).answer).toMatchObject({
          action: 'hand-off',
          handOff: 'done',
          sources: [],
        });
        expect(desk.house.provider.requests).toHaveLength(asked);
        expect(words(ticket)).toContain('And returns?');
      }
    });

    it('a private note of an agent silences nobody', async () => {
      const visitor = await desk.house.visit(await newAgent({ writeBack: 'live' }));
      desk.house.provider.answerWith(modelAnswer());
      await visitor.say('When does my parcel arrive?');
      const person = desk.zendesk.account.users.get(9001);
      if (person === undefined) throw new Error('no such agent');
      updateTicket(
        desk.zendesk.account,
        only(),
        { comment: { body: 'Interesting.', public: false } },
        person,
      );
      desk.house.provider.answerWith(modelAnswer());
      expect((await visitor.say('And returns?')).answer).toMatchObject({ action: 'answer' });
    });

    it('R18: a turn and the job that brings the ones before it, at the same moment, write everything once', async () => {
      const visitor = await desk.house.visit(await newAgent({ writeBack: 'live' }));
      await desk.fault({ preset: 'zendesk-down' });
      desk.house.provider.answerWith(modelAnswer());
      await visitor.say('Question one?');
      desk.zendesk.faults.clear();
      await desk.dueNow();
      desk.house.provider.answerWith(modelAnswer());
      await Promise.all([desk.runJobs(), visitor.say('Question two?')]);
      await desk.dueNow();
      await desk.runJobs();
      for (const said of ['Question one', 'Question two'])
        expect(words(only()).match(new RegExp(said, 'g')), said).toHaveLength(1);
      expect(await desk.waiting()).toEqual([]);
    });

    it('a visitor who writes more than Zendesk takes is brought there later, and nobody else has to wait', async () => {
      const agent = await newAgent({ writeBack: 'live' });
      const visitor = await desk.house.visit(agent);
      desk.house.provider.answerWith(modelAnswer());
      await visitor.say('Question one?');
      const sessionId = only().externalId?.slice('indesk-chat:'.length);
      const { subscriptionId } = agent.call;
      await desk.house.keyValues.increment(`chat-writes:${subscriptionId}:${sessionId}`, 23, {
        ttlSeconds: 600,
      });
      desk.house.provider.answerWith(modelAnswer());
      await visitor.say('Question two?');
      expect(only().comments).toHaveLength(1);
      await desk.dueNow();
      await desk.runJobs();
      expect(only().comments).toHaveLength(2);
    });
  });
}
