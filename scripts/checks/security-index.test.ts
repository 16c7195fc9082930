import { expect, it } from 'vitest';
import { missingChecks, numbersIn, promised } from './security-index.ts';

it('reads ranges and lists of numbers', () => {
  expect(numbersIn('S21–S24, R4')).toEqual(['S21', 'S22', 'S23', 'S24', 'R4']);
  expect(numbersIn('S83 and S84')).toEqual(['S83', 'S84']);
});

it('names a promised check that no test proves', () => {
  const all = promised.map((number) => ({ number, tests: [] }));
  expect(missingChecks(all)).toEqual([]);
  expect(missingChecks(all.filter(({ number }) => number !== 'S61'))).toEqual(['S61']);
});
