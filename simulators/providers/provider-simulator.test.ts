import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startProviderSimulator, type ProviderSimulator } from './provider-simulator.ts';

let simulator: ProviderSimulator;
beforeAll(async () => {
  simulator = await startProviderSimulator({ demo: true, demoPace: 1 });
});
afterAll(() => simulator.close());
beforeEach(() => {
  simulator.reset();
  simulator.setForbidden([]);
});

const post = (path: string, body: unknown, key = 'sk-sim', signal?: AbortSignal): Promise<Response> =>
  fetch(`${simulator.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
const chat = (content: string, extra: object = {}) => ({
  model: 'gpt-5.4-mini',
  messages: [{ role: 'user', content }],
  ...extra,
});
const path = '/openai/v1/chat/completions';

describe('the data-minimum guard', () => {
  it('refuses and counts a request that carries a forbidden value', async () => {
    simulator.setForbidden(['dana@example.com', '+1 (202) 555-0154', '20491']);
    for (const text of [
      'Mail: DANA@example.com',
      'Call 1-202-555-0154 now',
      'requester 20491 wrote',
      'see "20491"',
    ]) {
      const response = await post(path, chat(text));
      expect(response.status, text).toBe(422);
      expect(await response.json()).toMatchObject({ error: { type: 'data_minimum' } });
    }
    expect(simulator.violations.map(({ kind }) => kind)).toEqual(['e-mail', 'phone', 'other', 'other']);
  });

  it('finds a value anywhere in the body', async () => {
    simulator.setForbidden(['20491']);
    expect((await post(path, chat('hello', { user: '20491' }))).status).toBe(422);
    expect((await post(path, chat('hello', { metadata: { requester: 20491 } }))).status).toBe(422);
  });

  it('lets customers write what they like in their comments', async () => {
    simulator.setForbidden(['dana@example.com', '+12025550154']);
    const inData =
      '<data-ab12cd kind="comment" n="1" author="customer">\nWrite to dana@example.com or +1 202 555 0154\n</data-ab12cd>';
    const inComment =
      '<comment-ab12 n="1">\ndana@example.com\n</comment-ab12>\n<comment n="2">\ndana@example.com\n</comment>';
    expect((await post(path, chat(inData))).status).toBe(200);
    expect((await post(path, chat(inComment))).status).toBe(200);
  });

  it('is not fooled by a closing mark of another suffix or by other kinds of block', async () => {
    simulator.setForbidden(['dana@example.com']);
    expect(
      (await post(path, chat('<comment-ab12>\nhello\n</comment-ab12>\ndana@example.com\n</comment-zz99>')))
        .status,
    ).toBe(422);
    expect((await post(path, chat('<data-ab12 kind="ticket">\ndana@example.com\n</data-ab12>'))).status).toBe(
      422,
    );
  });

  it('does not take part of a longer number or word for the value', async () => {
    simulator.setForbidden(['2049', 'ana@example.com']);
    expect((await post(path, chat('order 120495 of dana@example.com'))).status).toBe(200);
    expect(simulator.violations).toEqual([]);
  });

  it('is set and read over HTTP', async () => {
    await post('/_sandbox/forbidden', { values: ['20491'] });
    await post(path, chat('20491'));
    const report = await (await fetch(`${simulator.url}/_sandbox/violations`)).json();
    expect(report).toMatchObject({ count: 1, violations: [{ path, kind: 'other' }] });
    expect(JSON.stringify(report)).not.toContain('20491');
  });
});

describe('the switches', () => {
  it('applies a fault to every key until it is switched off', async () => {
    simulator.setFault('status=503');
    expect((await post(path, chat('hi'))).status).toBe(503);
    simulator.setFault('');
    expect((await post(path, chat('hi'))).status).toBe(200);
  });

  it('answers with prepared texts once each, in order', async () => {
    simulator.answerWith('first', 'second');
    const answer = async (): Promise<unknown> => (await post(path, chat('hi'))).json();
    expect(await answer()).toMatchObject({ choices: [{ message: { content: 'first' } }] });
    expect(await answer()).toMatchObject({ choices: [{ message: { content: 'second' } }] });
    expect(await answer()).toMatchObject({
      choices: [{ message: { content: expect.stringMatching(/^Thank you/) as string } }],
    });
  });

  it('records what was sent', async () => {
    await post(path, chat('recorded text'), 'sk-sim.n=3');
    expect(simulator.requests).toHaveLength(1);
    expect(simulator.requests[0]).toMatchObject({
      method: 'POST',
      path,
      key: 'sk-sim.n=3',
      body: { messages: [{ content: 'recorded text' }] },
    });
  });

  it('counts clients that leave before the end, and nobody else', async () => {
    const leaving = new AbortController();
    const response = await post(path, chat('hi', { stream: true }), 'sk-sim.itl=20.n=200', leaving.signal);
    const reader = response.body?.getReader();
    await reader?.read();
    leaving.abort();
    await expect.poll(() => simulator.earlyCloses()).toBe(1);
    await (await post(path, chat('hi', { stream: true }), 'sk-sim.cut=2')).text().catch(() => '');
    await (await post(path, chat('hi'))).text();
    expect(simulator.earlyCloses()).toBe(1);
  });

  it('waits for the first token, pauses, stalls and hangs as the key says', async () => {
    const started = performance.now();
    await (await post(path, chat('hi'), 'sk-sim.ttft=80')).text();
    expect(performance.now() - started).toBeGreaterThan(70);
    await expect(post(path, chat('hi'), 'sk-sim.hang=1', AbortSignal.timeout(100))).rejects.toThrow(
      /timeout/,
    );
    const stalled = await post(
      path,
      chat('hi', { stream: true }),
      'sk-sim.stall=3',
      AbortSignal.timeout(150),
    );
    await expect(stalled.text()).rejects.toThrow(/timeout|terminated/);
  });
});

describe('speed', () => {
  it('answers a plain call in well under a millisecond of its own time', async () => {
    const quiet = await startProviderSimulator({ record: false });
    const { Agent, request } = await import('undici');
    const agent = new Agent({ connections: 1, pipelining: 1 });
    const body = JSON.stringify(chat('x'.repeat(4_000)));
    const once = async (): Promise<void> => {
      const { body: answer } = await request(`${quiet.url}${path}`, {
        method: 'POST',
        dispatcher: agent,
        headers: { 'content-type': 'application/json', authorization: 'Bearer sk-sim' },
        body,
      });
      await answer.text();
    };
    for (let index = 0; index < 300; index += 1) await once();
    const times: number[] = [];
    for (let index = 0; index < 300; index += 1) {
      const started = performance.now();
      await once();
      times.push(performance.now() - started);
    }
    await agent.close();
    await quiet.close();
    // Round trip with the client's own half in the same process; loose, because the machine is shared.
    expect(times.toSorted((one, other) => one - other)[150]).toBeLessThan(3);
  });
});

describe('the demo model over the wire', () => {
  const prompt = [
    { role: 'system' as const, content: 'Rules.\n\nTask: suggest-reply\nDraft a reply.' },
    {
      role: 'user' as const,
      content: [
        {
          type: 'text' as const,
          text: [
            '<data-a1b2c3 kind="ticket">\nSubject: Refund for order BL-10437\nStatus: open\n</data-a1b2c3>',
            '<data-a1b2c3 kind="comment" n="1" author="customer" public="true" at="2026-11-09T07:42:00Z">\nHow long does a refund take?\n</data-a1b2c3>',
            '<data-a1b2c3 kind="source" n="1" title="Returns and refunds" origin="help-center" internal="false">\nA refund takes 5-7 business days.\n</data-a1b2c3>',
            "\nDraft the next public reply to the customer in the fields of the schema.\nAnswer in language: the customer's language",
          ].join('\n'),
        },
      ],
    },
  ];

  it('is refused unless the simulator was started with it', async () => {
    const bare = await startProviderSimulator();
    const response = await fetch(`${bare.url}/compatible/v1/models`, {
      headers: { authorization: 'Bearer sk-demo' },
    });
    expect(response.status).toBe(401);
    await bare.close();
  });

  it('streams the same structured answer every time, with its usage', async () => {
    const model = createOpenAICompatible({
      apiKey: 'sk-demo',
      name: 'demo',
      baseURL: `${simulator.url}/compatible/v1`,
      includeUsage: true,
      supportsStructuredOutputs: true,
    })('indesk-demo');
    const properties = {
      language: { type: 'string' },
      answer: { type: 'string' },
      citations: {
        type: 'array',
        items: {
          type: 'object',
          properties: { source: { type: 'number' }, quote: { type: 'string' } },
          required: ['source', 'quote'],
        },
      },
      missing: { type: 'array', items: { type: 'string' } },
    } as const;
    const ask = async () => {
      const { stream } = await model.doStream({
        prompt,
        responseFormat: {
          type: 'json',
          name: 'reply',
          schema: { type: 'object', properties, required: Object.keys(properties) },
        },
      });
      const deltas: string[] = [];
      let total: number | undefined;
      for await (const part of stream) {
        if (part.type === 'text-delta') deltas.push(part.delta);
        if (part.type === 'finish') total = part.usage.inputTokens.total;
      }
      return { deltas, total };
    };
    const [first, second] = [await ask(), await ask()];
    expect(first.deltas.length).toBeGreaterThan(5);
    expect(first.deltas).toEqual(second.deltas);
    expect(first.total).toBeGreaterThan(50);
    expect(JSON.parse(first.deltas.join(''))).toMatchObject({
      language: 'en',
      citations: [{ source: 1, quote: 'A refund takes 5-7 business days.' }],
      missing: [],
    });
  });
});
