import { expect, test } from 'vitest';
import { hasRows, readPartialSummary } from './partial-summary.ts';

test('readPartialSummary takes what has arrived and nothing of the wrong shape', () => {
  const rows = readPartialSummary({ wants: 'A ref', facts: ['4711', 3, null], open: 'x' });
  expect(rows).toEqual({ wants: 'A ref', facts: ['4711'], happened: [], open: [], next: null, changed: [] });
  expect(hasRows(rows)).toBe(true);
});

test.each([null, undefined, 'text', [], { facts: [] }])('%j has no rows yet', (value) => {
  expect(hasRows(readPartialSummary(value))).toBe(false);
});
