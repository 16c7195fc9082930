import { Pool } from 'undici';

/** Something that answers the same question: the provider itself, the gateway, or InDesk. */
export interface Target {
  readonly name: string;
  readonly url: string;
  headers(key: string): Record<string, string>;
  body(stream: boolean): string;
}

export interface Client {
  /** Milliseconds until the whole answer. */
  whole(key: string): Promise<number>;
  /** Milliseconds until the first word. */
  firstToken(key: string): Promise<number>;
  close(): Promise<void>;
}

// Every answer of the simulated provider starts with this word.
const firstWord = 'Thank';

export function createClient(target: Target): Client {
  const { origin, pathname } = new URL(target.url);
  // Shorter than any server's own limit: a socket that is closed just as it is used again would end the run.
  const pool = new Pool(origin, { connections: 128, pipelining: 1, keepAliveTimeout: 1_000 });
  const bodies = { whole: target.body(false), stream: target.body(true) };
  const request = (key: string, stream: boolean) =>
    pool.request({
      path: pathname,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...target.headers(key),
        ...(stream ? { accept: 'text/event-stream' } : { accept: 'application/json' }),
      },
      body: stream ? bodies.stream : bodies.whole,
    });
  const refuse = (status: number, text: string): never => {
    throw new Error(`${target.name} answered ${status}: ${text.slice(0, 300)}`);
  };
  return {
    async whole(key) {
      const startedAt = performance.now();
      const { statusCode, body } = await request(key, false);
      const text = await body.text();
      if (statusCode !== 200 || !text.includes(firstWord)) refuse(statusCode, text);
      return performance.now() - startedAt;
    },
    async firstToken(key) {
      const startedAt = performance.now();
      const { statusCode, body } = await request(key, true);
      if (statusCode !== 200) refuse(statusCode, await body.text());
      let first = 0;
      let seen = '';
      for await (const chunk of body as AsyncIterable<Buffer>) {
        if (first !== 0) continue;
        seen += chunk.toString('latin1');
        if (seen.includes(firstWord)) first = performance.now() - startedAt;
      }
      if (first === 0) refuse(statusCode, seen);
      return first;
    },
    close: () => pool.close(),
  };
}
