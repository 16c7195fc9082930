import { sql } from 'kysely';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testAgent, type TestCall } from '../../../src/chat/test-agent.ts';
import {
  mostQuestions,
  type QuestionView,
  type TestResultView,
  type TestRunView,
} from '../../../src/contract/questions.ts';
import { platformSubscriptionId } from '../../../src/kernel/platform.ts';
import type { Database } from '../../../src/ports/database.ts';
import { stopHostAiAgents } from '../../../src/services/ai-agents/stop-ai-agents.ts';
import { engines } from '../../support/database.ts';
import {
  modelAnswer,
  openChatHouse,
  passage,
  type ChatHouse,
  type TestAgent,
} from '../../support/chat-house.ts';

const anything = { outcome: 'answer', sourceIds: [], contains: [], excludes: [] };
const asks = (question: string, expects: object = {}) => ({
  question,
  language: 'en',
  expects: { ...anything, ...expects },
});

for (const engine of engines) {
  describe.skipIf(!engine.available)(`saved questions on ${engine.name}`, () => {
    let house: ChatHouse;
    beforeAll(async () => {
      house = await openChatHouse(engine, { replicas: 2 });
    });
    afterEach(() => house?.provider.reset());
    afterAll(() => house?.close());

    const send = async (agent: TestAgent, method: string, path: string, body?: object, replica = 0) => {
      const response = await fetch(`${house.urls[replica]}/v1/ai-agents/${agent.agent.id}${path}`, {
        method,
        headers: {
          'x-subscription': agent.call.subscriptionId,
          accept: 'application/json',
          ...(body !== undefined && { 'content-type': 'application/json' }),
        },
        ...(body !== undefined && { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as never };
    };
    const save = async (agent: TestAgent, question: object): Promise<QuestionView> => {
      const { status, body } = await send(agent, 'POST', '/questions', question);
      expect(status).toBe(200);
      return body;
    };
    const start = async (agent: TestAgent): Promise<TestRunView> => {
      const { status, body } = await send(agent, 'POST', '/test-runs', { version: 1 });
      expect(status).toBe(200);
      return body;
    };
    const show = async (agent: TestAgent, run: TestRunView) =>
      (await send(agent, 'GET', `/test-runs/${run.id}`)).body as {
        run: TestRunView;
        results: TestResultView[];
      };
    const work = async (agent: TestAgent, run: TestRunView, database: Database = house.database) => {
      const call = {
        ...agent.call,
        actor: { kind: 'system', id: 'job' },
        signal: new AbortController().signal,
        ports: { ...house.ports, database },
      } as unknown as TestCall;
      const [services] = house.services;
      if (services !== undefined) await testAgent(call, services, { runId: run.id, step: 0 });
    };

    it('are sealed, changed, deleted, and nobody else’s', async () => {
      const [agent, other] = [await house.newAgent(), await house.newAgent()];
      const made = await save(agent, asks('When do parcels arrive?', { contains: ['three days'] }));
      const rows = await house.database.read(agent.call, (tx) =>
        tx.selectFrom('app.ai_agent_question').selectAll().execute(),
      );
      expect(rows).toHaveLength(1);
      expect(JSON.stringify(rows)).not.toMatch(/parcel|three/i);
      const changed = await send(agent, 'PUT', `/questions/${made.id}`, asks('When do boxes arrive?'));
      expect(changed.body).toMatchObject({ id: made.id, question: 'When do boxes arrive?' });
      const foreign = { ...agent, call: other.call };
      expect((await send(foreign, 'GET', '/questions')).status).toBe(404);
      expect((await send(foreign, 'PUT', `/questions/${made.id}`, asks('Hm?'))).status).toBe(404);
      expect((await send(foreign, 'DELETE', `/questions/${made.id}`)).status).toBe(404);
      expect((await send(other, 'DELETE', `/questions/${made.id}`)).status).toBe(404);
      expect((await send(agent, 'DELETE', `/questions/${made.id}`)).status).toBe(200);
      expect((await send(agent, 'GET', '/questions')).body).toEqual({ questions: [] });
    });

    it('are 200 at most, also when the last two come at once', async () => {
      const agent = await house.newAgent();
      const first = await save(agent, asks('Number 0?'));
      await house.database.bookkeep(agent.call, (tx) =>
        sql`insert into app.ai_agent_question (subscription_id, id, ai_agent_id, content, created_at, updated_at)
          select subscription_id, gen_random_uuid(), ai_agent_id, content, now(), now()
          from app.ai_agent_question, generate_series(2, ${mostQuestions - 1}) where id = ${first.id}`.execute(
          tx,
        ),
      );
      const both = await Promise.all([1, 2].map((n) => send(agent, 'POST', '/questions', asks(`${n}?`))));
      expect(new Set(both.map(({ status }) => status))).toEqual(new Set([200, 409]));
    });

    it('are asked as visitors ask, and judged by every expectation with its reason', async () => {
      const agent = await house.newAgent();
      const source = passage('Parcels arrive within three days. Returns are free for 30 days.');
      house.passages.set(agent.agent.id, [source]);
      const wanted: readonly (readonly [object, readonly string[]])[] = [
        [{ contains: ['THREE  days'], excludes: ['drone'], sourceIds: [source.sourceId] }, []],
        [{ contains: ['four days'] }, ['word-missing']],
        [{ excludes: ['three days'] }, ['word-forbidden']],
        [{ sourceIds: ['0198f000-0000-7000-8000-00000000abcd'] }, ['source-not-cited']],
        [{ outcome: 'not-known' }, ['knew-after-all']],
        [{ outcome: 'hand-off' }, ['not-handed-off']],
        [{ outcome: 'any' }, []],
      ];
      const ids: string[] = [];
      for (const [expects] of wanted)
        ids.push((await save(agent, asks('When does my parcel arrive?', expects))).id);
      house.provider.answerWith(...wanted.map(() => modelAnswer()));
      const run = await start(agent);
      expect(run).toMatchObject({ state: 'running', total: wanted.length, passed: 0 });
      await work(agent, run);
      const { run: done, results } = await show(agent, run);
      expect(done).toMatchObject({ state: 'done', passed: 2, failed: 5, errors: 0 });
      for (const [at, [, reasons]] of wanted.entries())
        expect(results.find(({ questionId }) => questionId === ids[at])?.reasons).toEqual(reasons);
      // Not an answer anywhere at rest.
      const rows = await house.database.read(agent.call, (tx) =>
        tx.selectFrom('app.ai_agent_test_result').selectAll().execute(),
      );
      expect(JSON.stringify(rows)).not.toMatch(/three|parcel/i);
    });

    it('say beside each result what the run before said', async () => {
      const agent = await house.newAgent();
      const { id } = await save(agent, asks('When does my parcel arrive?'));
      house.provider.answerWith(modelAnswer({ citations: [] }));
      const first = await start(agent);
      await work(agent, first);
      house.provider.answerWith(modelAnswer());
      const second = await start(agent);
      await work(agent, second);
      expect((await show(agent, first)).results).toEqual([
        { questionId: id, outcome: 'failed', reasons: ['not-answered'], before: null },
      ]);
      expect((await show(agent, second)).results).toEqual([
        { questionId: id, outcome: 'passed', reasons: [], before: 'failed' },
      ]);
      const { body } = await send(agent, 'GET', '/test-runs');
      expect((body as { runs: TestRunView[] }).runs.map(({ id: one }) => one)).toEqual([second.id, first.id]);
    });

    it('go on where a job was cut off, and ask nothing twice', async () => {
      const agent = await house.newAgent();
      for (let at = 0; at < 7; at += 1) await save(agent, asks('When does my parcel arrive?'));
      house.provider.answerWith(...Array.from({ length: 7 }, () => modelAnswer()));
      const run = await start(agent);
      let written = 0;
      const dying: Database = {
        ...house.database,
        write: async (call, decision, change) => {
          const result = await house.database.write(call, decision, change);
          if (decision.audit.action === 'ai-agent.tested' && ++written === 1) throw new Error('killed');
          return result;
        },
      };
      await expect(work(agent, run, dying)).rejects.toThrow('killed');
      expect((await show(agent, run)).run).toMatchObject({ state: 'running', passed: 3 });
      await work(agent, run);
      expect((await show(agent, run)).run).toMatchObject({ state: 'done', passed: 7 });
      expect(house.provider.requests.filter(({ method }) => method === 'POST')).toHaveLength(7);
    });

    it('stop when they are cancelled; one run at a time, and none without questions', async () => {
      const agent = await house.newAgent();
      expect((await send(agent, 'POST', '/test-runs', { version: 1 })).status).toBe(409);
      await save(agent, asks('When does my parcel arrive?'));
      const run = await start(agent);
      expect((await send(agent, 'POST', '/test-runs', { version: 1 })).status).toBe(409);
      expect((await send(agent, 'DELETE', `/test-runs/${run.id}`)).body).toMatchObject({
        state: 'cancelled',
      });
      await work(agent, run);
      expect((await show(agent, run)).run).toMatchObject({ state: 'cancelled', passed: 0 });
      expect(house.provider.requests.filter(({ method }) => method === 'POST')).toEqual([]);
      expect((await start(agent)).state).toBe('running');
    });

    it('that find no provider are errors, neither passed nor failed', async () => {
      const agent = await house.newAgent({}, { key: null });
      await save(agent, asks('When does my parcel arrive?', { outcome: 'not-known' }));
      const run = await start(agent);
      await work(agent, run);
      const { run: done, results } = await show(agent, run);
      expect(done).toMatchObject({ state: 'done', passed: 0, failed: 0, errors: 1 });
      expect(results[0]?.reasons).toEqual(['no-provider']);
    });

    it('stopping all AI agents of the host ends conversations on every replica within seconds, and a try-out says why', async () => {
      const [agent, other] = [await house.newAgent(), await house.newAgent()];
      const [visitor, elsewhere] = [await house.visit(agent), await house.visit(other, { replica: 1 })];
      house.provider.answerWith(modelAnswer(), modelAnswer());
      expect((await visitor.say('When does my parcel arrive?')).answer?.reason).toBeNull();
      expect((await elsewhere.say('When does my parcel arrive?', { replica: 1 })).answer?.reason).toBeNull();
      const operator = { ...agent.call, signal: new AbortController().signal, ports: house.ports };
      expect(await stopHostAiAgents(operator, true)).toEqual({ stopped: true });
      try {
        const refusal = async (one: typeof visitor, replica: number) =>
          (await one.say('Hello', { replica })).problem?.type;
        await expect.poll(() => refusal(visitor, 0), { timeout: 4_000 }).toContain('chat-unavailable');
        await expect.poll(() => refusal(elsewhere, 1), { timeout: 4_000 }).toContain('chat-unavailable');
        expect((await house.open(agent.agent.widgetKey)).status).toBe(403);
        const trial = await send(agent, 'POST', '/versions/1/trials', {
          messages: [{ from: 'visitor', text: 'Hm?' }],
        });
        expect((trial.body as { type: string }).type).toContain('ai-agents-stopped');
        const audit = await house.database.read({ subscriptionId: platformSubscriptionId }, (tx) =>
          tx
            .selectFrom('app.audit_event')
            .select('action')
            .where('action', '=', 'ai-agents.host-stopped')
            .execute(),
        );
        expect(audit).toHaveLength(1);
      } finally {
        await stopHostAiAgents(operator, false);
      }
      await expect
        .poll(async () => (await house.open(agent.agent.widgetKey)).status, { timeout: 4_000 })
        .toBe(200);
      house.provider.answerWith(modelAnswer());
      const next = await house.visit(agent);
      expect((await next.say('When does my parcel arrive?')).answer?.reason).toBeNull();
    });

    it('a subscription stops its own AI agents and nobody else’s', async () => {
      const [agent, other] = [await house.newAgent(), await house.newAgent()];
      const stop = async (stopped: boolean) => {
        const response = await fetch(`${house.urls[0]}/v1/ai-agents-stop`, {
          method: 'PUT',
          headers: { 'x-subscription': agent.call.subscriptionId, 'content-type': 'application/json' },
          body: JSON.stringify({ stopped }),
        });
        return response.json();
      };
      expect(await stop(true)).toEqual({ stopped: 'subscription' });
      await expect
        .poll(async () => (await house.open(agent.agent.widgetKey)).status, { timeout: 4_000 })
        .toBe(403);
      expect((await house.open(other.agent.widgetKey)).status).toBe(200);
      // Whoever stopped them because of an answer looks for its reason here.
      house.provider.answerWith(modelAnswer());
      const trial = await send(agent, 'POST', '/versions/1/trials', {
        messages: [{ from: 'visitor', text: 'When does my parcel arrive?' }],
      });
      expect(trial.status).toBe(200);
      expect(await stop(false)).toEqual({ stopped: null });
    });
  });
}
