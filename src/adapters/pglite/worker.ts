import { readFile } from 'node:fs/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { vector } from '@electric-sql/pglite-pgvector';
import { PGLiteSocketServer } from '@electric-sql/pglite-socket';
import { migrate, readMigrations, rolesFile } from '../sql/migrate.ts';
import type { WorkerInput, WorkerMessage } from './worker-messages.ts';

const input = workerData as WorkerInput;
const say = (message: WorkerMessage) => parentPort?.postMessage(message);

async function open(): Promise<() => Promise<void>> {
  const lite = await PGlite.create({
    ...(input.dataDirectory === undefined ? {} : { dataDir: input.dataDirectory }),
    extensions: { vector },
    // The default of 128 MB costs as much memory and gains nothing at this size.
    postgresqlconf: ['shared_buffers=16MB', 'log_parameter_max_length_on_error=0'],
  });
  const session = {
    execute: async (text: string) => {
      await lite.exec(text);
    },
    query: async (text: string, values: readonly unknown[] = []) =>
      (await lite.query<Record<string, unknown>>(text, [...values])).rows,
  };
  await session.execute(await readFile(rolesFile, 'utf8'));
  await migrate(session, await readMigrations(input.migrationDirectories));
  // PGlite starts as superuser, whom no policy stops; this cannot be undone by RESET or SET ROLE.
  await session.execute('set session authorization app_rw');
  reportCrashes(lite);
  const server = new PGLiteSocketServer({
    db: lite,
    path: input.socketPath,
    maxConnections: input.maxConnections,
  });
  await server.start();
  return async () => {
    await server.stop();
    await lite.close();
  };
}

// A refused statement is an answer; a rejection means the engine itself broke, and its socket server then hangs.
function reportCrashes(lite: PGlite): void {
  const execute = lite.execProtocolRawStream.bind(lite);
  lite.execProtocolRawStream = async (...parameters: Parameters<PGlite['execProtocolRawStream']>) => {
    try {
      await execute(...parameters);
    } catch (error) {
      say({ kind: 'failed', reason: 'the embedded database stopped working' });
      throw error;
    }
  };
}

try {
  const close = await open();
  parentPort?.once('message', () => {
    void close().then(
      () => say({ kind: 'closed' }),
      () => say({ kind: 'failed', reason: 'the embedded database did not close cleanly' }),
    );
  });
  say({ kind: 'ready' });
} catch (error) {
  say({ kind: 'failed', reason: error instanceof Error ? error.message : 'unknown reason' });
}
