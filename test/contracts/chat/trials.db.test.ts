import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { AiAgentSettings } from '../../../src/contract/ai-agents.ts';
import type { Trial, TrialEvent } from '../../../src/contract/playground.ts';
import { engines } from '../../support/database.ts';
import {
  modelAnswer,
  openChatHouse,
  passage,
  type ChatHouse,
  type TestAgent,
} from '../../support/chat-house.ts';

for (const engine of engines) {
  describe.skipIf(!engine.available)(`trying an AI agent on ${engine.name}`, () => {
    let house: ChatHouse;
    beforeAll(async () => {
      house = await openChatHouse(engine);
    });
    afterEach(() => house?.provider.reset());
    afterAll(() => house?.close());

    const send = (agent: TestAgent, body: object, more: { version?: number; whole?: boolean } = {}) =>
      fetch(`${house.urls[0]}/v1/ai-agents/${agent.agent.id}/versions/${more.version ?? 1}/trials`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          'x-subscription': agent.call.subscriptionId,
          ...(more.whole !== false && { accept: 'application/json' }),
        },
        body: JSON.stringify(body),
      });
    const asks = (text: string, more: object = {}) => ({ messages: [{ from: 'visitor', text }], ...more });
    const tryOut = async (
      agent: TestAgent,
      body: object,
      more: { version?: number } = {},
    ): Promise<Trial> => {
      const response = await send(agent, body, more);
      expect(response.status).toBe(200);
      return (await response.json()) as Trial;
    };
    const days = async ({ agent, call }: TestAgent) => {
      const response = await fetch(`${house.urls[0]}/v1/ai-agents/${agent.id}/days`, {
        headers: { 'x-subscription': call.subscriptionId },
      });
      return ((await response.json()) as { days: Record<string, number>[] }).days;
    };

    it('gives the answer a visitor gets, and shows passages, prompt and receipt beside it', async () => {
      const agent = await house.newAgent();
      const visitor = await house.visit(agent);
      house.provider.answerWith(modelAnswer(), modelAnswer());
      const { answer } = await visitor.say('When does my parcel arrive?');
      const before = await days(agent);
      const trial = await tryOut(agent, asks('When does my parcel arrive?'));
      expect(trial.answer).toMatchObject({
        text: answer?.text,
        action: answer?.action,
        sources: answer?.sources,
        reason: null,
      });
      expect(trial.searches[0]?.passages[0]).toMatchObject({ number: 1, cited: true, verified: true });
      expect(trial.prompts[0]?.user).toContain('When does my parcel arrive?');
      expect(trial.prompts[0]?.system).toContain('Shop assistant');
      expect(trial.receipt).toMatchObject({ feature: 'chat', outcome: 'ok', providerCalls: 1 });
      expect(trial.receipt.inputTokens).toBeGreaterThan(0);
      // Used of the budget, and no visitor was there.
      const [after] = await days(agent);
      expect(after).toMatchObject({
        conversations: before[0]?.['conversations'],
        turns: before[0]?.['turns'],
      });
      expect(after?.['inputTokens']).toBe((before[0]?.['inputTokens'] ?? 0) + trial.receipt.inputTokens);
    });

    it('streams started, words, trial, done', async () => {
      const agent = await house.newAgent();
      house.provider.answerWith(modelAnswer());
      const response = await send(agent, asks('When does my parcel arrive?'), { whole: false });
      const events = (await response.text())
        .split('\n\n')
        .filter((frame) => frame.startsWith('data: '))
        .map((frame) => JSON.parse(frame.slice(6)) as TrialEvent);
      expect(events.map(({ type }) => type).filter((type, at, all) => type !== all[at - 1])).toEqual([
        'started',
        'text-delta',
        'trial',
        'done',
      ]);
    });

    it('says of a citation whose words do not stand in the passage that it was cited and not verified', async () => {
      const agent = await house.newAgent();
      const invented = { citations: [{ source: 1, quote: 'Parcels arrive by drone' }] };
      house.provider.answerWith(modelAnswer(invented));
      const trial = await tryOut(agent, asks('How do parcels arrive?'));
      expect(trial.answer.reason).toBe('not-known');
      expect(trial.searches[0]?.passages[0]).toMatchObject({ cited: true, verified: false });
    });

    it('tries settings that were never published, and of an AI agent that is off', async () => {
      const agent = await house.newAgent();
      const saved = await fetch(`${house.urls[0]}/v1/ai-agents/${agent.agent.id}/settings`, {
        method: 'PUT',
        headers: { 'content-type': 'application/json', 'x-subscription': agent.call.subscriptionId },
        body: JSON.stringify({
          basedOn: 1,
          settings: AiAgentSettings.parse({ instructions: 'Call parcels consignments.' }),
        }),
      });
      expect(saved.status).toBe(200);
      await house.switchOff(agent);
      house.provider.answerWith(modelAnswer());
      const trial = await tryOut(agent, asks('When does my parcel arrive?'), { version: 2 });
      expect(trial.prompts[0]?.system).toContain('Call parcels consignments.');
      expect((await send(agent, asks('Hm?'), { version: 3 })).status).toBe(404);
    });

    it('goes on with a conversation: unanswered turns in a row call a person, as they would', async () => {
      const agent = await house.newAgent({
        handOff: { enabled: true, when: [], afterUnanswered: 2, groupId: null },
      });
      house.passages.set(agent.agent.id, []);
      const first = await tryOut(agent, asks('Do you sell boats?'));
      expect(first).toMatchObject({ answer: { reason: 'not-known' }, calls: null, state: { unanswered: 1 } });
      const messages = [
        { from: 'visitor', text: 'Do you sell boats?' },
        { from: 'agent', text: first.answer.text },
        { from: 'visitor', text: 'And canoes?' },
      ];
      const second = await tryOut(agent, { messages, state: first.state });
      expect(second).toMatchObject({
        answer: { action: 'hand-off', handOff: 'done' },
        calls: 'unanswered',
        state: { handedOff: true },
      });
      expect(second.receipt.providerCalls).toBe(0);
    });

    it('counts against the daily budget, and is refused by it as a visitor would be', async () => {
      const agent = await house.newAgent({ dailyBudget: { metric: 'tokens', most: 1 } });
      house.provider.answerWith(modelAnswer());
      await tryOut(agent, asks('When does my parcel arrive?'));
      const second = await tryOut(agent, asks('When does my parcel arrive?'));
      expect(second).toMatchObject({ answer: { reason: 'budget-used-up' }, receipt: { providerCalls: 0 } });
    });

    it('answers nobody of another subscription, and refuses what is no conversation', async () => {
      const [agent, other] = [await house.newAgent(), await house.newAgent()];
      expect((await send({ ...agent, call: other.call }, asks('Hello there, you?'))).status).toBe(404);
      expect((await send(agent, { messages: [] })).status).toBe(400);
      expect((await send(agent, { messages: [{ from: 'agent', text: 'Hello' }] })).status).toBe(400);
    });

    it('keeps nothing of it in the log', async () => {
      const agent = await house.newAgent();
      house.passages.set(agent.agent.id, [passage('The KLM-7781 password is quince.')]);
      house.provider.answerWith(modelAnswer({ citations: [], answer: 'KLM-7782' }));
      await tryOut(agent, asks('KLM-7783?'));
      expect(house.log.join('\n')).not.toMatch(/KLM-778|quince/);
    });
  });
}
