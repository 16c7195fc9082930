import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { holdBudget } from '../../../src/chat/chat-queries.ts';
import { engines } from '../../support/database.ts';
import { modelAnswer, openChatHouse, type ChatHouse } from '../../support/chat-house.ts';

for (const engine of engines) {
  describe.skipIf(!engine.available)(`what visitors may cost on ${engine.name}`, () => {
    let house: ChatHouse;
    beforeAll(async () => {
      house = await openChatHouse(engine, { replicas: 2, requestsPerMinute: 30 });
    });
    afterAll(() => house?.close());

    it('S109: one address and one visitor are held back, others and other agents are not', async () => {
      const agent = await house.newAgent();
      const visitor = await house.visit(agent);
      const own = await Promise.all(
        Array.from({ length: 10 }, () => visitor.post('feedback', { turn: 1, verdict: 'up' })),
      );
      // A fifth of what one person may ask.
      expect(own.filter(({ status }) => status === 200)).toHaveLength(6);
      const from = '203.0.113.9';
      const opened = await Promise.all(
        Array.from({ length: 15 }, () => house.open(agent.agent.widgetKey, { from })),
      );
      expect(opened.filter(({ status }) => status === 200)).toHaveLength(10);
      const refused = opened.find(({ status }) => status === 429);
      expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await house.open(agent.agent.widgetKey)).status).toBe(200);
    });

    it('S109: a flood of one agent leaves another of the same company its visitors', async () => {
      const agent = await house.newAgent();
      const other = await house.newAgent({}, { call: agent.call });
      const flood = await Promise.all(Array.from({ length: 620 }, () => house.open(agent.agent.widgetKey)));
      expect(flood.filter(({ status }) => status === 200)).toHaveLength(600);
      expect((await house.open(other.agent.widgetKey)).status).toBe(200);
    }, 60_000);

    it('S109: a hundred turns at the edge of the daily budget spend no more than it and one call', async () => {
      const most = 60_000;
      const agent = await house.newAgent(
        { dailyBudget: { metric: 'tokens', most } },
        { key: 'sk-sim.in=9000.out=900' },
      );
      house.provider.answerWith(...Array.from({ length: 100 }, () => modelAnswer()));
      const visitors = await Promise.all(Array.from({ length: 100 }, () => house.visit(agent)));
      const answers = await Promise.all(
        visitors.map((visitor, at) => visitor.say('When does it arrive?', { replica: at % 2 })),
      );
      const reasons = answers.map(({ answer }) => answer?.reason);
      expect(reasons.filter((reason) => reason === 'budget-used-up').length).toBeGreaterThan(80);
      expect(answers.every(({ answer }) => answer?.reason === null || answer?.offersPerson)).toBe(true);
      const [day] = await house.database.read(agent.call, (tx) =>
        tx.selectFrom('app.ai_agent_day').selectAll().execute(),
      );
      const spent = Number(day?.input_tokens) + Number(day?.output_tokens);
      expect(spent).toBeGreaterThan(0);
      expect(spent).toBeLessThanOrEqual(most + 9_900);
      expect(day?.held_tokens).toBe('0');
      expect(reasons.filter((reason) => reason === null)).toHaveLength(spent / 9_900);
    }, 60_000);

    it('S109: money is held at its price before it is spent, also by many at once', async () => {
      const agent = await house.newAgent();
      const { subscriptionId } = agent.call;
      const held = await Promise.all(
        Array.from({ length: 100 }, () =>
          house.database.bookkeep({ subscriptionId }, (tx) =>
            holdBudget(
              tx,
              subscriptionId,
              agent.agent.id,
              { metric: 'nano-usd', most: 1_000 },
              { tokens: 10, nanoUsd: 300 },
            ),
          ),
        ),
      );
      expect(held.filter((day) => day !== undefined)).toHaveLength(3);
    });
  });
}
