import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import type { Logger } from '../../ports/logger.ts';
import { createSqlDatabase, refuseUnsafeBoot } from '../sql/database.ts';
import { DatabaseSetupError } from '../sql/errors.ts';
import { migrationsDirectory, readMigrations } from '../sql/migrate.ts';
import { lockDirectory } from './directory-lock.ts';
import { refuseFullDisk } from './free-space.ts';
import type { WorkerInput, WorkerMessage } from './worker-messages.ts';

export interface PgliteOptions {
  /** Where the data lives; undefined keeps it in memory. */
  readonly directory?: string;
  readonly migrationDirectories?: readonly string[];
  readonly logger?: Logger;
  /** Changes are refused while the disk has less room than this; 64 MiB when left out. */
  readonly minimumFreeBytes?: number;
  /** Called once when the engine broke while in use; the process cannot go on with this database. */
  readonly onFailure?: (reason: string) => void;
}

const maxConnections = 4;
const closeTimeoutMs = 10_000;
// The name of a Unix socket may have 107 bytes on Linux and 103 on macOS.
const longestSocketPath = 100;
const socketName = '.s.PGSQL.5432';

/** Opens the embedded database in a worker thread; throws DatabaseSetupError when another process has the directory. */
export async function openPglite(options: PgliteOptions = {}): Promise<BookkeepingDatabase> {
  const directory = options.directory === undefined ? undefined : path.resolve(options.directory);
  const unlock = directory === undefined ? () => undefined : await lockDirectory(directory);
  const socketDirectory = makeSocketDirectory(directory);
  const cleanUp = () => {
    rmSync(socketDirectory, { recursive: true, force: true });
    unlock();
  };
  const migrationDirectories = options.migrationDirectories ?? [migrationsDirectory];
  let worker: Worker | undefined;
  let pool: pg.Pool | undefined;
  try {
    const migrations = await readMigrations(migrationDirectories);
    worker = await startWorker({
      dataDirectory: directory === undefined ? undefined : path.join(directory, 'data'),
      socketPath: path.join(socketDirectory, socketName),
      migrationDirectories,
      // A connection that is being closed still counts for a moment when its successor arrives.
      maxConnections: maxConnections * 2,
    });
    const opened = worker;
    const watch = watchWorker(opened, options);
    pool = openPool(socketDirectory, options.logger);
    const databaseOptions = {
      engine: 'pglite' as const,
      pool,
      migrations,
      transactionTimeoutMs: 10_000,
      ...(directory !== undefined && { beforeWrite: refuseFullDisk(directory, options.minimumFreeBytes) }),
      onClose: async () => {
        watch.stop();
        await stopWorker(opened);
        cleanUp();
      },
    };
    await refuseUnsafeBoot(databaseOptions);
    return createSqlDatabase(databaseOptions);
  } catch (error) {
    await pool?.end();
    if (worker !== undefined) await stopWorker(worker);
    cleanUp();
    throw error;
  }
}

function openPool(socketDirectory: string, logger: Logger | undefined): pg.Pool {
  const pool = new pg.Pool({
    host: socketDirectory,
    port: 5432,
    user: 'app_rw',
    database: 'postgres',
    password: '',
    ssl: false,
    max: maxConnections,
    // The engine answers one statement at a time, so a connection may have to wait for a slow one.
    connectionTimeoutMillis: 5_000,
    idleTimeoutMillis: 0,
  });
  pool.on('error', () => logger?.warn('database.connection-lost', { code: 'network' }));
  return pool;
}

async function startWorker(input: WorkerInput): Promise<Worker> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), {
    workerData: input,
    execArgv: [],
    name: 'pglite',
  });
  const [message] = await Promise.race([
    once(worker, 'message') as Promise<[WorkerMessage]>,
    once(worker, 'exit').then((): [WorkerMessage] => [{ kind: 'failed', reason: 'its thread ended' }]),
  ]);
  if (message.kind === 'ready') return worker;
  await worker.terminate();
  const reason = message.kind === 'failed' ? message.reason : 'it closed again';
  throw new DatabaseSetupError(`The embedded database could not be opened: ${reason}`);
}

function watchWorker(worker: Worker, options: PgliteOptions): { readonly stop: () => void } {
  let isWatching = true;
  const fail = (reason: string) => {
    if (!isWatching) return;
    isWatching = false;
    options.logger?.error('database.failed', { code: 'pglite' });
    options.onFailure?.(reason);
  };
  worker.on('message', (message: WorkerMessage) => {
    if (message.kind === 'failed') fail(message.reason);
  });
  worker.on('error', () => fail('the thread of the embedded database failed'));
  worker.on('exit', () => fail('the thread of the embedded database ended'));
  return {
    stop: () => {
      isWatching = false;
    },
  };
}

async function stopWorker(worker: Worker): Promise<void> {
  if (worker.threadId === -1) return;
  const ended = new AbortController();
  const answered = Promise.race([
    once(worker, 'message', { signal: ended.signal }),
    once(worker, 'exit', { signal: ended.signal }),
    new Promise((resolve) => setTimeout(resolve, closeTimeoutMs).unref()),
  ]).catch(() => undefined);
  worker.postMessage('close');
  await answered;
  ended.abort();
  await worker.terminate();
}

function makeSocketDirectory(directory: string | undefined): string {
  const beside = directory === undefined ? undefined : path.join(directory, 'socket');
  if (beside === undefined || Buffer.byteLength(path.join(beside, socketName)) > longestSocketPath) {
    return mkdtempSync(path.join(os.tmpdir(), 'indesk-'));
  }
  // What a killed process left behind would make the socket's address look taken.
  rmSync(beside, { recursive: true, force: true });
  mkdirSync(beside, { mode: 0o700 });
  chmodSync(beside, 0o700);
  return beside;
}
