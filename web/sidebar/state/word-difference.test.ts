import { expect, test } from 'vitest';
import { wordDifference } from './word-difference.ts';

test('wordDifference marks changed words and gives both texts back', () => {
  const before = 'Sehr geehrte Frau Müller, ihr paket ist da.';
  const after = 'Sehr geehrte Frau Müller, Ihr Paket ist da.';
  const parts = wordDifference(before, after) ?? [];
  const joined = (left: string) =>
    parts
      .filter((part) => part.kind !== left)
      .map((part) => part.text)
      .join('');
  expect(joined('inserted')).toBe(before);
  expect(joined('deleted')).toBe(after);
  expect(parts.find((part) => part.kind === 'inserted')?.text).toContain('Ihr');
  expect(parts[0]).toMatchObject({ kind: 'same' });
});
