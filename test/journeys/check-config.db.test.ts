import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startMailSimulator, type MailSimulator } from '../../simulators/mail/start-mail-simulator.ts';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import { migrate, migrationsDirectory, readMigrations } from '../../src/adapters/sql/migrate.ts';
import { readConfig } from '../../src/config.ts';
import { tryConnections } from '../../src/start-connection-checks.ts';
import { makeCertificates } from '../contracts/egress-certificates.ts';
import { engines } from '../support/database.ts';
import { startPostgresCluster, type PostgresCluster } from '../support/postgres-cluster.ts';
import { redisMissing, startTestRedis, type TestRedis } from '../support/redis.ts';

const available = redisMissing === '' && engines.some(({ name, available: is }) => name === 'postgres' && is);
const password = 'never-shown-anywhere';
const root = join(import.meta.dirname, '../..');

describe.skipIf(!available)('the configuration check, when it tries the connections', () => {
  const folder = mkdtempSync(join(tmpdir(), 'indesk-check-'));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text, { mode: 0o600 });
    return join(folder, name);
  };
  const { authority, key, certificate } = makeCertificates(['localhost']);
  const stranger = file('stranger.pem', makeCertificates(['localhost']).authority);
  let cluster: PostgresCluster;
  let redis: TestRedis;
  let mail: MailSimulator;
  let good: Readonly<Record<string, string>>;
  const accepted = new Set<Socket>();
  /** Takes connections and says nothing. */
  const silent = createServer((socket) => void accepted.add(socket));
  const silentPort = (): number => (silent.address() as AddressInfo).port;

  beforeAll(async () => {
    [cluster, redis, mail] = await Promise.all([
      startPostgresCluster({
        listen: true,
        settings: ['ssl = on', "ssl_cert_file = '../server.crt'", "ssl_key_file = '../server.key'"],
        files: { 'server.crt': certificate, 'server.key': key },
      }),
      startTestRedis(),
      startMailSimulator(),
      new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve)),
    ]);
    await setUpRoles(cluster.adminConnectionString, { database: 'indesk', appPassword: password });
    await asAdmin(
      'indesk',
      `create role migrator login password '${password}' in role app_owner, app_lookup, app_maint, app_audit;
      create role strong superuser login password '${password}';
      create role clerk login password '${password}'; create database empty`.split(';'),
    );
    good = {
      INDESK_MODE: 'production',
      INDESK_PUBLIC_URL: 'https://desk.example.com',
      INDESK_DATABASE_URL: login('app_rw'),
      INDESK_DATABASE_OWNER_URL: login('migrator'),
      INDESK_DATABASE_CA_FILE: file('ca.pem', authority),
      INDESK_REDIS_URL: redis.url,
      INDESK_SMTP_URL: mail.smtpUrl,
      INDESK_DATA_DIR: join(folder, 'data'),
      INDESK_KEY_FILE: file('root.key', randomBytes(32).toString('base64')),
    };
  });
  afterAll(async () => {
    for (const socket of accepted) socket.destroy();
    silent.close();
    await Promise.all([cluster?.remove(), redis?.remove(), mail?.close()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const asAdmin = async (database: string, statements: readonly string[]): Promise<void> => {
    const session = await openOwnerSession(connectionStringFor(cluster.adminConnectionString, database));
    for (const statement of statements) await session.execute(statement);
    await session.close();
  };
  const login = (role: string, database = 'indesk', secret = password): string =>
    `postgres://${role}:${secret}@localhost:${cluster.port}/${database}?sslmode=verify-full`;
  const look = async (changes: Readonly<Record<string, string>> = {}) => {
    const report = await tryConnections(readConfig({ ...good, ...changes }), new Set());
    expect(JSON.stringify(report)).not.toContain(password);
    return report;
  };
  /** The findings of one setting; the others must have none. */
  const findings = async (variable: string, changes: Readonly<Record<string, string>>): Promise<string> => {
    const report = await look(changes);
    for (const finding of report.findings) expect(finding).toContain(`${variable}: `);
    return report.findings.join('\n');
  };

  it('R33: sees a new database whose migrations are still to come, and applies none', async () => {
    for (let round = 0; round < 2; round += 1) {
      const { seen, findings: found } = await look();
      expect(found).toEqual([]);
      expect(seen[0]).toMatch(/^database: .* \d+ migrations to be applied at the start$/);
      expect(seen.slice(1)).toEqual([
        'Redis: asks for a password, writes nothing to disk',
        'mail: the server lets this login in',
      ]);
    }
    expect(mail.mails()).toEqual([]);
    expect(await findings('INDESK_DATABASE_URL', { INDESK_DATABASE_OWNER_URL: '' })).toMatch(
      /^INDESK_DATABASE_URL: \d+ migrations are not applied: name .* INDESK_DATABASE_OWNER_URL/,
    );
  });

  it('R33: sees a database at head, and one that is ahead of this version', async () => {
    const session = await openOwnerSession(connectionStringFor(cluster.adminConnectionString, 'indesk'));
    await migrate(session, await readMigrations([migrationsDirectory]));
    expect((await look()).seen[0]).toContain('migrations at head');
    await session.execute(
      `insert into app_meta.schema_migration (name, checksum) values ('9999_later.sql', 'x')`,
    );
    expect(await findings('INDESK_DATABASE_URL', {})).toContain('9999_later.sql is unknown to this version');
    await session.execute(`delete from app_meta.schema_migration where name = '9999_later.sql'`);
    await session.close();
  });

  it.each([
    ['a wrong password', () => login('app_rw', 'indesk', 'wrong'), /28P01.*password/s],
    ['a database that is not there', () => login('app_rw', 'nowhere'), /3D000.*createdb/s],
    ['a superuser', () => login('strong'), /may become strong|login must be app_rw/],
    ['a database without our roles', () => login('app_rw', 'empty'), /deploy\/postgres\/roles\.sql/],
    ['a port where nobody listens', () => login('app_rw').replace(/:\d+\//, ':9/'), /ECONNREFUSED/],
    [
      'a server that says nothing',
      () => login('app_rw').replace(/:\d+\//, `:${silentPort()}/`),
      /cannot be reached/,
    ],
  ])('S36: finds %s as the login of the program', async (_what, url, said) => {
    const found = await findings('INDESK_DATABASE_URL', {
      INDESK_DATABASE_URL: url(),
      INDESK_DATABASE_OWNER_URL: '',
    });
    expect(found).toMatch(said);
  });

  it('S36: finds an authority that did not sign, and an owner who may not migrate', async () => {
    expect(await findings('INDESK_DATABASE_URL', { INDESK_DATABASE_CA_FILE: stranger })).toContain(
      'INDESK_DATABASE_CA_FILE',
    );
    expect(
      await findings('INDESK_DATABASE_OWNER_URL', { INDESK_DATABASE_OWNER_URL: login('clerk') }),
    ).toContain('may not become app_owner, app_lookup, app_maint, app_audit');
  });

  it('S37: finds a Redis that is away, refuses the login, lets everybody in or writes to disk', async () => {
    const at = (url: string) => findings('INDESK_REDIS_URL', { INDESK_REDIS_URL: url });
    expect(await at(redis.url.replace(/:\d+$/, ':9'))).toContain('cannot be reached (ECONNREFUSED)');
    expect(await at(redis.url.replace(/:[^:]*@/, ':wrong@'))).toContain('refuses the login (WRONGPASS)');
    expect(await at(redis.url.replace('redis:', 'rediss:'))).toMatch(/offers no TLS|cannot be reached/);
    expect(await at(redis.url.replace(/:\d+$/, `:${silentPort()}`))).toContain('cannot be reached');
    const careless = await startTestRedis({
      settings: ['appendonly yes'],
      users: 'user default on nopass ~* &* +@all\nuser indesk on #PASSWORD_SHA256 ~* &* +@all',
    });
    const narrow = await startTestRedis({
      users: 'user default off\nuser indesk on #PASSWORD_SHA256 ~bull:* +@all',
    });
    const tls = await startTestRedis({ withTls: true });
    try {
      expect(await at(careless.url)).toMatch(/answers without a password.*\n.*appendonly no/);
      expect(await at(narrow.url)).toContain('deploy/redis/users.acl');
      expect(await at(tls.url)).toMatch(/cannot be trusted.*INDESK_REDIS_CA_FILE/);
    } finally {
      await Promise.all([careless.remove(), narrow.remove(), tls.remove()]);
    }
  });

  it('finds a mail server that is away, says nothing, has no TLS or takes no login', async () => {
    const at = (url: string) => findings('INDESK_SMTP_URL', { INDESK_SMTP_URL: url });
    expect(await at('smtp://127.0.0.1:9')).toContain('cannot be reached');
    expect(await at(`smtp://127.0.0.1:${silentPort()}`)).toContain('cannot be reached');
    expect(await at(mail.smtpUrl.replace('smtp:', 'smtps:'))).toContain('cannot be reached');
    expect(await at(mail.smtpUrl.replace('//', `//mailer:${password}@`))).toContain('login');
  });

  it('S36, S37: connects to nothing that the settings alone show to be unsafe, and to nothing at all when told so', async () => {
    const shown = accepted.size;
    const check = (args: readonly string[], changes: Readonly<Record<string, string>>) =>
      new Promise<{ readonly code: number | null; readonly text: string }>((resolve) => {
        const child = spawn(process.execPath, ['src/cli.ts', 'check-config', ...args], {
          cwd: root,
          env: { PATH: process.env['PATH'], ...good, ...changes },
        });
        let text = '';
        for (const stream of [child.stdout, child.stderr])
          stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        child.on('close', (code) => resolve({ code, text }));
      });
    const there = `app_rw:${password}@127.0.0.1:${silentPort()}/indesk`;
    const unsafe = await check([], {
      INDESK_DATABASE_URL: `postgres://${there}?sslmode=require`,
      INDESK_REDIS_URL: `redis://127.0.0.1:${silentPort()}`,
    });
    expect(unsafe).toEqual({ code: 1, text: expect.stringMatching(/^ok {4}mail: /) });
    const offline = await check(['--offline'], {
      INDESK_DATABASE_URL: `postgres://${there}?sslmode=verify-full`,
    });
    expect(offline).toEqual({ code: 0, text: 'These settings may start in production.\n' });
    expect(accepted.size).toBe(shown);
    const tried = await check([], { INDESK_DATABASE_URL: `postgres://${there}?sslmode=verify-full` });
    expect(tried).toEqual({ code: 1, text: expect.stringContaining('INDESK_DATABASE_URL: ') });
    expect(accepted.size).toBeGreaterThan(shown);
  }, 60_000);
});
