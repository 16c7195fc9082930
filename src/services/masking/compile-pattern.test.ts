import { describe, expect, it } from 'vitest';
import { compilePattern } from './compile-pattern.ts';

describe("a subscription's own pattern", () => {
  it('finds its matches with their positions in UTF-16', () => {
    expect(compilePattern('(?i)kd-\\d+', 'CUSTOMER')('🙂 KD-1 und kd-22')).toEqual([
      { start: 3, end: 7 },
      { start: 12, end: 17 },
    ]);
  });

  it.each([
    '',
    'a*',
    '\\b',
    '(?:)',
    'x|',
    '^',
    '$',
    '\\d*',
    '(?=a)',
    '(a)\\1',
    '(',
    'a{2000}',
    'a{1,200}',
    '(?:(?:a{100}){10}){10}',
  ])('refuses %j, naming it', (pattern) =>
    expect(() => compilePattern(pattern, 'CUSTOMER')).toThrow(/^CUSTOMER: /),
  );

  it('S121: takes time in proportion to the text where another engine would not end', () => {
    const find = compilePattern('(a+)+$', 'CUSTOMER');
    expect(find(`${'a'.repeat(20_000)}!`)).toEqual([]);
    expect(find('a'.repeat(20_000))).toHaveLength(1);
  });
});
