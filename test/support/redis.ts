import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import {
  connectForRequests,
  connectForWork,
  type RedisAddress,
} from '../../src/adapters/redis/connection.ts';
import { createRedisLink, type RedisLink } from '../../src/adapters/redis/redis-link.ts';
import { systemClock } from '../../src/adapters/system/clock.ts';
import type { Logger } from '../../src/ports/logger.ts';
import { freePort } from './free-port.ts';

const deployDirectory = join(import.meta.dirname, '../../deploy/redis');

/** Why this machine cannot start a Redis of its own; empty when it can. */
export const redisMissing =
  spawnSync('redis-server', ['--version']).status === 0
    ? ''
    : 'redis-server is not installed (.ci/install-services installs it)';
if (redisMissing !== '') {
  if (process.env['CI'] === 'true') throw new Error(`Redis must be tested here: ${redisMissing}`);
  process.stderr.write(`\nSkipped: the tests on Redis, because ${redisMissing}.\n\n`);
}

export interface TestRedisOptions {
  /** Lines of configuration after those of deploy/redis/redis.conf. */
  readonly settings?: readonly string[];
  /** Takes the place of the users in deploy/redis/users.acl; `PASSWORD_SHA256` is replaced. */
  readonly users?: string;
  readonly withTls?: boolean;
}

/** A Redis of the test's own, with the shipped configuration and users. */
export interface TestRedis {
  /** Of the program's user. */
  readonly url: string;
  readonly port: number;
  readonly directory: string;
  /** A connection that may do everything. */
  admin(): Redis;
  /** Ends it as a crash would; its data is gone. */
  kill(): Promise<void>;
  /** Starts it again, empty, on the same port. */
  start(): Promise<void>;
  /** Stops the process without ending it: connections stay open and nothing answers. */
  freeze(): void;
  thaw(): void;
  /** What it has left on disk besides its configuration. */
  filesLeft(): readonly string[];
  remove(): Promise<void>;
}

export async function startTestRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const directory = mkdtempSync(join(tmpdir(), 'indesk-redis-'));
  const port = await freePort();
  const password = randomBytes(18).toString('base64url');
  const adminPassword = randomBytes(18).toString('base64url');
  const users = options.users ?? readFileSync(join(deployDirectory, 'users.acl'), 'utf8');
  writeFileSync(
    join(directory, 'users.acl'),
    `${users.trim().replace('PASSWORD_SHA256', createHash('sha256').update(password).digest('hex'))}
user admin on >${adminPassword} ~* &* +@all\n`,
  );
  const tls = options.withTls === true ? makeCertificates(directory) : ['tls-port 0', `port ${port}`];
  writeFileSync(
    join(directory, 'redis.conf'),
    [
      readFileSync(join(deployDirectory, 'redis.conf'), 'utf8').replaceAll(/^(?:tls-.*|port 0)$/gm, ''),
      ...tls.map((line) => line.replace('PORT', String(port))),
      'bind 127.0.0.1',
      `dir ${directory}`,
      `aclfile ${join(directory, 'users.acl')}`,
      ...(options.settings ?? []),
    ].join('\n'),
  );
  const known = new Set(readdirSync(directory));
  const admins: Redis[] = [];
  let server: ChildProcess | undefined;
  const start = async () => {
    server = await startServer(join(directory, 'redis.conf'));
  };
  const kill = () => endProcess(server);
  await start();
  const scheme = options.withTls === true ? 'rediss' : 'redis';
  return {
    url: `${scheme}://indesk:${password}@127.0.0.1:${port}`,
    port,
    directory,
    admin: () => {
      const admin = new Redis({ port, username: 'admin', password: adminPassword }).on(
        'error',
        () => undefined,
      );
      admins.push(admin);
      return admin;
    },
    start,
    kill,
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    filesLeft: () => readdirSync(directory).filter((name) => !known.has(name)),
    remove: async () => {
      for (const admin of admins) admin.disconnect();
      await kill();
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** What the program makes of an address: the link for requests, and connections for work. */
export function openLink(
  address: RedisAddress,
  options: { readonly logger?: Logger; readonly isFit?: (redis: Redis) => Promise<boolean> } = {},
): RedisLink & { connectForWork(): Redis } {
  const { logger = silent, isFit = () => Promise.resolve(true) } = options;
  const link = createRedisLink({
    redis: connectForRequests(address, logger),
    clock: systemClock,
    logger,
    isFit,
  });
  return { ...link, connectForWork: () => connectForWork(address, logger) };
}

/** Resolves when commands get through. */
export const usable = (link: RedisLink): Promise<void> =>
  new Promise((resolve) => link.onUsable(() => resolve()));

export const silent: Logger = { info: () => undefined, warn: () => undefined, error: () => undefined };

function startServer(configuration: string): Promise<ChildProcess> {
  const child = spawn('redis-server', [configuration], { stdio: ['ignore', 'pipe', 'ignore'] });
  let output = '';
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`redis-server ended:\n${output}`)));
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      if (output.includes('Ready to accept connections')) resolve(child);
    });
  });
}

async function endProcess(child: ChildProcess | undefined): Promise<void> {
  if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await ended;
}

/** An authority and a certificate for 127.0.0.1 signed by it, in the directory; returns the lines of configuration. */
function makeCertificates(directory: string): string[] {
  const openssl = (...parameters: string[]) => {
    const { status, stderr } = spawnSync('openssl', parameters, { cwd: directory, encoding: 'utf8' });
    if (status !== 0) throw new Error(`openssl: ${stderr}`);
  };
  const request = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
  ];
  openssl(...request, '-subj', '/CN=test authority', '-keyout', 'ca.key', '-out', 'ca.crt');
  const names = 'subjectAltName=IP:127.0.0.1';
  const signed = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-addext', 'basicConstraints=critical,CA:false'];
  openssl(
    ...request,
    ...signed,
    '-addext',
    names,
    '-subj',
    '/CN=redis',
    '-keyout',
    'tls.key',
    '-out',
    'tls.crt',
  );
  return [
    'port 0',
    'tls-port PORT',
    `tls-cert-file ${join(directory, 'tls.crt')}`,
    `tls-key-file ${join(directory, 'tls.key')}`,
    `tls-ca-cert-file ${join(directory, 'ca.crt')}`,
    'tls-auth-clients no',
    'tls-protocols "TLSv1.2 TLSv1.3"',
  ];
}
