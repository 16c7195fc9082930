// `injection` plants attacks and has a model that obeys them answer. `tenants` tries, as everybody there is, to get at what belongs to another subscription: at every route the server has.
import { parseArgs } from 'node:util';
import { printResult } from '../../bench/report.ts';
import { probeInjection } from '../injection/main.ts';
import { engineNames, whyNot } from './engines.ts';
import { failuresOf, figuresOf, linesOf } from './report.ts';
import { probeTenants } from './tenants.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { engine: { type: 'string' }, attacks: { type: 'string' } },
});
if (positionals[0] === 'injection') {
  await probeInjection(values.attacks);
  process.exit();
}
const chosen = engineNames.filter((name) => values.engine === undefined || values.engine === name);
if (positionals[0] !== 'tenants' || chosen.length === 0) {
  process.stderr.write(
    'Usage: npm run probe -- tenants [--engine pglite|postgres]\n       npm run probe -- injection [--attacks 288]\n',
  );
  process.exit(2);
}
for (const name of chosen) {
  const reason = await whyNot(name);
  if (reason !== undefined) {
    process.stdout.write(`Not probed on ${name}: ${reason}.\n`);
    process.exitCode = 1;
    continue;
  }
  const result = await probeTenants(name, { onStep: (step) => process.stderr.write(`${step}\n`) });
  for (const line of linesOf(result)) process.stdout.write(`${line}\n`);
  const title = `Tenants on ${name}: ${result.callers.length} callers besides B's own`;
  printResult(title, figuresOf(result), result.matrix.probes === 0);
  if (failuresOf(result) > 0) process.exitCode = 1;
}
