/** The middle value; null of nothing. Rounded to two digits after the point. */
export function median(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length / 2;
  const value = Number.isInteger(middle)
    ? ((sorted[middle - 1] ?? 0) + (sorted[middle] ?? 0)) / 2
    : (sorted[Math.floor(middle)] ?? 0);
  return Math.round(value * 100) / 100;
}

/** Prints figures as a table and then as the one line a program reads; fails the process when nothing was measured. */
export function printResult(
  title: string,
  figures: Readonly<Record<string, unknown>>,
  nothingMeasured: boolean,
): void {
  const width = Math.max(...Object.keys(figures).map((key) => key.length));
  const rows = Object.entries(figures).map(
    ([key, value]) =>
      `  ${key.padEnd(width)}  ${typeof value === 'object' ? JSON.stringify(value) : String(value)}`,
  );
  process.stdout.write(`${title}\n${rows.join('\n')}\nRESULT ${JSON.stringify(figures)}\n`);
  if (nothingMeasured) process.exitCode = 1;
}
