// Runs the tests that need a real browser and says where their pictures are.
import { spawnSync } from 'node:child_process';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import { screenshotFolder } from '../test/browser/visitor.ts';

const root = join(import.meta.dirname, '..');
const files = globSync(['test/browser/**/*.test.ts', '{src,web,simulators,test}/**/*.browser.test.ts'], {
  cwd: root,
});
const result = spawnSync(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--project',
    'services',
    ...files,
    ...process.argv.slice(2),
  ],
  { cwd: root, stdio: 'inherit' },
);
process.stdout.write(`Screenshots: ${screenshotFolder}\n`);
process.exitCode = result.status ?? 1;
