// Drives every feature and account path with marked content and secrets, on each engine, then searches everything that could have kept them.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { printResult } from '../../bench/report.ts';
import { checkEngine, type Report } from './check-engine.ts';
import { engineNames, whyNot, type EngineName } from './engines.ts';
import { featureNames } from './exercise.ts';

const { values } = parseArgs({ options: { engine: { type: 'string' }, quick: { type: 'boolean' } } });
const quick = values.quick === true;

/** Those asked for, or all this machine has; says which cannot be checked, and fails where one must be. */
async function chosenEngines(): Promise<EngineName[]> {
  const wanted = engineNames.filter((name) => values.engine === undefined || name === values.engine);
  if (wanted.length === 0) {
    process.stderr.write(`Which engine? ${engineNames.join(' or ')}\n`);
    process.exitCode = 1;
  }
  const reasons = await Promise.all(wanted.map(whyNot));
  return wanted.filter((name, index) => {
    const reason = reasons[index];
    if (reason === undefined) return true;
    process.stderr.write(`${name} is not checked: ${reason}\n`);
    if (values.engine !== undefined || process.env['CI'] === 'true') process.exitCode = 1;
    return false;
  });
}

function print(report: Report): void {
  const { engine, channels, runs, places, megabytes, planted, found, missed, leaks, allowed } = report;
  for (const line of allowed) process.stdout.write(`ALLOWED  ${line}\n`);
  for (const line of leaks) process.stdout.write(`LEAK  ${line}\n`);
  for (const what of missed) process.stdout.write(`MISSED  ${what}: this run proves nothing\n`);
  printResult(
    `Privacy check on ${engine}: ${channels} marked channels, ${runs} runs, ${places} places searched${quick ? ' (--quick: fewer paths)' : ''}`,
    {
      engine,
      features: featureNames.length,
      planted,
      found,
      leaks: leaks.length,
      channels,
      canaries: report.canaries,
      runs,
      places,
      megabytes,
    },
    places === 0 || runs === 0,
  );
  if (leaks.length > 0 || missed.length > 0) process.exitCode = 1;
}

/** Each engine in a process of its own, side by side: most of the time is spent waiting for time limits. */
async function checkInProcesses(engines: readonly EngineName[]): Promise<void> {
  const args = quick ? ['--quick'] : [];
  const children = engines.map((engine) => {
    const child = spawn(
      process.execPath,
      [...process.execArgv, import.meta.filename, '--engine', engine, ...args],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    return Promise.all([text(child.stdout), once(child, 'exit')]);
  });
  for (const child of children) {
    const [shown, [code]] = await child;
    process.stdout.write(shown);
    if (code !== 0) process.exitCode = 1;
  }
}

const engines = await chosenEngines();
const [only, ...others] = engines;
if (only === undefined || others.length > 0) await checkInProcesses(engines);
else
  print(
    await checkEngine(only, {
      extent: quick ? 'quick' : 'full',
      onStep: (step) => process.stderr.write(`${only}: ${step}\n`),
    }),
  );
