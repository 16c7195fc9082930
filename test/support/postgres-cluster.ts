import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import {
  access,
  appendFile,
  chmod,
  chown,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  rm,
  writeFile,
} from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { freePort } from './free-port.ts';

const run = promisify(execFile);

export interface PostgresCluster {
  /** Superuser, database `postgres`, over a Unix socket. */
  readonly adminConnectionString: string;
  /** Folder of its Unix socket. */
  readonly directory: string;
  /** Folder with `initdb` and its like. */
  readonly binaries: string;
  /** Port on localhost; undefined without `listen`. */
  readonly port: number | undefined;
  /** What the server has logged. */
  log(): Promise<string>;
  /** `immediate` is what a crash looks like. */
  stop(mode?: 'fast' | 'immediate'): Promise<void>;
  start(): Promise<void>;
  remove(): Promise<void>;
}

/** Why this machine cannot start a cluster of its own; undefined when it can. */
export async function whyNoPostgres(): Promise<string | undefined> {
  const binaries = await findBinaries();
  if (binaries === undefined) return 'PostgreSQL is not installed (.ci/install-services installs it)';
  const { stdout } = await run(path.join(binaries, 'pg_config'), ['--sharedir']).catch(() => ({
    stdout: '',
  }));
  const shared =
    stdout.trim() === '' ? `/usr/share/postgresql/${path.basename(path.dirname(binaries))}` : stdout.trim();
  const hasVector = await access(path.join(shared, 'extension', 'vector.control')).then(
    () => true,
    () => false,
  );
  return hasVector ? undefined : 'pgvector is not installed (.ci/install-services installs it)';
}

export interface ClusterOptions {
  /** Where the data lives: an existing folder that the cluster may own; a temporary one when left out. */
  readonly dataParent?: string;
  /** Lines for postgresql.conf. */
  readonly settings?: readonly string[];
  /** Also listens on a free port of localhost. */
  readonly listen?: boolean;
  /** Files the server may read, by name, in its own directory. */
  readonly files?: Readonly<Record<string, string>>;
}

/** Makes and starts a PostgreSQL cluster in a temporary directory, as user `postgres` when this process is root. */
export async function startPostgresCluster(options: ClusterOptions = {}): Promise<PostgresCluster> {
  const binaries = await findBinaries();
  if (binaries === undefined) throw new Error('PostgreSQL is not installed');
  const directory = await mkdtemp(path.join(os.tmpdir(), 'indesk-pg-'));
  const data = path.join(options.dataParent ?? directory, 'data');
  const password = randomBytes(12).toString('hex');
  const passwordFile = path.join(directory, 'password');
  await writeFile(passwordFile, password);
  await mkdir(data);
  const files = Object.entries(options.files ?? {}).map(
    ([name, text]) => [path.join(directory, name), text] as const,
  );
  for (const [file, text] of files) await writeFile(file, text, { mode: 0o600 });
  if (process.getuid?.() === 0) {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
    );
    for (const file of [directory, data, passwordFile, ...files.map(([file]) => file)])
      await chown(file, uid ?? 0, gid ?? 0);
  }
  await chmod(directory, 0o700);
  const server = (binary: string, ...parameters: string[]) =>
    runAsServer(directory, path.join(binaries, binary), parameters);
  const initial = [
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'scram-sha-256',
    '--pwfile',
    passwordFile,
    '-E',
    'UTF8',
    '--locale=C',
    '--no-sync',
  ];
  // The log of changes stays off the data's disk, as in the deployment: a full one would end the server.
  if (options.dataParent !== undefined) {
    await server('initdb', ...initial, '-X', path.join(directory, 'wal'));
  } else await server('initdb', ...initial);
  await appendFile(path.join(data, 'postgresql.conf'), `\n${(options.settings ?? []).join('\n')}\n`);
  const port = options.listen === true ? await freePort() : undefined;
  const address =
    port === undefined ? "-c listen_addresses=''" : `-c listen_addresses=localhost -c port=${port}`;
  const settings = `${address} -c unix_socket_directories='${directory}' -c fsync=off -c max_connections=200`;
  const start = () =>
    server('pg_ctl', '-D', data, '-w', '-s', '-l', path.join(directory, 'log'), '-o', settings, 'start');
  const stop = (mode = 'fast') => server('pg_ctl', '-D', data, '-w', '-s', '-m', mode, 'stop');
  await start();
  return {
    adminConnectionString: `postgres://postgres:${password}@/postgres?host=${encodeURIComponent(directory)}${
      port === undefined ? '' : `&port=${port}`
    }`,
    directory,
    binaries,
    port,
    log: () => readFile(path.join(directory, 'log'), 'utf8'),
    start,
    stop,
    remove: async () => {
      await stop('immediate').catch(() => undefined);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

// PostgreSQL refuses to run as root.
async function runAsServer(directory: string, binary: string, parameters: readonly string[]): Promise<void> {
  const isRoot = process.getuid?.() === 0;
  const command = isRoot ? 'runuser' : binary;
  const all = isRoot ? ['-u', 'postgres', '--', binary, ...parameters] : [...parameters];
  await run(command, all, { cwd: directory });
}

async function findBinaries(): Promise<string | undefined> {
  const root = '/usr/lib/postgresql';
  const versions = await readdir(root).catch(() => []);
  for (const version of versions.sort((left, right) => Number(right) - Number(left))) {
    const directory = path.join(root, version, 'bin');
    const isThere = await access(path.join(directory, 'initdb')).then(
      () => true,
      () => false,
    );
    if (isThere) return directory;
  }
  return undefined;
}
