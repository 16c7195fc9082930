import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { breachesIn, checkSources, sourceRules } from './source-rules.ts';

const planted: Readonly<Record<string, readonly [file: string, line: string]>> = {
  'process.env only in config.ts': ['src/http/app.ts', 'const port = process.env.PORT;'],
  'SQL only in *-queries.ts': ['src/services/a/add-b.ts', "await tx.insertInto('app.x').execute();"],
  'no SQL from strings': ['src/services/a/b-queries.ts', "sql.raw('select ' + name)"],
  'no mocks of our own modules': ['src/a.test.ts', "vi.mock('./b.ts');"],
  'no focused or skipped tests without a reason': ['src/a.test.ts', "it.skip('x', () => {});"],
  'fetch only through egress': ['src/services/a.ts', "await fetch('https://x');"],
  'one place opens sealed values': ['src/services/a.ts', "createDecipheriv('aes-256-gcm', k, n)"],
  'session settings are transaction-local': ['migrations/9.sql', "set app.subscription_id = 'x';"],
  'no key of ours for a tenant': ['src/adapters/providers/a.ts', "const key = env['OPENAI_API_KEY'];"],
  'no raw HTML in pages': ['web/a.tsx', 'element.innerHTML = text;'],
};

describe('source rules', () => {
  it.each(sourceRules.map(({ name }) => name))('catches a planted breach of "%s"', (name) => {
    const [file, line] = planted[name] ?? ['', ''];
    expect(breachesIn(file, line).map(({ rule }) => rule)).toContain(name);
    expect(breachesIn(file, `// ${line}`)).toEqual([]);
  });

  it('finds none in the project, and has looked at it', () => {
    const { files, breaches } = checkSources(join(import.meta.dirname, '../..'));
    expect(files).toBeGreaterThan(150);
    expect(breaches).toEqual([]);
  });
});
