export interface Outcome {
  readonly signals: readonly number[];
  readonly right: boolean;
  readonly weight: number;
}

const penalty = 1;
const rounds = 20;

/** Logistic regression of an outcome on a few signals (Newton's method, small penalty): signals → probability that it is right. */
export function fitLogistic(outcomes: readonly Outcome[]): (signals: readonly number[]) => number {
  const count = outcomes[0]?.signals.length ?? 0;
  const columns = Array.from({ length: count }, (_, at) => outcomes.map(({ signals }) => signals[at] ?? 0));
  const means = columns.map((values) => values.reduce((sum, value) => sum + value, 0) / values.length);
  const spreads = columns.map(
    (values, at) =>
      Math.sqrt(values.reduce((sum, value) => sum + (value - (means[at] ?? 0)) ** 2, 0) / values.length) || 1,
  );
  const scaled = (signals: readonly number[]): number[] => [
    ...signals.map((value, at) => (value - (means[at] ?? 0)) / (spreads[at] ?? 1)),
    1,
  ];
  const weights = new Float64Array(count + 1);
  const probability = (row: readonly number[]): number =>
    1 / (1 + Math.exp(-row.reduce((sum, value, at) => sum + value * (weights[at] ?? 0), 0)));
  const rows = outcomes.map(({ signals }) => scaled(signals));
  for (let round = 0; round < rounds; round += 1) {
    const system = Array.from({ length: count + 1 }, (_, at) => {
      const line = new Float64Array(count + 2);
      if (at < count) {
        line[at] = penalty;
        line[count + 1] = penalty * (weights[at] ?? 0);
      } else line[at] = 1e-6;
      return line;
    });
    rows.forEach((row, index) => {
      const outcome = outcomes[index];
      if (outcome === undefined) return;
      const expected = probability(row);
      const error = outcome.weight * (expected - (outcome.right ? 1 : 0));
      const certainty = outcome.weight * expected * (1 - expected);
      system.forEach((line, at) => {
        const value = row[at] ?? 0;
        for (let other = 0; other <= count; other += 1)
          line[other] = (line[other] ?? 0) + certainty * value * (row[other] ?? 0);
        line[count + 1] = (line[count + 1] ?? 0) + error * value;
      });
    });
    solve(system).forEach((change, at) => {
      weights[at] = (weights[at] ?? 0) - change;
    });
  }
  return (signals) => probability(scaled(signals));
}

/** Solves linear equations, each given as its coefficients followed by its right side (Gauss and Jordan). */
function solve(lines: Float64Array[]): number[] {
  lines.forEach((_, at) => {
    let pivot = at;
    for (let row = at + 1; row < lines.length; row += 1) {
      if (Math.abs(lines[row]?.[at] ?? 0) > Math.abs(lines[pivot]?.[at] ?? 0)) pivot = row;
    }
    const own = lines[pivot];
    const moved = lines[at];
    if (own === undefined || moved === undefined) return;
    lines[pivot] = moved;
    lines[at] = own;
    const by = own[at] || 1e-12;
    lines.forEach((line, row) => {
      if (row === at) return;
      const factor = (line[at] ?? 0) / by;
      if (factor === 0) return;
      for (let column = at; column < line.length; column += 1)
        line[column] = (line[column] ?? 0) - factor * (own[column] ?? 0);
    });
  });
  return lines.map((line, at) => (line.at(-1) ?? 0) / (line[at] || 1e-12));
}
