import { describe, expect, it } from 'vitest';
import { Transient } from '../../kernel/transient.ts';
import type { LogFields } from '../../ports/logger.ts';
import { createLogger } from './logger.ts';
import { scrub } from './scrub.ts';

function record(): { lines: string[]; logger: ReturnType<typeof createLogger> } {
  const lines: string[] = [];
  return {
    lines,
    logger: createLogger({ level: 'info', destination: { write: (line: string) => void lines.push(line) } }),
  };
}

describe('the logger', () => {
  it('writes allowed fields and drops every other one', () => {
    const { lines, logger } = record();
    logger.info('request finished', {
      requestId: 'r1',
      status: 200,
      subject: 'my order',
      cause: { prompt: 'x' },
    } as LogFields);
    const line = JSON.parse(lines[0] ?? '') as Record<string, unknown>;
    expect(Object.keys(line).sort()).toEqual(['event', 'level', 'program', 'requestId', 'status', 'time']);
  });

  it('drops a Transient and an error object even in an allowed field', () => {
    const { lines, logger } = record();
    logger.error('failed', {
      code: Transient.of('secret order') as unknown as string,
      model: new Error('secret prompt') as unknown as string,
    });
    expect(lines.join('')).not.toContain('secret');
  });

  it('keeps one event on one line', () => {
    const { lines, logger } = record();
    logger.info('a', { route: 'x\ny\r\u2028z\u001b[31m' });
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toMatch(/[\n\r\u2028\u001b]/);
  });

  it('scrubs e-mails, keys and tokens as a second net', () => {
    const { lines, logger } = record();
    logger.info('x', {
      code: 'ana@example.com sk-proj-abcdefghijkl eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiIxIn0.c2ln Bearer abcdefghijk',
    });
    expect(lines[0]).not.toMatch(/ana@|sk-proj|eyJ|abcdefghijk/);
  });
});

describe('the scrubber', () => {
  it('takes linear time on hostile text', () => {
    const time = (size: number): number => {
      const text = 'a.'.repeat(size / 2);
      const start = performance.now();
      scrub(text);
      return performance.now() - start;
    };
    time(10_000);
    expect(time(400_000)).toBeLessThan(2_000);
  });
});
