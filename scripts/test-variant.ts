// Runs tests in another way: `hammer` repeats the searches for something rare, `pgbouncer` puts PgBouncer before PostgreSQL.
import { spawnSync } from 'node:child_process';
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..');

interface Variant {
  readonly environment: Readonly<Record<string, string>>;
  readonly files: readonly string[];
}

/** Tests that get their PostgreSQL from the run; where one is started by the test itself, no pooler stands before it. */
function testsOnTheCommonServer(): readonly string[] {
  return globSync('{src,test}/**/*.db.test.ts', { cwd: root }).filter((file) => {
    const text = readFileSync(join(root, file), 'utf8');
    return text.includes('support/database.ts') && !text.includes('startPostgresCluster');
  });
}

const variants: Readonly<Record<string, Variant>> = {
  hammer: {
    environment: { TEST_HAMMER: 'yes', REFRESH_ROUNDS: '1000' },
    files: [
      'test/contracts/database-pool-hygiene.db.test.ts',
      'test/contracts/pglite-process.db.test.ts',
      'test/contracts/console-sessions.db.test.ts',
    ],
  },
  pgbouncer: {
    environment: { TEST_THROUGH_PGBOUNCER: 'yes' },
    files: testsOnTheCommonServer(),
  },
};

const [name = '', ...rest] = process.argv.slice(2);
const variant = variants[name];
if (variant === undefined) {
  process.stderr.write(`Which variant? ${Object.keys(variants).join(' or ')}\n`);
  process.exitCode = 1;
} else {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs');
  const files = rest.length > 0 ? rest : variant.files;
  const result = spawnSync(process.execPath, [vitest, 'run', '--project', 'services', ...files], {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...variant.environment },
  });
  process.exitCode = result.status ?? 1;
}
