import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { breachesIn, checkSources, sourceFiles, sourceRules } from './source-rules.ts';

const root = join(import.meta.dirname, '../..');

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
    const { files, breaches } = checkSources(root);
    expect(files).toBeGreaterThan(150);
    expect(breaches).toEqual([]);
  });

  it('S35: one call in one file opens what is sealed, and hands nothing out before its proof', () => {
    const decipher = /new\s+Decipheriv|createDecipheriv\(|\.decrypt\(|privateDecrypt\(|compactDecrypt\(/g;
    const calls = sourceFiles(root, ['src']).flatMap((file) =>
      [...readFileSync(join(root, file), 'utf8').matchAll(decipher)].map(() => file),
    );
    expect(calls).toEqual(['src/adapters/crypto/cipher.ts']);
    const [file = ''] = calls;
    const text = readFileSync(join(root, file), 'utf8');
    const [, afterCall = ''] = text.split('createDecipheriv(');
    expect(afterCall.indexOf('decipher.final()')).toBeLessThan(afterCall.indexOf('return unproven'));
    expect(text.match(/\bunproven\b/g)).toHaveLength(3);
    for (const line of [
      "new crypto.Decipheriv('aes-256-gcm', k, n)",
      'crypto.subtle.decrypt(a, k, d)',
      'privateDecrypt(k, d)',
    ])
      expect(breachesIn('src/services/a.ts', line)).toHaveLength(1);
  });
});
