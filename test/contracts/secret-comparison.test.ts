import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const root = join(import.meta.dirname, '../../src');
const helper = 'kernel/secrets-equal.ts';
const comparison = /([\w.$?]+|'[^']*')\s*[!=]==?\s*([\w.$?]+|'[^']*')/g;
const secretName = /(?:secret|token|password|mac|hash|digest|signature|otp|pepper|apikey|verifier)$/i;
const literal = /^(?:undefined|null|true|false|\d+|'.*')$/;

/** Comparisons of a secret with another value that stop at the first difference. */
function findings(text: string): readonly string[] {
  return text.split('\n').flatMap((line, at) =>
    /^\s*(?:\*|\/\/|\/\*)/.test(line)
      ? []
      : [...line.matchAll(comparison)]
          .filter(([, left = '', right = '']) => secretName.test(left) || secretName.test(right))
          .filter(([, left = '', right = '']) => !literal.test(left) && !literal.test(right))
          .map(([whole]) => `${at + 1}: ${whole}`),
  );
}

// Both sides are our own there: no stranger's guess is compared.
const ownOnBothSides = new Set([
  'adapters/pglite/directory-lock.ts:own.token',
  'adapters/pglite/directory-lock.ts:token',
  'adapters/zendesk/tokens.ts:refused',
]);

const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter(
  (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
);

it('S91: secrets are compared by the one helper', () => {
  expect(files.length).toBeGreaterThan(100);
  const found = files.flatMap((file) =>
    findings(readFileSync(join(root, file), 'utf8'))
      .filter((finding) => !ownOnBothSides.has(`${file}:${finding.split(' ').at(-1)}`))
      .map((finding) => `${file}:${finding}`),
  );
  expect(found).toEqual([]);
});

it('S91: nothing else compares bytes in constant time in its own way', () => {
  // The sidebar's hot path compares two MACs of one length without hashing them first.
  const known = new Set([helper, 'services/sessions/sidebar-session.ts']);
  const users = files.filter((file) => /\btimingSafeEqual\b/.test(readFileSync(join(root, file), 'utf8')));
  expect(users.filter((file) => !known.has(file))).toEqual([]);
});

it.each([
  'if (mac === expected) return true;',
  'return stored.tokenHash === given;',
  'if (given !== session.refreshToken) throw refused();',
  'const isSame = expected == password;',
  'rows.find((row) => row.key === clientSecret)',
])('S91: the rule bites: %s', (line) => {
  expect(findings(line)).not.toEqual([]);
});

it.each([
  'if (token === undefined) return;',
  'if (options.password !== null) go();',
  "if (mac === '') return;",
  'if (given.length !== expectedHash.length) return;',
  "if (typeof token !== 'string') return;",
  '// token === expected would tell',
])('S91: the rule lets pass: %s', (line) => {
  expect(findings(line)).toEqual([]);
});
