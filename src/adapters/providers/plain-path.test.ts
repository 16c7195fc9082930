import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { Agent } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Generation, ProviderKind } from '../../ports/model-provider.ts';
import { callOnce, streamOnce, type Answer, type Asking } from './call.ts';
import { callOptions } from './call-options.ts';
import { defaultDeadlines, Watch } from './deadlines.ts';
import { createFastFetch, type FastFetch } from './fast-fetch.ts';
import { Models } from './models.ts';
import { plainKinds } from './plain-chat.ts';
import { RequestTemplates } from './request-template.ts';
import { clock, generationAt, kinds } from './testing.ts';
import { wireFormatOf } from './text-tap.ts';

// The short way of a chat completion must ask and read exactly what the provider package asks and reads.
const chatKinds: readonly ProviderKind[] = [...plainKinds];
const output = {
  name: 'note',
  schema: {
    type: 'object',
    properties: { a: { type: 'string' } },
    required: ['a'],
    additionalProperties: false,
  },
  accepts: () => true,
};

interface Received {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
let server: Server;
let url = '';
let received: Received[] = [];
let reply = { type: 'application/json', body: '' };
let agent: Agent;
let fetch: FastFetch;
let models: Models;

beforeAll(async () => {
  server = createServer((request, response) => {
    let body = '';
    request
      .setEncoding('utf8')
      .on('data', (chunk: string) => (body += chunk))
      .on('end', () => {
        received.push({ url: request.url ?? '', headers: request.headers, body });
        response.setHeader('content-type', reply.type).end(reply.body);
      });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address !== null ? address.port : 0}`;
  agent = new Agent();
  fetch = createFastFetch(agent);
  models = new Models(fetch, {});
});
afterAll(async () => {
  await agent.close();
  server.closeAllConnections();
  server.close();
});

/** The same call the short way and through the package alone: what was asked, and what came of it. */
async function bothWays(
  generation: Generation,
  streaming: boolean,
  again: boolean,
): Promise<
  readonly { readonly asked: Received | undefined; readonly answer: unknown; readonly calls: number }[]
> {
  const model = await models.modelFor(generation.connection);
  const template = await new RequestTemplates().get(model, generation, streaming, again);
  expect(received).toEqual([]);
  expect(template).toBeDefined();
  const results = [];
  for (const short of [true, false]) {
    received = [];
    const watch = new Watch({
      clock,
      deadlines: defaultDeadlines,
      reasoning: false,
      streaming,
      caller: generation.signal,
    });
    const asking: Asking = {
      model,
      watch,
      format: wireFormatOf(generation),
      options: () => callOptions(generation, watch.signal, again),
      send:
        short && template !== undefined
          ? () => template.send(fetch, generation.prompt, watch.signal)
          : undefined,
    };
    const deltas: string[] = [];
    const answer = await (
      streaming ? streamOnce(asking, (delta) => deltas.push(delta)) : callOnce(asking)
    ).then(
      (one): unknown => ({ ...plain(one), shown: deltas.join('') }),
      (error: unknown) => ({ failed: error instanceof Error ? error.name : error, shown: deltas.join('') }),
    );
    watch.stop();
    results.push({ asked: received[0], answer, calls: received.length });
  }
  received = [];
  return results;
}

function plain({ text, reason, usage, costUsd }: Answer): object {
  return { text, reason, input: { ...usage?.inputTokens }, output: { ...usage?.outputTokens }, costUsd };
}

const generation = (kind: ProviderKind, more: Partial<Generation> = {}): Generation => ({
  ...generationAt('', kind, ''),
  connection: {
    ...generationAt('', kind, '').connection,
    baseUrl: url + kinds[kind].path,
    model: 'plain-model',
    apiKey: 'sk-plain',
  },
  ...more,
});

const usage = { prompt_tokens: 11, completion_tokens: 7, total_tokens: 18 };
const choice = (message: object, finish: string | null = 'stop', more: object = {}): string =>
  JSON.stringify({
    object: 'chat.completion',
    id: 'x',
    created: 1,
    model: 'm',
    choices: [{ index: 0, message, finish_reason: finish }],
    usage,
    ...more,
  });
const said = { role: 'assistant', content: 'Größe "42" 🙂' };

test.each(chatKinds)('asks %s for the same as the package does', async (kind) => {
  for (const streaming of [false, true]) {
    for (const more of [
      {},
      { output },
      { temperature: undefined, cacheKey: undefined },
    ] as Partial<Generation>[]) {
      for (const again of [false, true]) {
        reply = { type: 'application/json', body: choice(said) };
        const [short, whole] = await bothWays(generation(kind, more), streaming, again);
        expect(short?.asked?.body).toContain('Where is order 4711?');
        expect(short?.asked).toEqual(whole?.asked);
        expect(short?.calls).toBe(1);
      }
    }
  }
});

const wholeAnswers: Readonly<Record<string, string>> = {
  'plain text': choice(said),
  'the cap': choice(said, 'length'),
  'a filter': choice({ role: 'assistant', content: '' }, 'content_filter'),
  'a call of a tool': choice(
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 't', type: 'function', function: { name: 'f', arguments: '{}' } }],
    },
    'tool_calls',
  ),
  'thoughts beside the text': choice({ ...said, reasoning_content: 'hm' }),
  'cached and reasoning tokens': choice(said, 'stop', {
    usage: {
      ...usage,
      prompt_tokens_details: { cached_tokens: 5 },
      completion_tokens_details: { reasoning_tokens: 3 },
    },
  }),
  'a bill with more in it': choice(said, 'stop', {
    usage: { ...usage, prompt_cache_hit_tokens: 4, cached_tokens: 4, cost: 0.5 },
  }),
  'no bill': choice(said, 'stop', { usage: null }),
  'no reason': choice(said, null),
  'an error in the body': JSON.stringify({ error: { message: 'no', type: 'x', code: 1 } }),
  'no JSON': '<html>',
};

test.each(Object.entries(wholeAnswers))('reads %s as the package does', async (_, body) => {
  for (const kind of chatKinds) {
    reply = { type: 'application/json', body };
    const [short, whole] = await bothWays(generation(kind), false, false);
    expect(short?.answer, kind).toEqual(whole?.answer);
    expect(short?.calls).toBe(1);
  }
});

const event = (value: object): string =>
  `data: ${JSON.stringify({ id: 'x', object: 'chat.completion.chunk', created: 1, model: 'm', ...value })}\n\n`;
const delta = (part: object, finish: string | null = null, more: object = {}): string =>
  event({ choices: [{ index: 0, delta: part, finish_reason: finish }], ...more });
const text =
  delta({ role: 'assistant', content: '' }) + delta({ content: 'Größe ' }) + delta({ content: '🙂' });
const bill = event({ choices: [], usage });
const done = 'data: [DONE]\n\n';
const streams: Readonly<Record<string, string>> = {
  'a plain stream': text + delta({}, 'stop') + bill + done,
  'a bill with the end': text + delta({}, 'stop', { usage }) + done,
  'a stream without its last line': text + delta({}, 'stop') + bill,
  'no bill': text + delta({}, 'stop') + done,
  'the cap': text + delta({}, 'length') + bill + done,
  'a filter': text + delta({}, 'content_filter') + bill + done,
  'the last word with the end': text + delta({ content: '!' }, 'stop') + bill + done,
  'thoughts first': delta({ reasoning_content: 'hm' }) + text + delta({}, 'stop') + bill + done,
  'a tool after the text':
    text +
    delta({
      tool_calls: [{ index: 0, id: 't', type: 'function', function: { name: 'f', arguments: '{}' } }],
    }) +
    delta({}, 'tool_calls') +
    bill +
    done,
  'a bill with more in it':
    text + delta({}, 'stop') + event({ choices: [], usage: { ...usage, prompt_cache_hit_tokens: 4 } }) + done,
  'an error after the end': text + delta({}, 'stop') + event({ error: { message: 'no', code: 500 } }) + done,
  'a cut': text,
  'a cut inside an event': `${text}data: {"choi`,
  'nothing at all': '',
};

test.each(Object.entries(streams))('follows %s as the package does', async (_, body) => {
  for (const kind of chatKinds) {
    reply = { type: 'text/event-stream', body };
    const [short, whole] = await bothWays(generation(kind), true, false);
    expect(short?.answer, kind).toEqual(whole?.answer);
    expect(short?.calls).toBe(1);
  }
});
