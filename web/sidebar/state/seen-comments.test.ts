import { expect, test } from 'vitest';
import { countNewComments, readSeen, rememberSeen, type SeenStore } from './seen-comments.ts';

function memoryStore(): SeenStore & { entries: Map<string, string> } {
  const entries = new Map<string, string>();
  return {
    entries,
    getItem: (key) => entries.get(key) ?? null,
    setItem: (key, value) => void entries.set(key, value),
  };
}

test('the store holds the id and nothing else', () => {
  const store = memoryStore();
  rememberSeen(() => store, 'acme', 35, 9001);
  expect([...store.entries]).toEqual([['indesk.seen.acme.35', '9001']]);
  expect(readSeen(() => store, 'acme', 35)).toBe(9001);
  expect(readSeen(() => store, 'other', 35)).toBeNull();
});

test('a denied store counts as empty', () => {
  const denied = (): SeenStore => {
    throw new Error('denied');
  };
  expect(readSeen(denied, 'acme', 1)).toBeNull();
  expect(() => rememberSeen(denied, 'acme', 1, 2)).not.toThrow();
});

test("countNewComments leaves out old comments and the agent's own", () => {
  const comments = [
    { id: 5, author: { id: 1 } },
    { id: 6, author: { id: 2 } },
    { id: 7, author: { id: 9 } },
    null,
  ];
  expect(countNewComments(comments, 5, 9)).toBe(1);
  expect(countNewComments(comments, 5, null)).toBe(2);
  expect(countNewComments(comments, null, 9)).toBe(0);
  expect(countNewComments('no list', 5, 9)).toBe(0);
});
