import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { openOwnerSession } from '../../src/adapters/postgres/owner-session.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { connectionStringFor, setUpRoles } from '../../src/adapters/postgres/set-up-roles.ts';
import { migrate, migrationsDirectory, readMigrations } from '../../src/adapters/sql/migrate.ts';
import { engines } from '../support/database.ts';
import { freePort } from '../support/free-port.ts';
import { startPgBouncer, whyNoPgBouncer } from '../support/pgbouncer.ts';
import { startPostgresCluster, type PostgresCluster } from '../support/postgres-cluster.ts';
import { makeCertificates } from './egress-certificates.ts';

const available = engines.some((engine) => engine.name === 'postgres' && engine.available);
const password = 'never-shown-83610';
const folder = mkdtempSync(path.join(os.tmpdir(), 'indesk-tls-'));
const pem = (name: string, text: string): string => {
  writeFileSync(path.join(folder, name), text);
  return path.join(folder, name);
};

describe.skipIf(!available)('TLS to PostgreSQL in production', () => {
  const good = makeCertificates(['localhost']);
  const foreign = makeCertificates(['localhost']);
  const expired = makeCertificates(['localhost'], -1);
  const otherName = makeCertificates(['db.example.com']);
  const servers = { good, foreign, expired, otherName };
  let cluster: PostgresCluster;

  beforeAll(async () => {
    expect(inject('postgres').reason).toBeUndefined();
    cluster = await startPostgresCluster({
      listen: true,
      files: Object.fromEntries(
        Object.entries(servers).flatMap(([name, { certificate, key }]) => [
          [`${name}.crt`, certificate],
          [`${name}.key`, key],
        ]),
      ),
      // From the folder of the data.
      settings: [`ssl = on`, `ssl_cert_file = '../good.crt'`, `ssl_key_file = '../good.key'`],
    });
    await setUpRoles(cluster.adminConnectionString, { database: 'indesk', appPassword: password });
    const session = await openOwnerSession(connectionStringFor(cluster.adminConnectionString, 'indesk'));
    await migrate(session, await readMigrations([migrationsDirectory]));
    await session.close();
  });
  afterAll(async () => {
    await cluster?.remove();
    rmSync(folder, { recursive: true, force: true });
  });

  const address = (query: string, host = 'localhost', port = cluster.port) =>
    `postgres://app_rw:${password}@${host}:${port}/indesk${query}`;
  const caFile = pem('good.pem', good.authority);
  const open = (connectionString: string, ca: string | undefined = caFile) =>
    openPostgres({
      connectionString,
      requireVerifiedTls: true,
      ...(ca !== undefined && { caFile: ca }),
    });
  const refusal = async (connectionString: string, ca: string | undefined = caFile) => {
    const message = await open(connectionString, ca).then(
      async (database) => {
        await database.close();
        return 'it started';
      },
      (error: unknown) => (error instanceof Error ? `${error.name}: ${error.message}` : String(error)),
    );
    expect(message).not.toContain(password);
    return message;
  };
  const serve = async (...statements: readonly string[]) => {
    const admin = await openOwnerSession(cluster.adminConnectionString);
    for (const statement of [...statements, 'select pg_reload_conf()']) await admin.execute(statement);
    await admin.close();
    await new Promise((resolve) => setTimeout(resolve, 300));
  };
  const serveWith = (name: keyof typeof servers) =>
    serve(
      'alter system set ssl = on',
      `alter system set ssl_cert_file = '../${name}.crt'`,
      `alter system set ssl_key_file = '../${name}.key'`,
    );

  it('S36: verify-full with the authority of the server starts, and the server sees the connection encrypted', async () => {
    const database = await open(address('?sslmode=verify-full'));
    expect(await database.ready()).toBe(true);
    await database.close();
    const named = await open(
      address(`?sslmode=verify-full&sslrootcert=${encodeURIComponent(caFile)}`),
      undefined,
    );
    await named.close();
  });

  it('S36: every weaker or missing mode is refused by name, and no password is shown', async () => {
    const weak: readonly (readonly [string, string])[] = [
      ['', 'names no sslmode'],
      ['?sslmode=disable', 'weaker than verify-full'],
      ['?sslmode=allow', 'weaker than verify-full'],
      ['?sslmode=prefer', 'weaker than verify-full'],
      ['?sslmode=require', 'weaker than verify-full'],
      ['?sslmode=verify-ca', 'weaker than verify-full'],
      ['?sslmode=no-verify', 'weaker than verify-full'],
      ['?ssl=false', 'names no sslmode'],
      ['?ssl=true', 'names no sslmode'],
      ['?sslmode=verify-full&ssl=false', 'sets ssl beside'],
      ['?uselibpqcompat=true&sslmode=require', 'weaker than verify-full'],
      ['?uselibpqcompat=true&sslmode=verify-full', 'sets uselibpqcompat beside'],
      ['?sslmode=verify-full&sslmode=disable', 'sslmode twice'],
      [`?sslmode=verify-full&host=${encodeURIComponent(cluster.directory)}`, 'sets host beside'],
    ];
    for (const [query, cause] of weak) expect(await refusal(address(query)), query).toContain(cause);
    expect(await refusal('postgres://app_rw:@@/x?sslmode=verify-full')).toContain('cannot be read');
    expect(await refusal(`postgres:///indesk?sslmode=verify-full`)).toContain('names no host');
    const owner = openPostgres({
      connectionString: address('?sslmode=verify-full'),
      ownerConnectionString: address('?sslmode=require'),
      requireVerifiedTls: true,
      caFile,
    });
    await expect(owner).rejects.toThrow('weaker than verify-full');
  });

  it('S36: PGSSLMODE in the environment neither replaces nor weakens what the address says', async () => {
    process.env['PGSSLMODE'] = 'disable';
    try {
      expect(await refusal(address(''))).toContain('names no sslmode');
      await (await open(address('?sslmode=verify-full'))).close();
    } finally {
      delete process.env['PGSSLMODE'];
    }
  });

  it('S36: a server that cannot prove who it is, is refused with the reason', async () => {
    expect(await refusal(address('?sslmode=verify-full'), '')).toContain('cannot be read');
    expect(await refusal(address('?sslmode=verify-full', '127.0.0.1'))).toContain('for another host name');
    const expiredCa = pem('expired.pem', expired.authority);
    const otherCa = pem('other.pem', otherName.authority);
    await serveWith('foreign');
    expect(await refusal(address('?sslmode=verify-full'))).toContain('an authority that is not trusted');
    await serveWith('expired');
    expect(await refusal(address('?sslmode=verify-full'), expiredCa)).toContain('has expired');
    await serveWith('otherName');
    expect(await refusal(address('?sslmode=verify-full'), otherCa)).toContain('for another host name');
    await serve('alter system set ssl = off');
    expect(await refusal(address('?sslmode=verify-full'))).toContain('offers no TLS');
    await serveWith('good');
    await (await open(address('?sslmode=verify-full'))).close();
  });

  it('S36: a pooler that goes on to the server without TLS is refused', async ({ skip }) => {
    const reason = await whyNoPgBouncer();
    if (reason !== undefined) skip(reason);
    const port = await freePort();
    const pooler = await startPgBouncer(
      cluster.directory,
      { user: 'app_rw', password },
      {
        serverPort: cluster.port ?? 0,
        listen: port,
        files: { 'good.crt': good.certificate, 'good.key': good.key },
        settings: [
          'listen_addr = 127.0.0.1',
          'client_tls_sslmode = require',
          'client_tls_cert_file = good.crt',
          'client_tls_key_file = good.key',
        ],
      },
    );
    expect(await refusal(address('?sslmode=verify-full', 'localhost', port))).toContain(
      'sees it without TLS',
    );
    await pooler.remove();
  });
});
