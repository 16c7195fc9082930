import Fastify from 'fastify';
import { answerProblems } from '../../src/http/problems.ts';
import type { Logger } from '../../src/ports/logger.ts';

export interface ServedWork {
  /** What a caller of the work sees: status, headers and body, as text. */
  ask(): Promise<{
    readonly status: number;
    readonly retryAfter: string | undefined;
    readonly type: string | undefined;
    readonly text: string;
  }>;
  /** Everything that was logged, as JSON. */
  logged(): string;
  close(): Promise<void>;
}

/** A route that does some work, with the program's own answers to errors. */
export function serveWork(work: () => Promise<unknown>): ServedWork {
  const lines: unknown[] = [];
  const note = (event: string, fields?: object) => void lines.push([event, fields]);
  const logger: Logger = { info: note, warn: note, error: note };
  const app = Fastify();
  answerProblems(app, logger);
  app.post('/', async () => {
    await work();
    return { ok: true };
  });
  return {
    async ask() {
      const response = await app.inject({ method: 'POST', url: '/' });
      const retryAfter = response.headers['retry-after'];
      return {
        status: response.statusCode,
        retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
        type: response.headers['content-type'],
        text: `${JSON.stringify(response.headers)} ${response.body}`,
      };
    },
    logged: () => JSON.stringify(lines),
    close: () => app.close(),
  };
}
