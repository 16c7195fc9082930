import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/** Reads `--name VALUE` arguments and `--quick`; ends the process with the usage when one that is needed is missing. */
export function evaluationArguments<Name extends string>(
  args: readonly string[],
  usage: string,
  names: readonly Name[],
  optional: Readonly<Record<string, string>> = {},
): Readonly<Record<Name, string>> & { readonly quick: boolean; readonly [more: string]: string | boolean } {
  const options = Object.fromEntries([
    ...[...names, ...Object.keys(optional)].map((name) => [name, { type: 'string' as const }] as const),
    ['quick', { type: 'boolean' as const }],
  ]);
  let values: Readonly<Record<string, unknown>> = {};
  try {
    ({ values } = parseArgs({ args: [...args], options }));
  } catch (error) {
    stop(`${error instanceof Error ? error.message : 'Wrong arguments'}\nUsage: npm run eval -- ${usage}`);
  }
  for (const name of names) {
    if (values[name] === undefined) stop(`--${name} is missing.\nUsage: npm run eval -- ${usage}`);
  }
  return { quick: false, ...optional, ...values } as ReturnType<typeof evaluationArguments<Name>>;
}

/** Where a data file or folder stands; ends the process with a plain message when it is not there. */
export function dataPath(path: string): string {
  const full = resolve(path);
  if (!existsSync(full)) {
    stop(
      `There is no ${full}. The evaluation data is not part of this project; see docs/guides/evaluations.md.`,
    );
  }
  return full;
}

export function readText(path: string): string {
  const full = dataPath(path);
  if (!statSync(full).isFile()) stop(`${full} is not a file.`);
  return readFileSync(full, 'utf8');
}

export function readJson(path: string): unknown {
  return JSON.parse(readText(path));
}

/** One object a line; empty lines are skipped. */
export function readJsonLines(path: string): unknown[] {
  return readText(path)
    .split('\n')
    .filter((line) => line.trim() !== '')
    .map((line): unknown => JSON.parse(line));
}

/** Ends the process: what was asked cannot be measured. */
export function stop(message: string): never {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}

export function progress(message: string): void {
  process.stderr.write(`${message}\n`);
}

/** A repeatable sequence of numbers in [0, 1) (mulberry32), so that a run can be repeated exactly. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A new array in an order drawn from the given random numbers. */
export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  const order = items.map((item) => ({ item, key: random() }));
  return order.toSorted((a, b) => a.key - b.key).map(({ item }) => item);
}

/** Rounded to four digits after the point. */
export function rounded(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
