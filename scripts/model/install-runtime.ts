import { spawnSync } from 'node:child_process';
import { runtimeDirectory, runtimeIsInstalled } from '../../src/adapters/embeddings/runtime.ts';
import { installMatchesLockfile } from '../launch/install.mjs';

/** Installs the runtime from its own lockfile, without install scripts: they would load files for graphics cards. False when npm could not. */
export function installRuntime(): boolean {
  if (runtimeIsInstalled() && installMatchesLockfile(runtimeDirectory)) return true;
  process.stdout.write('Installing the runtime (111 MB)…\n');
  const { status } = spawnSync('npm', ['ci', '--ignore-scripts', '--no-fund', '--no-audit'], {
    cwd: runtimeDirectory,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  return status === 0;
}
