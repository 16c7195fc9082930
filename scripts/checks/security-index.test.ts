import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  indexFaults,
  missingChecks,
  mostUnproven,
  numbersIn,
  promised,
  provenChecks,
  unproven,
} from './security-index.ts';

const proven = (numbers: readonly string[]) => numbers.map((number) => ({ number, tests: [] }));

it('reads ranges and lists of numbers', () => {
  expect(numbersIn('S21–S24, R4')).toEqual(['S21', 'S22', 'S23', 'S24', 'R4']);
  expect(numbersIn('S83 and S84')).toEqual(['S83', 'S84']);
});

it('names a promised check that no test proves', () => {
  expect(missingChecks(proven(promised))).toEqual([]);
  expect(missingChecks(proven(promised.filter((number) => number !== 'S61')))).toEqual(['S61']);
});

describe('the index of numbered checks', () => {
  const without = (...gone: readonly string[]) => proven(promised.filter((number) => !gone.includes(number)));

  it('has no fault when every promise has a test or a reason', () => {
    expect(indexFaults(proven(promised), {})).toEqual([]);
    expect(indexFaults(without('S61'), { S61: 'Not built yet.' })).toEqual([]);
  });

  it('catches a promise without a test', () => {
    expect(indexFaults(without('S61', 'R20'), {})).toEqual([
      'S61 is promised, and no test is named after it',
      'R20 is promised, and no test is named after it',
    ]);
  });

  it('catches a reason that is not needed, not promised or empty', () => {
    expect(indexFaults(proven(promised), { S61: 'Not built yet.' })).toEqual([
      'S61 is excused, but a test is named after it',
    ]);
    expect(indexFaults(proven(promised), { S999: 'Not built yet.' })).toEqual([
      'S999 is excused, but not promised',
    ]);
    expect(indexFaults(without('S61'), { S61: ' ' })).toEqual(['S61 is excused without a reason']);
  });

  it('catches more reasons than there may be', () => {
    const excuse = (count: number) =>
      Object.fromEntries(promised.slice(0, count).map((number) => [number, 'Not built yet.']));
    const most = excuse(mostUnproven);
    expect(indexFaults(without(...Object.keys(most)), most)).toEqual([]);
    const more = excuse(mostUnproven + 1);
    expect(indexFaults(without(...Object.keys(more)), more)).toEqual([
      `${mostUnproven + 1} checks are excused; ${mostUnproven} are the most`,
    ]);
  });

  it('has no fault as it is, and has found the tests', () => {
    const found = provenChecks(join(import.meta.dirname, '../..'));
    expect(found.length).toBeGreaterThan(promised.length - Object.keys(unproven).length - 1);
    expect(indexFaults(found)).toEqual([]);
  });
});
