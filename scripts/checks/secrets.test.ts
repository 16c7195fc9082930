import { execFileSync } from 'node:child_process';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findSecrets, secretRules, secretsIn } from './secrets.ts';

const letters = (
  count: number,
  alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789',
): string => Array.from(randomBytes(count), (byte) => alphabet[byte % alphabet.length]).join('');
const hex = (count: number): string => randomBytes(count).toString('hex').slice(0, count);
const segment = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
// At least one character of each kind, so that chance does not make a plain word of it.
const random = (count: number): string => `a7Q${letters(count - 3)}`;

// Made at run time, because this file is looked through as well.
const planted: Readonly<Record<string, () => string>> = {
  'private key': () =>
    String(generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })),
  'OpenAI key': () => `sk-${'proj'}-${letters(48)}`,
  'Anthropic key': () => `sk-${'ant'}-api03-${letters(93)}`,
  'OpenRouter key': () => `sk-${'or'}-v1-${hex(64)}`,
  'provider key': () => `sk-${random(32)}`,
  'xAI key': () => `xai-${letters(80)}`,
  'Google key': () => `AIza${letters(35)}`,
  'AWS key': () => `AKIA${letters(16, 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567')}`,
  'GitHub token': () => `ghp_${letters(36)}`,
  'GitLab token': () => `glpat-${letters(20)}`,
  'npm token': () => `npm_${letters(36)}`,
  'Slack token': () => `xoxb-${letters(30)}`,
  'Stripe key': () => `sk_${'live'}_${letters(24)}`,
  'mail service key': () => `SG.${letters(22)}.${letters(43)}`,
  'signed token': () =>
    `${segment({ alg: 'RS256', typ: 'JWT' })}.${segment({ sub: 'someone', exp: 1 })}.${random(43)}`,
  'password in an address': () => `postgres://app_rw:${random(24)}@db.internal/indesk`,
  'random text as a secret': () => `clientSecret: '${random(40)}'`,
};

describe('the search for secrets', () => {
  it.each(secretRules.map(({ name }) => name))('S40: finds a planted %s', (name) => {
    const plant = planted[name];
    if (plant === undefined) throw new Error(`no example of ${name}`);
    for (let round = 0; round < 50; round += 1)
      expect(secretsIn('a.ts', `first line\nconst a = "${plant()}";\n`)).toContainEqual({
        rule: name,
        file: 'a.ts',
        line: 2,
      });
  });

  it('S40: takes words, names, placeholders and demo keys for what they are', () => {
    const harmless = [
      "apiKey: 'sk-demo'",
      "apiKey: 'sk-sim.ttft=50.n=40'",
      'const token = await readTokenFile(config.metricsTokenFile);',
      "secret: 'client-secret-of-the-demo-shop'",
      'postgres://user:password@host/database',
      'postgres://app_rw:${appPassword}@db/indesk',
      'readonly accessTokenMinutes: number',
      'INDESK_METRICS_TOKEN_FILE=/etc/indesk/metrics-token-of-the-scraper',
      'password: correct-horse-battery-staple',
    ];
    for (const text of harmless) expect(secretsIn('a.ts', text), text).toEqual([]);
  });

  it('S40: sees files that are new and not yet committed', () => {
    const root = mkdtempSync(join(tmpdir(), 'indesk-secrets-'));
    try {
      execFileSync('git', ['init', '-q'], { cwd: root });
      mkdirSync(join(root, 'deploy'));
      writeFileSync(join(root, 'deploy', 'values.yaml'), `rootKey: ${random(43)}=\n`);
      writeFileSync(join(root, '.gitignore'), 'kept\n');
      writeFileSync(join(root, 'kept'), `rootKey: ${random(43)}=\n`);
      expect(findSecrets(root).found.map(({ file }) => file)).toEqual(['deploy/values.yaml']);
    } finally {
      rmSync(root, { recursive: true, force: true });
    }
  });

  it('S40: finds none in the project, and has looked at it', () => {
    const { files, found } = findSecrets(join(import.meta.dirname, '../..'));
    expect(files).toBeGreaterThan(250);
    expect(found).toEqual([]);
  });
});
