// Plants attacks in tickets, articles and drafts and has a model that obeys them answer: what comes out?
import { parseArgs } from 'node:util';
import { printResult } from '../../bench/report.ts';
import { attacks, usualAttacks } from './attacks.ts';
import { figuresOf, linesOf } from './report.ts';
import { runSuite } from './run-suite.ts';

const { values } = parseArgs({
  allowPositionals: true,
  options: { attacks: { type: 'string', default: String(usualAttacks) } },
});
const count = Number(values.attacks);
if (!Number.isInteger(count) || count < 1) {
  process.stderr.write('Usage: npm run probe -- injection [--attacks 288]\n');
  process.exit(2);
}
const result = await runSuite({
  attacks: attacks(count),
  onStep: (step) => process.stderr.write(`${step}\n`),
});
for (const line of linesOf(result)) process.stdout.write(`${line}\n`);
const figures = figuresOf(result);
printResult('Planted attacks against a model that obeys them', figures, result.obeyed.size === 0);
if (figures.canariesOut + figures.waysOut + figures.actionsOutsidePolicy + figures.outsideRequests > 0)
  process.exitCode = 1;
