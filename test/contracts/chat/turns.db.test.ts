import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { engines } from '../../support/database.ts';
import { modelAnswer, openChatHouse, passage, type ChatHouse } from '../../support/chat-house.ts';

for (const engine of engines) {
  describe.skipIf(!engine.available)(`a turn of a conversation on ${engine.name}`, () => {
    let house: ChatHouse;
    beforeAll(async () => {
      house = await openChatHouse(engine);
    });
    afterEach(() => house?.provider.reset());
    afterAll(() => house?.close());

    it('answers from a passage with a checked citation, in the order started, words, answer, done', async () => {
      const agent = await house.newAgent();
      const visitor = await house.visit(agent);
      house.provider.answerWith(modelAnswer());
      const { events, answer, shown } = await visitor.say('When does my parcel arrive?');
      expect(events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1])).toEqual([
        'started',
        'text-delta',
        'answer',
        'done',
      ]);
      expect(shown.trim()).toBe('Parcels arrive within three days [1].');
      expect(answer).toMatchObject({
        turn: 1,
        action: 'answer',
        text: 'Parcels arrive within three days [1].',
        sources: [{ number: 1, title: 'Shipping', quote: 'Parcels arrive within three days' }],
        reason: null,
        language: 'en',
        turnsLeft: 19,
      });
    });

    it('S117: an invented citation carries nothing: the answer becomes "I don’t know" and none of its words was shown', async () => {
      const visitor = await house.visit(await house.newAgent());
      house.provider.answerWith(
        modelAnswer({
          citations: [{ source: 1, quote: 'Parcels arrive by drone' }],
          answer: 'By drone, of course [1].',
        }),
      );
      const { answer, shown } = await visitor.say('How do parcels arrive?');
      expect(shown).toBe('');
      expect(answer).toMatchObject({ reason: 'not-known', sources: [], offersPerson: true });
      expect(answer?.text).not.toContain('drone');
    });

    it('knows nothing without passages and asks no model', async () => {
      const agent = await house.newAgent();
      house.passages.set(agent.agent.id, []);
      const { answer } = await (await house.visit(agent)).say('When does my parcel arrive?');
      expect(answer).toMatchObject({ reason: 'not-known', action: 'ask', offersPerson: true });
      expect(house.provider.requests.filter(({ method }) => method === 'POST')).toEqual([]);
    });

    it('shows nothing of a source that is for the company’s own eyes', async () => {
      const agent = await house.newAgent();
      house.passages.set(agent.agent.id, [passage('The margin is 40 percent.', { internal: true })]);
      const { answer } = await (await house.visit(agent)).say('What is your margin?');
      expect(answer?.reason).toBe('not-known');
      expect(house.provider.requests.filter(({ method }) => method === 'POST')).toEqual([]);
    });

    it('asks the whole conversation of retrieval, and searches once more when the model wants to', async () => {
      const agent = await house.newAgent();
      const visitor = await house.visit(agent);
      house.provider.answerWith(modelAnswer());
      await visitor.say('When does my parcel arrive?');
      house.asked.length = 0;
      const search = modelAnswer({ action: 'search', search: 'express delivery', citations: [], answer: '' });
      house.provider.answerWith(search, search);
      const { answer } = await visitor.say('And by express?');
      expect(house.asked).toEqual([
        ['When does my parcel arrive?', 'And by express?'],
        ['When does my parcel arrive?', 'And by express?', 'express delivery'],
      ]);
      // A second wish to search is no answer.
      expect(answer?.reason).toBe('not-known');
    });

    it('says that it cannot answer, and offers a person, without a provider, with one that fails, and with one that sends rubbish', async () => {
      const without = await house.visit(await house.newAgent({}, { key: null }));
      expect((await without.say('When does it arrive?')).answer).toMatchObject({
        reason: 'no-provider',
        offersPerson: true,
      });
      for (const key of ['sk-sim.status=401', 'sk-sim.badjson=2', 'sk-sim.quota']) {
        const agent = await house.newAgent({}, { key: 'sk-sim.n=3' });
        house.provider.setFault(key.slice('sk-sim.'.length));
        const { answer } = await (await house.visit(agent)).say('When does it arrive?');
        expect(answer, key).toMatchObject({ reason: 'provider-failed', offersPerson: true });
        house.provider.reset();
      }
    });

    it('asks the provider the AI agent names, and the subscription’s when that one is gone', async () => {
      const first = await house.newAgent();
      const [row] = await house.database.read(first.call, (tx) =>
        tx.selectFrom('app.provider_connection').select('id').execute(),
      );
      await house.addProvider(first.call, 'sk-sim.badjson=2');
      for (const [providerId, reason] of [
        [row?.id ?? null, null],
        [null, 'provider-failed'],
        ['f0000000-0000-4000-8000-000000000001', 'provider-failed'],
      ] as const) {
        const model = { providerId, tier: 'quality', temperature: null } as const;
        const agent = await house.newAgent({ model }, { call: first.call });
        if (reason === null) house.provider.answerWith(modelAnswer());
        const { answer } = await (await house.visit(agent)).say('When does it arrive?');
        expect(answer?.reason).toBe(reason);
        house.provider.reset();
      }
    });

    it('a promise nobody would keep is taken back, and one of a transfer becomes the transfer', async () => {
      const visitor = await house.visit(await house.newAgent());
      house.provider.answerWith(
        modelAnswer({ answer: 'Parcels arrive within three days [1]. I have refunded your order.' }),
      );
      const refund = await visitor.say('My parcel is late');
      expect(refund.shown).not.toContain('refunded your');
      expect(refund.answer?.text).toContain('three days [1]');
      expect(refund.answer?.text).not.toContain('refunded');
      expect(refund.answer).toMatchObject({ action: 'ask', offersPerson: true });
      house.provider.answerWith(
        modelAnswer({ answer: 'I will connect you with a colleague right away. [1]' }),
      );
      const transfer = await visitor.say('My parcel is broken');
      expect(transfer.answer).toMatchObject({ action: 'hand-off', handOff: 'unavailable' });
      expect(transfer.answer?.text).toContain('can’t reach a person');
    });

    it('speaks the visitor’s language, or the first of those it may', async () => {
      const visitor = await house.visit(await house.newAgent({ languages: ['fr', 'de'] }));
      const german = await visitor.say(
        'Guten Tag, wann wird mein Paket endlich geliefert, ich warte schon lange darauf?',
      );
      expect(german.answer?.language).toBe('de');
      const english = await house.visit(await house.newAgent({ languages: ['fr'] }));
      expect(
        (await english.say('When will you finally deliver the parcel that I am waiting for?')).answer
          ?.language,
      ).toBe('fr');
    });

    it('small talk and the wish for a person take no model', async () => {
      const visitor = await house.visit(await house.newAgent());
      expect((await visitor.say('Hello!')).answer).toMatchObject({
        reason: 'small-talk',
        offersPerson: false,
      });
      expect((await visitor.say('Can I talk to a human, please?')).answer).toMatchObject({
        action: 'hand-off',
        reason: 'person-wanted',
        handOff: 'unavailable',
      });
      expect(house.provider.requests.filter(({ method }) => method === 'POST')).toEqual([]);
    });

    it('S109: stops after the turn limit, refuses too long a message, and answers one message of a visitor at a time', async () => {
      const visitor = await house.visit(await house.newAgent({ turnLimit: 1 }));
      house.provider.answerWith(modelAnswer());
      await visitor.say('When does it arrive?');
      expect((await visitor.say('And then?')).answer).toMatchObject({ reason: 'turn-limit', turnsLeft: 0 });
      expect((await visitor.say('x'.repeat(4_001))).problem?.type).toContain('invalid-request');
      const other = await house.visit(await house.newAgent({}, { key: 'sk-sim.ttft=400' }));
      const both = await Promise.all([other.say('When does it arrive?'), other.say('When does it arrive?')]);
      expect(both.map(({ status }) => status).toSorted((one, other) => one - other)).toEqual([200, 409]);
      expect(both.find(({ status }) => status === 409)?.problem?.type).toContain('chat-busy');
    });

    it('S118: an AI agent that is switched off begins no answer, and ends the one it is giving, within five seconds', async () => {
      const agent = await house.newAgent({}, { key: 'sk-sim.ttft=8000' });
      const visitor = await house.visit(agent);
      const running = visitor.say('When does it arrive?');
      await new Promise((resolve) => setTimeout(resolve, 500));
      await house.switchOff(agent);
      const { problem } = await running;
      expect(problem?.type).toContain('chat-unavailable');
      await new Promise((resolve) => setTimeout(resolve, 2_100));
      expect((await visitor.say('Are you there?')).problem?.type).toContain('chat-unavailable');
    }, 15_000);

    it('leaves a receipt and the counts of the day, without a word of the conversation', async () => {
      const agent = await house.newAgent();
      const visitor = await house.visit(agent);
      house.provider.answerWith(modelAnswer());
      await visitor.say('When does it arrive?');
      await visitor.post('feedback', { turn: 1, verdict: 'up' });
      expect((await visitor.post('feedback', { turn: 1, verdict: 'up' })).body).toEqual({ counted: false });
      await house.ledger.flush();
      const { days, receipts } = await house.database.read(agent.call, async (tx) => ({
        days: await tx.selectFrom('app.ai_agent_day').selectAll().execute(),
        receipts: await tx
          .selectFrom('app.receipt')
          .select(['feature', 'outcome', 'prompt_version'])
          .execute(),
      }));
      expect(receipts).toEqual([{ feature: 'chat', outcome: 'ok', prompt_version: 1 }]);
      expect(days).toHaveLength(1);
      expect(days[0]).toMatchObject({ conversations: '1', turns: '1', verdicts_up: '1', held_tokens: '0' });
      expect(Number(days[0]?.input_tokens)).toBeGreaterThan(0);
    });
  });
}
