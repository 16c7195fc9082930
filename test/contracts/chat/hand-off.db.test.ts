import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { updateTicket } from '../../../simulators/zendesk/change-ticket.ts';
import type { StoredTicket } from '../../../simulators/zendesk/model.ts';
import { engines } from '../../support/database.ts';
import { openChatDesk, type ChatDesk } from '../../support/chat-desk.ts';
import { modelAnswer, type TestAgent } from '../../support/chat-house.ts';

const contact = { name: 'Inés López', email: 'ines@example.com' };

for (const engine of engines) {
  describe.skipIf(!engine.available)(`hand-off and write-back on ${engine.name}`, () => {
    let desk: ChatDesk;
    beforeAll(async () => {
      desk = await openChatDesk(engine);
    });
    afterEach(async () => {
      desk?.house.provider.reset();
      desk?.zendesk.faults.clear();
      for (const { id } of desk?.tickets() ?? []) desk?.zendesk.account.tickets.delete(id);
    });
    afterAll(() => desk?.close());

    const newAgent = async (settings: Parameters<ChatDesk['house']['newAgent']>[0] = {}): Promise<TestAgent> => {
      const agent = await desk.house.newAgent(settings);
      await desk.connect(agent.call);
      return agent;
    };
    const only = (): StoredTicket => {
      const [ticket, ...more] = desk.tickets();
      if (ticket === undefined || more.length > 0) throw new Error(`${more.length + 1} tickets`);
      return ticket;
    };
    const words = (ticket: StoredTicket): string => ticket.comments.map(({ text }) => text).join('\n');

    it('asks for an address, then makes one private ticket with summary, transcript, group and tags', async () => {
      const agent = await newAgent({ writeBack: 'off', handOff: { enabled: true, when: [], afterUnanswered: 3, groupId: 701 } });
      const visitor = await desk.house.visit(agent);
      desk.house.provider.answerWith(modelAnswer());
      await visitor.say('When does my parcel arrive?');
      const asked = await visitor.say('Can I talk to a human, please?');
      expect(asked.answer).toMatchObject({ handOff: 'contact-needed' });
      expect(desk.tickets()).toEqual([]);
      const called = await visitor.post('hand-off', { history: visitor.history, contact, note: 'Call me Ana' });
      expect(called).toMatchObject({ status: 200, body: { handOff: 'done' } });
      const ticket = only();
      expect(ticket).toMatchObject({
        externalId: expect.stringMatching(/^indesk-chat:[0-9a-f-]{36}$/),
        subject: 'Chat: When does my parcel arrive?',
        groupId: 701,
        tags: expect.arrayContaining([
          'indesk_ai_agent',
          `indesk_agent_${agent.agent.id.replaceAll('-', '')}`,
          'indesk_handed_off',
        ]),
      });
      expect(ticket.comments.map((comment) => comment.public)).toEqual([false]);
      expect(desk.zendesk.account.users.get(ticket.requesterId)).toMatchObject(contact);
      expect(words(ticket)).toMatch(/Summary[\s\S]*Call me Ana[\s\S]*When does my parcel arrive\?[\s\S]*three days \[1\]/);
    });

    it('the model’s summary stands in the ticket, and a plain one when the model gives none', async () => {
      const agent = await newAgent();
      for (const [answer, expected] of [
        ['{"summary":"Wants to know when the parcel arrives. See https://evil.example/x"}', /Wants to know when the parcel arrives\. See\s/],
        ['no JSON at all', /First: “When does my parcel arrive\?”/],
      ] as const) {
        const visitor = await desk.house.visit(agent);
        desk.house.provider.answerWith(modelAnswer());
        await visitor.say('When does my parcel arrive?');
        desk.house.provider.answerWith(answer, answer, answer);
        await visitor.post('hand-off', { history: visitor.history, contact });
        const ticket = desk.tickets().at(-1) as StoredTicket;
        expect(words(ticket)).toMatch(expected);
        expect(words(ticket)).not.toContain('evil.example');
        desk.house.provider.reset();
      }
    });

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
      for (const [at, match] of ['^POST /api/v2/tickets', '^PUT /api/v2/tickets/', '^PUT /api/v2/tickets/'].entries()) {
        await desk.fault({ match, kind: 'cut', times: at === 0 ? 3 : 1 });
        desk.house.provider.answerWith(modelAnswer());
        await visitor.say(`Question number ${at}?`);
        desk.zendesk.faults.clear();
      }
      desk.house.provider.answerWith(modelAnswer());
      await visitor.say('The last question?');
      const ticket = only();
      for (const said of ['Question number 0', 'Question number 1', 'Question number 2', 'The last question'])
        expect(words(ticket).match(new RegExp(said, 'g')), said).toHaveLength(said === 'Question number 0' ? 1 : 1);
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

    it('tells the truth while Zendesk is down, and the next turn brings everything from the visitor’s own copy', async () => {
      const visitor = await desk.house.visit(await newAgent({ writeBack: 'off' }));
      desk.house.provider.answerWith(modelAnswer());
      await visitor.say('When does my parcel arrive?');
      await desk.fault({ preset: 'zendesk-down' });
      const called = await visitor.post('hand-off', { history: visitor.history, contact });
      expect(called.body).toMatchObject({ handOff: 'pending', text: expect.stringContaining('keep this window open') });
      visitor.history = (called.body as { history: string }).history;
      const { answer } = await visitor.say('Is anybody there?');
      expect(answer).toMatchObject({ handOff: 'pending' });
      desk.zendesk.faults.clear();
      expect((await visitor.say('Hello?')).answer).toMatchObject({ handOff: 'done' });
      const ticket = only();
      expect(ticket.tags).toContain('indesk_handed_off');
      for (const said of ['Summary', 'When does my parcel arrive', 'Is anybody there', 'Hello?'])
        expect(words(ticket)).toContain(said);
      // What waited is delivered; nothing is written again.
      const before = ticket.comments.length;
      await desk.dueNow();
      await desk.runJobs();
      expect(only().comments).toHaveLength(before);
      expect(await desk.waiting()).toEqual([]);
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
      expect(await desk.waiting()).toMatchObject([{ state: 'waiting', called: true, error_code: 'zendesk-unavailable' }]);
      desk.zendesk.faults.clear();
      await desk.dueNow();
      await desk.runJobs();
      const ticket = only();
      expect(words(ticket)).toMatch(/Please hurry[\s\S]*When does my parcel arrive/);
      expect(desk.zendesk.account.users.get(ticket.requesterId)).toMatchObject(contact);
      expect(await desk.waiting()).toEqual([]);
    });

    it('after an hour what waited is gone, and the visitor is told', async () => {
      const visitor = await desk.house.visit(await newAgent({ writeBack: 'off' }));
      await desk.fault({ preset: 'zendesk-down' });
      // The session's token lasts an hour itself.
      desk.moveClock(-10 * 60_000);
      const called = await visitor.post('hand-off', { history: visitor.history, contact });
      visitor.history = (called.body as { history: string }).history;
      desk.moveClock(45 * 60_000);
      expect((await visitor.say('Is anybody there?')).answer).toMatchObject({ handOff: 'pending' });
      desk.moveClock(55 * 60_000);
      expect((await visitor.say('Is anybody there?')).answer).toMatchObject({ handOff: 'unavailable' });
      desk.moveClock(0);
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
        expect((await visitor.say('And returns?')).answer).toMatchObject({ action: 'hand-off', handOff: 'done', sources: [] });
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
      updateTicket(desk.zendesk.account, only(), { comment: { body: 'Interesting.', public: false } }, person);
      desk.house.provider.answerWith(modelAnswer());
      expect((await visitor.say('And returns?')).answer).toMatchObject({ action: 'answer' });
    });

    it('a group or an address that Zendesk refuses keeps nobody from being called', async () => {
      const agent = await newAgent({ handOff: { enabled: true, when: [], afterUnanswered: 3, groupId: 4_711 } });
      const visitor = await desk.house.visit(agent);
      const called = await visitor.post('hand-off', { history: visitor.history, contact });
      expect(called.body).toMatchObject({ handOff: 'done' });
      expect(only()).toMatchObject({ groupId: null });
      expect(words(only())).toContain(contact.email);
    });

    it('S111: what a visitor writes is text in the ticket and no HTML, placeholder or hidden sign', async () => {
      const visitor = await desk.house.visit(await newAgent({ writeBack: 'live' }));
      const nasty = '<img src=x onerror=alert(1)> </p><script>x</script> {{ticket.requester.email}} {% if x %} \u202Eabc\u200B';
      await visitor.say(nasty);
      const [comment] = only().comments;
      expect(comment?.html).not.toMatch(/<img|<script|\{\{|\{%|\u202E|\u200B/u);
      expect(comment?.html).toContain('&lt;img src=x onerror=alert(1)&gt;');
      expect(only().subject).not.toMatch(/[\u202E\u200B]/u);
    });

    it('no word of a conversation is in the log, whatever goes wrong', async () => {
      const visitor = await desk.house.visit(await newAgent({ writeBack: 'live' }));
      for (const fault of [{ kind: 'status', status: 422 }, { kind: 'malformed' }, { kind: 'cut' }]) {
        await desk.fault({ match: '/api/v2/tickets', times: 6, ...fault });
        await visitor.say('CANARYxyz where is it?');
        desk.zendesk.faults.clear();
      }
      expect(desk.house.log.join('\n')).not.toContain('CANARYxyz');
    });
  });
}
