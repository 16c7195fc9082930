import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sourceFiles } from './source-rules.ts';

/** One numbered check and the tests whose names begin with its number. */
export interface ProvenCheck {
  readonly number: string;
  readonly tests: readonly { readonly file: string; readonly name: string }[];
}

const range = (letter: string, from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `${letter}${from + index}`);

/** The checks this version promises. */
export const promised: readonly string[] = [
  ...range('S', 7, 7),
  ...range('S', 31, 44),
  ...range('S', 61, 118),
  ...range('S', 125, 135),
  ...range('S', 149, 149),
  ...range('R', 2, 2),
  ...range('R', 5, 6),
  ...range('R', 15, 15),
  ...range('R', 19, 23),
  ...range('R', 26, 27),
  ...range('R', 33, 33),
];

/** Promised checks without a test of their own here, each with the reason. */
export const unproven: Readonly<Record<string, string>> = {};
/** More than this, and a list of reasons takes the place of tests. */
export const mostUnproven = 10;

const title = /['"`]([SR]\d+(?:(?:\s*(?:,|and|–|\+)\s*)[SR]?\d+)*)\b:?\s+([^'"`\n]{3,200})/g;

/** `S21–S24` and `S83, S84` as single numbers. */
export function numbersIn(text: string): string[] {
  return text.split(/\s*(?:,|and|\+)\s*/).flatMap((part) => {
    const [from = '', to] = part.split('–').map((one) => one.trim());
    if (to === undefined) return [from];
    return range(from.charAt(0), Number(from.slice(1)), Number(to.replace(/^[SR]/, '')));
  });
}

/** Every check named by a test, in order. */
export function provenChecks(root: string): readonly ProvenCheck[] {
  const found = new Map<string, { file: string; name: string }[]>();
  for (const file of sourceFiles(root, ['src', 'test', 'scripts', 'simulators', 'web'])) {
    if (!file.endsWith('.test.ts') || file === 'scripts/checks/security-index.test.ts') continue;
    for (const [, numbers = '', name = ''] of readFileSync(join(root, file), 'utf8').matchAll(title)) {
      for (const number of numbersIn(numbers)) {
        const tests = found.get(number) ?? [];
        if (!tests.some((test) => test.file === file && test.name === name)) tests.push({ file, name });
        found.set(number, tests);
      }
    }
  }
  return [...found]
    .map(([number, tests]) => ({ number, tests }))
    .sort((a, b) => a.number.localeCompare(b.number, 'en', { numeric: true }));
}

/** Promised checks that no test names and no reason excuses. */
export function missingChecks(
  proven: readonly ProvenCheck[],
  reasons: Readonly<Record<string, string>> = unproven,
): string[] {
  const numbers = new Set(proven.map(({ number }) => number));
  return promised.filter((number) => !numbers.has(number) && reasons[number] === undefined);
}

/** What is wrong with the index, a sentence each: a promise without test or reason, a reason nobody needs, too many of them. */
export function indexFaults(
  proven: readonly ProvenCheck[],
  reasons: Readonly<Record<string, string>> = unproven,
): string[] {
  const numbers = new Set(proven.map(({ number }) => number));
  const excused = Object.entries(reasons);
  return [
    ...missingChecks(proven, reasons).map((number) => `${number} is promised, and no test is named after it`),
    ...excused.flatMap(([number, reason]) => [
      ...(promised.includes(number) ? [] : [`${number} is excused, but not promised`]),
      ...(numbers.has(number) ? [`${number} is excused, but a test is named after it`] : []),
      ...(reason.trim() === '' ? [`${number} is excused without a reason`] : []),
    ]),
    ...(excused.length > mostUnproven
      ? [`${excused.length} checks are excused; ${mostUnproven} are the most`]
      : []),
  ];
}
