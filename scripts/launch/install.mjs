import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** True when every package of the lockfile is there in its version; optional ones may be missing. */
export function installMatchesLockfile(root) {
  const lock = readJson(join(root, 'package-lock.json'));
  const installed = readJson(join(root, 'node_modules', '.package-lock.json'));
  if (lock === undefined || installed === undefined) return false;
  return Object.entries(lock.packages ?? {}).every(([path, wanted]) => {
    if (path === '') return true;
    const present = installed.packages?.[path];
    if (present === undefined) return wanted.optional === true || wanted.peer === true;
    return present.version === wanted.version;
  });
}

/** Runs `npm ci` when the installed packages are not those of the lockfile. */
export function ensureInstalled(root) {
  if (installMatchesLockfile(root)) return;
  process.stderr.write('Installing packages (about 20 seconds)…\n');
  const result = spawnSync('npm', ['ci', '--no-fund', '--no-audit'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (result.status !== 0) {
    process.stderr.write(
      'npm ci failed. Check the network and the npm registry setting, then start again.\n',
    );
    process.exit(1);
  }
}

/** The Node 24 that comes with the packages, or the running one when it is new enough. */
export function nodeBinary(root) {
  const own = join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node');
  if (existsSync(own)) return own;
  if (Number(process.versions.node.split('.')[0]) >= 24) return process.execPath;
  process.stderr.write(
    `InDesk needs Node 24; this is ${process.version} and the bundled one is not there for this machine. Install Node 24 and start again.\n`,
  );
  return process.exit(1);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(path, 'utf8'));
  } catch {
    return undefined;
  }
}
