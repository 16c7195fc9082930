import { printResult } from '../../bench/report.ts';
import { attacks, usualAttacks } from './attacks.ts';
import { failuresOf, figuresOf, linesOf } from './report.ts';
import { runSuite } from './run-suite.ts';

/** Plants attacks in tickets, articles and drafts, has a model that obeys them answer, and prints what came out. */
export async function probeInjection(wanted: string | undefined): Promise<void> {
  const count = wanted === undefined ? usualAttacks : Number(wanted);
  if (!Number.isInteger(count) || count < 1) throw new Error('--attacks must be a number above 0');
  const result = await runSuite({
    attacks: attacks(count),
    onStep: (step) => process.stderr.write(`${step}\n`),
  });
  for (const line of linesOf(result)) process.stdout.write(`${line}\n`);
  printResult('Planted attacks against a model that obeys them', figuresOf(result), result.obeyed.size === 0);
  if (failuresOf(result) > 0) process.exitCode = 1;
}
