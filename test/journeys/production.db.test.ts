import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import { makeCertificates } from '../contracts/egress-certificates.ts';
import { engines } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { startProcess, stopProcess, type Started } from '../support/house-processes.ts';
import { startPostgresCluster, type PostgresCluster } from '../support/postgres-cluster.ts';
import { redisMissing, startTestRedis, type TestRedis } from '../support/redis.ts';

const available = redisMissing === '' && engines.some(({ name, available: is }) => name === 'postgres' && is);
const password = 'never-shown-anywhere';
const token = randomBytes(24).toString('hex');

// PostgreSQL under TLS with a certificate of its own authority, Redis with the shipped configuration, no simulators.
describe.skipIf(!available)('a server in production', () => {
  let folder: string;
  let cluster: PostgresCluster;
  let redis: TestRedis;
  let good: Readonly<Record<string, string>>;
  let server: Started | undefined;
  let metricsPort: number;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'indesk-production-'));
    mkdirSync(join(folder, 'data'), { mode: 0o700 });
    const { authority, key, certificate } = makeCertificates(['localhost']);
    [cluster, redis] = await Promise.all([
      startPostgresCluster({
        listen: true,
        settings: ['ssl = on', "ssl_cert_file = '../server.crt'", "ssl_key_file = '../server.key'"],
        files: { 'server.crt': certificate, 'server.key': key },
      }),
      startTestRedis(),
    ]);
    await setUpRoles(cluster.adminConnectionString, { database: 'indesk', appPassword: password });
    const owner = await openOwnerSession(admin());
    await owner.execute(
      `create role migrator login password '${password}' in role app_owner, app_lookup, app_maint, app_audit`,
    );
    await owner.close();
    const file = (name: string, text: string): string => {
      writeFileSync(join(folder, name), text, { mode: 0o600 });
      return join(folder, name);
    };
    metricsPort = await freePort();
    good = {
      INDESK_MODE: 'production',
      INDESK_PORT: '0',
      INDESK_PUBLIC_URL: 'https://desk.example.com',
      INDESK_DATABASE_URL: login('app_rw'),
      INDESK_DATABASE_OWNER_URL: login('migrator'),
      INDESK_DATABASE_CA_FILE: file('ca.pem', authority),
      INDESK_REDIS_URL: redis.url,
      INDESK_DATA_DIR: join(folder, 'data'),
      INDESK_KEY_FILE: file('root.key', randomBytes(32).toString('base64')),
      INDESK_METRICS_HOST: '0.0.0.0',
      INDESK_METRICS_PORT: String(metricsPort),
      INDESK_METRICS_TOKEN_FILE: file('token', `${token}\n`),
    };
  });
  afterEach(async () => {
    if (server !== undefined) await stopProcess(server);
    server = undefined;
  });
  afterAll(async () => {
    await Promise.all([cluster?.remove(), redis?.remove()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const admin = (): string => connectionStringFor(cluster.adminConnectionString, 'indesk');
  const login = (role: string): string =>
    `postgres://${role}:${password}@localhost:${cluster.port}/indesk?sslmode=verify-full`;
  const start = async (changes: Readonly<Record<string, string>> = {}): Promise<string> => {
    server = await startProcess('src/main.ts', [], { ...good, ...changes }, {});
    return server.message['url'] ?? '';
  };
  /** What the server says when it does not start. */
  const refusal = async (changes: Readonly<Record<string, string>> = {}): Promise<string> => {
    const said = await start(changes).then(
      () => 'started',
      (error: unknown) => String(error),
    );
    expect(said).toContain('ended with 1');
    expect(said).not.toContain(password);
    return said;
  };

  it('R33: starts when all is in order, is ready, and shows its metrics only to who has the token', async () => {
    const url = await start();
    expect((await fetch(`${url}/readyz`)).status).toBe(200);
    const metrics = `http://127.0.0.1:${metricsPort}/metrics`;
    expect((await fetch(metrics)).status).toBe(401);
    const shown = await fetch(metrics, { headers: { authorization: `Bearer ${token}` } });
    expect(await shown.text()).toContain('indesk_');
  });

  it('makes no customer of a name that was mistyped', async () => {
    await start();
    const child = spawnSync(process.execPath, ['src/cli.ts', 'doctor', '--subscription', 'acmee'], {
      cwd: join(import.meta.dirname, '../..'),
      env: { PATH: process.env['PATH'], ...good },
      encoding: 'utf8',
      timeout: 20_000,
    });
    expect(child.status).toBe(1);
    expect(child.stderr).toContain('There is no subscription acmee');
    const owner = await openOwnerSession(admin());
    expect(await owner.query(`select 1 from app.subscription where name = 'acmee'`)).toEqual([]);
    await owner.close();
  });

  it('S36: refuses a database it cannot verify, naming the setting', async () => {
    expect(await refusal({ INDESK_DATABASE_CA_FILE: '' })).toContain('INDESK_DATABASE_OWNER_URL');
  });

  it('R33: refuses a login that is a superuser, naming the setting', async () => {
    const owner = await openOwnerSession(admin());
    await owner.execute(`create role strong superuser login password '${password}'`);
    await owner.close();
    const said = await refusal({ INDESK_DATABASE_OWNER_URL: '', INDESK_DATABASE_URL: login('strong') });
    expect(said).toMatch(/INDESK_DATABASE_URL: .*not safe/);
  });

  it('S37: refuses a Redis that writes to disk, naming the setting', async () => {
    const careless = await startTestRedis({ settings: ['appendonly yes'] });
    try {
      expect(await refusal({ INDESK_REDIS_URL: careless.url })).toContain('INDESK_REDIS_URL');
    } finally {
      await careless.remove();
    }
  });

  it('S133: refuses another root key than the one its secrets are sealed under', async () => {
    const other = join(folder, 'other.key');
    writeFileSync(other, randomBytes(32).toString('base64'), { mode: 0o600 });
    expect(await refusal({ INDESK_KEY_FILE: other })).toMatch(/root key/i);
  });

  it('R33: refuses a database that holds the demo model', async () => {
    const owner = await openOwnerSession(admin());
    // No data key has sealed this one, which a trigger would notice.
    await owner.execute(`set session_replication_role = replica;
      insert into app.subscription (id, name, plan)
      values ('11111111-1111-4111-8111-111111111111', 'demo', 'team');
      insert into app.provider_connection (subscription_id, kind, label, model, api_key, key_last_four, demo)
      values ('11111111-1111-4111-8111-111111111111', 'openai-compatible', 'Demo', 'm', 'v1.k.x', 'abcd', true)`);
    expect(await refusal()).toContain('INDESK_MODE');
    await owner.close();
  });
});
