import { execFile, spawn } from 'node:child_process';
import { chmod, chown, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';

const run = promisify(execFile);
const usualPort = 6432;
const longestStartMs = 10_000;

export interface PgBouncer {
  /** Folder of its Unix socket, to be used as `host`. */
  readonly directory: string;
  readonly port: number;
  /** How many transactions have gone through it so far. */
  transactions(): Promise<number>;
  remove(): Promise<void>;
}

/** Why this machine cannot start PgBouncer; undefined when it can. */
export async function whyNoPgBouncer(): Promise<string | undefined> {
  return run('pgbouncer', ['--version']).then(
    () => undefined,
    () => 'PgBouncer is not installed (.ci/install-services installs it)',
  );
}

/** Starts PgBouncer in transaction mode before the server whose Unix socket is in `serverDirectory`, for every database and one login. */
export async function startPgBouncer(
  serverDirectory: string,
  login: { readonly user: string; readonly password: string },
  options: {
    /** Lines for its configuration. */
    readonly settings?: readonly string[];
    /** Files it may read, by name, in its own directory. */
    readonly files?: Readonly<Record<string, string>>;
    readonly serverPort?: number;
    /** Its own port, also in the name of its socket. */
    readonly listen?: number;
  } = {},
): Promise<PgBouncer> {
  const directory = await mkdtemp(path.join(os.tmpdir(), 'indesk-pgb-'));
  const port = options.listen ?? usualPort;
  const file = (name: string) => path.join(directory, name);
  await writeFile(file('users'), `"${login.user}" "${login.password}"\n`);
  await writeFile(
    file('pgbouncer.ini'),
    `[databases]
* = host=${serverDirectory} port=${options.serverPort ?? 5432}
[pgbouncer]
listen_port = ${port}
unix_socket_dir = ${directory}
unix_socket_mode = 0700
auth_type = scram-sha-256
auth_file = ${file('users')}
stats_users = ${login.user}
pool_mode = transaction
default_pool_size = 6
max_client_conn = 300
query_wait_timeout = 5
server_idle_timeout = 10
logfile = ${file('log')}
pidfile = ${file('pid')}
${(options.settings ?? []).join('\n')}
`,
  );
  const files = Object.entries(options.files ?? {});
  for (const [name, text] of files) await writeFile(file(name), text, { mode: 0o600 });
  const isRoot = process.getuid?.() === 0;
  if (isRoot) {
    const [uid, gid] = await Promise.all(
      ['-u', '-g'].map(async (flag) => Number((await run('id', [flag, 'postgres'])).stdout)),
    );
    for (const name of [directory, file('users'), file('pgbouncer.ini'), ...files.map(([one]) => file(one))])
      await chown(name, uid ?? 0, gid ?? 0);
  }
  await chmod(directory, 0o700);
  // PgBouncer refuses to run as root and changes to the user it is told.
  const child = spawn('pgbouncer', [...(isRoot ? ['-u', 'postgres'] : []), '-q', file('pgbouncer.ini')], {
    stdio: 'ignore',
    cwd: directory,
  });
  child.on('error', () => undefined);
  const remove = async () => {
    const ended = new Promise((resolve) => child.once('exit', resolve));
    if (child.exitCode === null && child.kill('SIGTERM')) {
      const force = setTimeout(() => child.kill('SIGKILL'), 2_000);
      await ended;
      clearTimeout(force);
    }
    await rm(directory, { recursive: true, force: true });
  };
  const until = performance.now() + longestStartMs;
  while (!(await answers(file(`.s.PGSQL.${port}`)))) {
    if (child.exitCode !== null || performance.now() > until) {
      await remove();
      throw new Error('PgBouncer did not start');
    }
    await sleep(20);
  }
  const transactions = async () => {
    const { user, password } = login;
    const client = new pg.Client({ host: directory, port, user, password, database: 'pgbouncer' });
    await client.connect();
    try {
      const { rows } = await client.query<{ database: string; total_xact_count: string }>('show stats');
      // Looking is counted too, for the database that shows it.
      const others = rows.filter(({ database }) => database !== 'pgbouncer');
      return others.reduce((sum, row) => sum + Number(row.total_xact_count), 0);
    } finally {
      await client.end();
    }
  };
  return { directory, port, transactions, remove };
}

function answers(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath, () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}
