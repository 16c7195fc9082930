// Everything that can be checked in seconds and without services: types, lint, format, floors, source rules, docs, generated files.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { checkCommands } from './checks/commands.ts';
import { checkDocs } from './checks/docs.ts';
import { checkFloors } from './checks/floors.ts';
import { checkSources } from './checks/source-rules.ts';
import { findSecrets } from './checks/secrets.ts';
import { indexFaults, provenChecks } from './checks/security-index.ts';
import { staleReferences } from './checks/references.ts';

const root = join(import.meta.dirname, '..');
const folders = ['src', 'web', 'simulators', 'test', 'bench', 'scripts'];

interface Check {
  readonly name: string;
  readonly run: () => Promise<readonly string[]>;
}

/** Runs a tool; its output is the complaint when it fails. */
function tool(file: string, args: readonly string[]): () => Promise<readonly string[]> {
  return () =>
    new Promise((resolve) => {
      const child = spawn(process.execPath, [join(root, 'node_modules', file), ...args], {
        cwd: root,
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let output = '';
      child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
      child.on('exit', (code) => resolve(code === 0 ? [] : [output.trim()]));
    });
}

const checks: readonly Check[] = [
  { name: 'types', run: tool('typescript/bin/tsc', ['-p', root]) },
  { name: 'lint', run: tool('oxlint/bin/oxlint', ['--type-aware', '--deny-warnings', ...folders]) },
  { name: 'format', run: tool('oxfmt/bin/oxfmt', ['--check', ...folders]) },
  {
    name: 'floors',
    run: async () => {
      const { unseen, breaches } = checkFloors(root);
      return [...unseen.map((file) => `not read: ${file}`), ...breaches];
    },
  },
  {
    name: 'source rules',
    run: async () => checkSources(root).breaches.map(({ rule, file, line }) => `${file}:${line} ${rule}`),
  },
  {
    name: 'no secrets in the repository',
    run: async () => findSecrets(root).found.map(({ rule, file, line }) => `${file}:${line} ${rule}`),
  },
  { name: 'docs name files that exist', run: async () => checkDocs(root) },
  { name: 'guides name commands that exist', run: () => checkCommands(root) },
  { name: 'every promised check has its test', run: async () => indexFaults(provenChecks(root)) },
  { name: 'generated reference is current', run: async () => staleReferences(root) },
];

const startedAt = performance.now();
let failed = 0;
await Promise.all(
  checks.map(async ({ name, run }) => {
    const complaints = await run();
    if (complaints.length > 0) failed += 1;
    process.stdout.write(
      `${complaints.length === 0 ? 'ok  ' : 'FAIL'}  ${name}\n${complaints.map((line) => `      ${line}\n`).join('')}`,
    );
  }),
);
process.stdout.write(
  `${checks.length - failed} passed, ${failed} failed in ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`,
);
process.exitCode = failed === 0 ? 0 : 1;
