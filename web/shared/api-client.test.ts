import { describe, expect, test } from 'vitest';
import { runFeature, sidebarState } from '../../src/contract/copilot.ts';
import { createApiClient, fillPath } from './api-client.ts';
import { RequestFailedError } from './failure.ts';

const streamed = (text: string, broken = false) =>
  new Response(
    new ReadableStream<Uint8Array>({
      start(controller) {
        controller.enqueue(new TextEncoder().encode(text));
        if (broken) setTimeout(() => controller.error(new Error('socket closed')), 5);
        else controller.close();
      },
    }),
    { headers: { 'content-type': 'text/event-stream; charset=utf-8' } },
  );

const clientThatGets = (answer: () => Response | Promise<Response>, seen: Request[] = []) =>
  createApiClient({
    session: 's3',
    base: 'https://app.test',
    isOnline: () => true,
    fetch: async (input, init) => {
      seen.push(new Request(input, init));
      return answer();
    },
  });

async function readAll(client: ReturnType<typeof createApiClient>) {
  const types: string[] = [];
  const options = { params: { feature: 'suggest-reply' }, body: { ticketId: 1 } };
  try {
    for await (const event of client.stream(runFeature, options)) types.push(event.type);
  } catch (error) {
    if (error instanceof RequestFailedError) return { types, failure: error.failure };
    throw error;
  }
  return { types, failure: null };
}

describe('createApiClient', () => {
  test('sends the session as a bearer token to the filled path', async () => {
    const seen: Request[] = [];
    await readAll(clientThatGets(() => streamed('data: {"type":"done"}\n\n'), seen));
    expect(seen[0]?.url).toBe('https://app.test/v1/copilot/suggest-reply');
    expect(seen[0]?.headers.get('authorization')).toBe('Bearer s3');
    expect(await seen[0]?.json()).toEqual({ ticketId: 1 });
  });

  test('keeps what arrived and reports an interruption when the connection breaks', async () => {
    const answer = await readAll(
      clientThatGets(() => streamed('data: {"type":"text-delta","text":"a"}\n\n', true)),
    );
    expect(answer).toEqual({ types: ['text-delta'], failure: { kind: 'interrupted' } });
  });

  test('reports an interruption when the stream ends without saying done', async () => {
    const answer = await readAll(
      clientThatGets(() => streamed('data: {"type":"text-delta","text":"a"}\n\n')),
    );
    expect(answer.failure).toEqual({ kind: 'interrupted' });
  });

  test('hands on a problem and takes the waiting time from the header when the body has none', async () => {
    const body = { type: '/problems/rate-limited', title: 'Too many requests', status: 429, wayOut: 'Wait.' };
    const answer = await readAll(
      clientThatGets(() => Response.json(body, { status: 429, headers: { 'retry-after': '20' } })),
    );
    expect(answer.failure).toEqual({ kind: 'problem', problem: { ...body, retryAfterSeconds: 20 } });
  });

  test('calls a gateway page unreachable, and a refused connection too', async () => {
    const gateway = await readAll(clientThatGets(() => new Response('<h1>502</h1>', { status: 502 })));
    expect(gateway.failure).toEqual({ kind: 'unreachable' });
    const refused = await readAll(clientThatGets(() => Promise.reject(new TypeError('failed'))));
    expect(refused.failure).toEqual({ kind: 'unreachable' });
  });

  test('asks for the prompt only when it is wanted', async () => {
    const seen: Request[] = [];
    const client = clientThatGets(() => streamed('data: {"type":"done"}\n\n'), seen);
    for (const showPrompt of [true, undefined]) {
      const options = { params: { feature: 'ask' }, body: {}, ...(showPrompt && { showPrompt }) };
      for await (const event of client.stream(runFeature, options)) expect(event.type).toBe('done');
    }
    expect(seen.map(({ headers }) => headers.get('x-show-prompt'))).toEqual(['true', null]);
  });

  test('refuses an answer that does not match the contract', async () => {
    const client = clientThatGets(() => Response.json({ subscription: 7 }));
    await expect(client.call(sidebarState, { params: {} })).rejects.toBeInstanceOf(RequestFailedError);
  });
});

test('fillPath escapes what it fills in', () => {
  expect(fillPath('/v1/copilot/:feature', { feature: 'a/b' })).toBe('/v1/copilot/a%2Fb');
});
