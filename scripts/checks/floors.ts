import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { sourceFiles } from './source-rules.ts';

interface CruiseResult {
  readonly modules: readonly { readonly source: string }[];
  readonly summary: { readonly violations: readonly { readonly rule: { readonly name: string }; readonly from: string; readonly to: string }[] };
}

const folders = ['src', 'web', 'simulators', 'test', 'bench', 'scripts'];

/** Runs the floor rules over a tree; `unseen` are source files that the tool did not read, which would make its silence worthless. */
export function checkFloors(root: string, configRoot = root): { readonly seen: number; readonly unseen: string[]; readonly breaches: string[] } {
  const output = execFileSync(
    process.execPath,
    [join(configRoot, 'node_modules/dependency-cruiser/bin/dependency-cruise.mjs'), '--config', join(configRoot, '.dependency-cruiser.mjs'), '--output-type', 'json', ...folders],
    { cwd: root, encoding: 'utf8', maxBuffer: 256 * 1024 * 1024, stdio: ['ignore', 'pipe', 'ignore'] },
  );
  const result = JSON.parse(output) as CruiseResult;
  const seen = new Set(result.modules.map(({ source }) => source));
  const files = sourceFiles(root, folders).filter((file) => !file.endsWith('.d.ts'));
  return {
    seen: files.filter((file) => seen.has(file)).length,
    unseen: files.filter((file) => !seen.has(file)),
    breaches: result.summary.violations.map(({ rule, from, to }) => `${rule.name}: ${from} → ${to}`),
  };
}
