import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const sources = [
  'web',
  'src/contract',
  'src/kernel',
  'vite.config.ts',
  'vite.console.config.ts',
  'vite.widget.config.ts',
  'package-lock.json',
];

/** What vite is told, one after the other: the first empties the folder. */
const builds = [
  [],
  ['--config', 'vite.console.config.ts'],
  ['--config', 'vite.widget.config.ts'],
  ['--config', 'vite.widget.config.ts', '--mode', 'loader'],
];

function* filesUnder(path) {
  const entries = readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const child = join(path, entry.name);
    if (entry.isDirectory()) yield* filesUnder(child);
    else yield child;
  }
}

/** A hash of everything the browser bundle is made of. */
function sourceHash(root) {
  const hash = createHash('sha256');
  for (const source of sources) {
    const path = join(root, source);
    if (!existsSync(path)) continue;
    for (const file of source.includes('.') ? [path] : filesUnder(path))
      hash.update(file.slice(root.length)).update('\0').update(readFileSync(file)).update('\0');
  }
  return hash.digest('hex');
}

/** Builds the browser bundle when its sources changed: into a folder of its own, then renamed, so that nobody sees half of it. */
export function ensureWebBuilt(root, node) {
  const target = join(root, 'dist', 'web');
  const stamp = join(target, '.source-hash');
  const hash = sourceHash(root);
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === hash) return;
  process.stderr.write('Building the web pages…\n');
  const fresh = join(root, 'dist', `.web-${process.pid}`);
  mkdirSync(join(root, 'dist'), { recursive: true });
  const vite = join(root, 'node_modules', 'vite', 'bin', 'vite.js');
  for (const options of builds) {
    const result = spawnSync(node, [vite, 'build', '--logLevel', 'warn', ...options], {
      cwd: root,
      stdio: ['ignore', 2, 2],
      env: { ...process.env, INDESK_WEB_OUT: fresh },
    });
    if (result.status === 0) continue;
    rmSync(fresh, { recursive: true, force: true });
    process.stderr.write('The web pages could not be built; see above.\n');
    process.exit(1);
  }
  writeFileSync(join(fresh, '.source-hash'), hash);
  const old = join(root, 'dist', `.web-old-${process.pid}`);
  if (existsSync(target)) renameSync(target, old);
  renameSync(fresh, target);
  rmSync(old, { recursive: true, force: true });
}
