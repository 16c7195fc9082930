import { describe, expect, test } from 'vitest';
import { EventStreamParser } from './event-stream-parser.ts';
import { parseStreamEvent, readEventStream } from './event-stream.ts';

const frame = (value: unknown) => `data: ${JSON.stringify(value)}\n\n`;

async function eventsOf(bytes: Uint8Array, size: number) {
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      for (let at = 0; at < bytes.length; at += size) controller.enqueue(bytes.slice(at, at + size));
      controller.close();
    },
  });
  const events = [];
  for await (const event of readEventStream(body)) events.push(event);
  return events;
}

describe('EventStreamParser', () => {
  test('keeps a frame back until its blank line arrives', () => {
    const parser = new EventStreamParser();
    expect(parser.feed('data: {"a"')).toEqual([]);
    expect(parser.feed(':1}\n')).toEqual([]);
    expect(parser.feed('\ndata: {"b":2}\n\nda')).toEqual(['{"a":1}', '{"b":2}']);
    expect(parser.feed('ta: 3\n\n')).toEqual(['3']);
  });

  test('joins several data lines and skips comments, names and ids', () => {
    const parser = new EventStreamParser();
    expect(parser.feed(': ping\n\nevent: x\nid: 4\ndata: one\ndata:two\n\n')).toEqual(['one\ntwo']);
  });

  test('reads CRLF even when the pair is split between pieces', () => {
    const parser = new EventStreamParser();
    expect(parser.feed('data: 1\r')).toEqual([]);
    expect(parser.feed('\n\r')).toEqual([]);
    expect(parser.feed('\ndata: 2\r\n\r\n')).toEqual(['1', '2']);
  });
});

describe('readEventStream', () => {
  const events = [
    { type: 'text-delta', text: 'Grüße – مرحبا 👋' },
    { type: 'text-delta', text: ' 注文' },
    { type: 'done' },
  ];
  const bytes = new TextEncoder().encode(events.map(frame).join(''));

  test.each([1, 2, 3, 5, 7, 64, 4096])('reads the same events from pieces of %i bytes', async (size) => {
    expect(await eventsOf(bytes, size)).toEqual(events);
  });

  test('skips kinds of event it does not know', async () => {
    const mixed = new TextEncoder().encode(
      frame({ type: 'sparkles' }) + 'data: {broken\n\n' + frame({ type: 'done' }),
    );
    expect(await eventsOf(mixed, 9)).toEqual([{ type: 'done' }]);
  });

  test('lets an unfinished frame at the end go', async () => {
    expect(await eventsOf(new TextEncoder().encode('data: {"type":"done"}'), 4)).toEqual([]);
  });
});

test('parseStreamEvent refuses an event with a field of the wrong type', () => {
  expect(parseStreamEvent('{"type":"text-delta","text":7}')).toBeNull();
});
