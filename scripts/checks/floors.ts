import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { sourceFiles } from './source-rules.ts';

interface CruiseResult {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: {
    readonly violations: readonly {
      readonly rule: { readonly name: string };
      readonly from: string;
      readonly to: string;
    }[];
  };
}

const folders = ['src', 'web', 'simulators', 'test', 'bench', 'scripts'];

/** Runs the floor rules over a tree; `unseen` are source files that the tool did not read, which would make its silence worthless. */
export function checkFloors(
  root: string,
  configRoot = root,
): { readonly seen: number; readonly unseen: string[]; readonly breaches: string[] } {
  // Its exit code counts breaches; what it found is in its output either way.
  const { stdout } = spawnSync(
    process.execPath,
    [
      join(configRoot, 'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs'),
      '--config',
      join(configRoot, '.dependency-cruiser.mjs'),
      '--output-type',
      'json',
      ...folders,
    ],
    { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const result = JSON.parse(stdout) as CruiseResult;
  const seen = new Set(result.modules.map(({ source }) => source));
  // Declarations and statements of the database import nothing.
  const files = sourceFiles(root, folders).filter((file) => !/\.(?:d\.m?ts|sql)$/.test(file));
  return {
    seen: files.filter((file) => seen.has(file)).length,
    unseen: files.filter((file) => !seen.has(file)),
    breaches: result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
  };
}
