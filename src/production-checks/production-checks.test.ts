import { randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectEnvironment, readConfig } from '../config.ts';
import { configFindings } from './config-findings.ts';
import { checkConfig, refuseJoblessServer, refuseUnsafe } from './refuse-unsafe.ts';
import { rootKeyFinding } from './root-key-findings.ts';

const root = join(import.meta.dirname, '../..');
const secret = 'hunter2-never-shown';
let folder: string;
let good: Readonly<Record<string, string>>;
const file = (name: string, text: string, mode = 0o600): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
};
const randomKey = (): string => randomBytes(32).toString('base64');

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'indesk-checks-'));
  mkdirSync(join(folder, 'data'), { mode: 0o700 });
  good = {
    INDESK_MODE: 'production',
    INDESK_PUBLIC_URL: 'https://desk.example.com',
    INDESK_DATABASE_URL: `postgres://app_rw:${secret}@db.example.com/indesk?sslmode=verify-full`,
    INDESK_DATABASE_OWNER_URL: `postgres://owner:${secret}@db.example.com/indesk?sslmode=verify-full`,
    INDESK_REDIS_URL: `rediss://:${secret}@redis.example.com`,
    INDESK_SMTP_URL: `smtps://mailer:${secret}@mail.example.com`,
    INDESK_TRUSTED_PROXIES: '10.0.0.0/8,2001:db8::1',
    INDESK_DATA_DIR: join(folder, 'data'),
    INDESK_KEY_FILE: file('root.key', randomKey()),
    INDESK_METRICS_HOST: '0.0.0.0',
    INDESK_METRICS_PORT: '9464',
    INDESK_METRICS_TOKEN_FILE: file('token', randomKey()),
  };
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const database = (rest: string): string => `postgres://app_rw:${secret}@${rest}`;
const openFolder = (): string => {
  mkdirSync(join(folder, 'open'), { recursive: true });
  chmodSync(join(folder, 'open'), 0o755);
  return join(folder, 'open');
};

// Each is the good configuration with one thing made bad; undefined leaves the variable out.
const bad: readonly (readonly [what: string, variable: string, value: () => string | undefined])[] = [
  ['no database', 'INDESK_DATABASE_URL', () => undefined],
  ['no TLS rule', 'INDESK_DATABASE_URL', () => database('db/indesk')],
  ...['disable', 'allow', 'prefer', 'require', 'verify-ca', 'no-verify', 'VERIFY-FULL', ''].map(
    (mode) =>
      [`sslmode=${mode}`, 'INDESK_DATABASE_URL', () => database(`db/indesk?sslmode=${mode}`)] as const,
  ),
  ...['ssl=false', 'ssl=0', 'uselibpqcompat=true', 'sslmode=disable', 'sslnegotiation=direct'].map(
    (more) =>
      [
        `verify-full and ${more}`,
        'INDESK_DATABASE_URL',
        () => database(`db/indesk?sslmode=verify-full&${more}`),
      ] as const,
  ),
  [
    'a socket file',
    'INDESK_DATABASE_URL',
    () => database('/indesk?host=/run/postgresql&sslmode=verify-full'),
  ],
  ['no password', 'INDESK_DATABASE_URL', () => 'postgres://app_rw@db/indesk?sslmode=verify-full'],
  ['the owner as login', 'INDESK_DATABASE_URL', () => good['INDESK_DATABASE_OWNER_URL']],
  ['an owner without TLS', 'INDESK_DATABASE_OWNER_URL', () => `postgres://owner:${secret}@db/indesk`],
  ['not PostgreSQL', 'INDESK_DATABASE_URL', () => `mysql://app_rw:${secret}@db/indesk`],
  ['Redis without password', 'INDESK_REDIS_URL', () => 'rediss://redis.example.com'],
  ['Redis without TLS', 'INDESK_REDIS_URL', () => `redis://:${secret}@redis.example.com`],
  ['local Redis without password', 'INDESK_REDIS_URL', () => 'redis://127.0.0.1'],
  [
    'Redis that is not verified',
    'INDESK_REDIS_URL',
    () => `rediss://:${secret}@redis.example.com?tls.rejectUnauthorized=false`,
  ],
  [
    'mail that is not verified',
    'INDESK_SMTP_URL',
    () => 'smtps://mail.example.com?tls.rejectUnauthorized=false',
  ],
  ['mail without TLS', 'INDESK_SMTP_URL', () => 'smtp://mail.example.com?ignoreTLS=true'],
  ['no public address', 'INDESK_PUBLIC_URL', () => undefined],
  ['a plain public address', 'INDESK_PUBLIC_URL', () => 'http://desk.example.com'],
  ['a public address nobody reaches', 'INDESK_PUBLIC_URL', () => 'https://localhost'],
  ['simulators', 'INDESK_SANDBOX_URL', () => 'http://127.0.0.1:8710'],
  ['unchecked certificates', 'NODE_TLS_REJECT_UNAUTHORIZED', () => '0'],
  ['metrics for everybody', 'INDESK_METRICS_TOKEN_FILE', () => undefined],
  ['a short metrics token', 'INDESK_METRICS_TOKEN_FILE', () => file('short', 'abc')],
  ['a metrics token to read', 'INDESK_METRICS_TOKEN_FILE', () => file('read', randomKey(), 0o644)],
  ['every proxy', 'INDESK_TRUSTED_PROXIES', () => 'true'],
  ...['1', '2', '10.0.0.1,1', '0.0.0.0/0', '::/0', '10.0.0.0/33', '10.0.0.0/x', 'loopback', '*'].map(
    (value) => [`proxies ${value}`, 'INDESK_TRUSTED_PROXIES', () => value] as const,
  ),
  ['no key file', 'INDESK_KEY_FILE', () => join(folder, 'nowhere')],
  ['an empty key file', 'INDESK_KEY_FILE', () => file('empty.key', '\n')],
  ['a key file to read', 'INDESK_KEY_FILE', () => file('open.key', randomKey(), 0o640)],
  ['a weak next key', 'INDESK_NEXT_KEY_FILE', () => file('next.key', Buffer.alloc(32, 1).toString('base64'))],
  ['a short root key', 'INDESK_ROOT_KEY', () => randomBytes(16).toString('base64')],
  ['a placeholder key', 'INDESK_ROOT_KEY', () => 'change-me'],
  ['a folder to read', 'INDESK_DATA_DIR', openFolder],
  ['a wildcard origin', 'INDESK_SIDEBAR_ORIGINS', () => 'https://*.example.com'],
  ['a plain origin', 'INDESK_SIDEBAR_ORIGINS', () => 'http://desk.example.com'],
  ['debug logs', 'INDESK_LOG_LEVEL', () => 'debug'],
  ['an unknown role', 'INDESK_ROLE', () => 'all'],
  ['no certificates', 'INDESK_DATABASE_CA_FILE', () => file('ca.pem', 'nothing')],
  ['a setting that is none', 'INDESK_SSL', () => 'on'],
];

const checkOf: Readonly<Record<string, string>> = {
  INDESK_DATABASE_URL: 'S36',
  INDESK_DATABASE_OWNER_URL: 'S36',
  INDESK_REDIS_URL: 'S37',
  NODE_TLS_REJECT_UNAUTHORIZED: 'S38',
  INDESK_METRICS_TOKEN_FILE: 'S51',
  INDESK_TRUSTED_PROXIES: 'S110',
  INDESK_KEY_FILE: 'S133',
  INDESK_NEXT_KEY_FILE: 'S133',
  INDESK_ROOT_KEY: 'S133',
};

describe('the configuration check', () => {
  it('R33: lets the good configuration pass', () => {
    expect(checkConfig(good)).toEqual([]);
    expect(() => refuseUnsafe(readConfig(good))).not.toThrow();
  });

  it.each(bad.map(([what, variable, value]) => [checkOf[variable] ?? 'R33', what, variable, value] as const))(
    '%s: production refuses %s, naming %s and no value',
    (_check, _what, variable, value) => {
      const environment = { ...good, [variable]: value() };
      const findings = checkConfig(environment);
      expect(findings.some((finding) => finding.startsWith(variable))).toBe(true);
      expect(findings).toHaveLength(1);
      expect(findings.join()).not.toContain(secret);
      expect(() => refuseUnsafe(readConfig(environment))).toThrow(variable);
    },
  );

  it('S38: the server ends at once in production when Node is told to believe every certificate', () => {
    const { status, stderr } = spawnSync(process.execPath, ['src/main.ts'], {
      cwd: root,
      env: { PATH: process.env['PATH'], ...good, NODE_TLS_REJECT_UNAUTHORIZED: '0' },
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(status).toBe(1);
    expect(stderr).toContain('NODE_TLS_REJECT_UNAUTHORIZED is 0');
  }, 25_000);

  it('R33: names everything that is wrong at once', () => {
    const findings = checkConfig({
      INDESK_MODE: 'production',
      INDESK_PORT: 'x',
      INDESK_DATA_DIR: join(folder, 'data'),
    });
    for (const variable of ['PORT', 'DATABASE_URL', 'PUBLIC_URL', 'KEY_FILE'])
      expect(findings.filter((finding) => finding.startsWith(`INDESK_${variable}`))).toHaveLength(1);
  });

  it('refuses nothing of this in development', () => {
    const { config } = inspectEnvironment({ INDESK_DATA_DIR: folder });
    expect(configFindings(config).length).toBeGreaterThan(0);
    expect(() => refuseUnsafe(config)).not.toThrow();
  });

  it('R33: the command prints every finding and ends with an error; so does the server', () => {
    const environment = {
      PATH: process.env['PATH'],
      ...good,
      INDESK_DATABASE_URL: database('db/indesk?sslmode=prefer'),
      INDESK_PUBLIC_URL: 'http://desk.example.com',
    };
    for (const args of [['src/cli.ts', 'check-config'], ['src/main.ts']]) {
      const { status, stderr, stdout } = spawnSync(process.execPath, args, {
        cwd: root,
        env: environment,
        encoding: 'utf8',
        timeout: 20_000,
      });
      expect(status).toBe(1);
      expect(stderr).toContain('INDESK_DATABASE_URL');
      expect(stderr).toContain('INDESK_PUBLIC_URL');
      expect(`${stderr}${stdout}`).not.toContain(secret);
    }
  }, 45_000);
});

describe('the strength of a root key', () => {
  const text = (bytes: readonly number[]): string => Buffer.from(bytes).toString('base64');
  const range = Array.from({ length: 32 }, (_, index) => index);

  it('S133: refuses missing, placeholder, short, long and regular keys', () => {
    const weak = [
      '',
      'change-me',
      'your-key-here',
      'REPLACE_WITH_A_REAL_KEY_OF_32_BYTES_ABCDEFGH',
      randomBytes(31).toString('base64'),
      randomBytes(33).toString('base64'),
      randomBytes(32).toString('hex'),
      'correct horse battery staple',
      text(range.map(() => 0)),
      text(range.map(() => 255)),
      text(range),
      text(range.toReversed()),
      text(range.map((index) => index * 7)),
      text(range.map((index) => (index % 16) * 13)),
      text(range.map((index) => (index % 2 === 0 ? 0x5a : 0xa5))),
      text(range.map((index) => (index < 24 ? 0 : index * 37))),
      Buffer.from('this is a passphrase of 32 bytes').toString('base64'),
      Buffer.from(randomBytes(16).toString('hex')).toString('base64'),
    ];
    for (const key of weak) expect(rootKeyFinding(key), key).toBeDefined();
  });

  it('S133: takes every random key, in base64 and base64url', () => {
    for (let round = 0; round < 20_000; round += 1) {
      const key = randomBytes(32);
      expect(rootKeyFinding(key.toString(round % 2 === 0 ? 'base64' : 'base64url'))).toBeUndefined();
    }
  });
});

describe('a process that only serves', () => {
  it('is refused on the embedded database, where nobody else could work on jobs', () => {
    const databaseUrl = good['INDESK_DATABASE_URL'];
    const start = (role: 'serve' | 'work' | 'both', url: string | undefined) => () =>
      refuseJoblessServer({ role, databaseUrl: url });
    expect(start('serve', undefined)).toThrow(/INDESK_ROLE is serve.*nobody would send mails/);
    for (const allowed of [start('both', undefined), start('work', undefined), start('serve', databaseUrl)])
      expect(allowed).not.toThrow();
    const { status, stderr } = spawnSync(process.execPath, [join(root, 'src/main.ts')], {
      env: {
        PATH: process.env['PATH'] ?? '',
        INDESK_DATA_DIR: join(folder, 'serve'),
        INDESK_PORT: '0',
        INDESK_ROLE: 'serve',
      },
      encoding: 'utf8',
    });
    expect([status, stderr]).toEqual([1, expect.stringContaining('INDESK_ROLE is serve')]);
  });
});
