import { join } from 'node:path';
import { ConfigError, readConfig } from './config.ts';
import { openControlSocket } from './control/control-server.ts';
import { startServer, type RunningServer } from './start.ts';

const webDirectory = join(import.meta.dirname, '..', 'dist', 'web');
let server: RunningServer | undefined;
let closeControl: (() => Promise<void>) | undefined;
let stopping = false;

async function stop(code: number): Promise<void> {
  // A second request to stop means that the first one hangs.
  if (stopping) process.exit(code === 0 ? 1 : code);
  stopping = true;
  setTimeout(() => process.exit(1), 20_000).unref();
  await closeControl?.();
  await server?.stop();
  process.exit(code);
}

// The launcher holds the other end of the channel: when it dies, so do we, and the database is free again.
process.on('disconnect', () => void stop(0));
process.on('SIGTERM', () => void stop(0));
process.on('SIGINT', () => void stop(0));
// An error nobody has caught leaves an unknown state: say its class, never its text, and end.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    process.stderr.write(
      `indesk: ${event}: ${error instanceof Error ? error.name : 'unknown'}\n${stackOf(error)}`,
    );
    void stop(1);
  });
}

/** Where it happened: the lines of the stack that name files, without the message above them. */
function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return '';
  return (error.stack ?? '')
    .split('\n')
    .filter((line) => line.startsWith('    at '))
    .join('\n')
    .concat('\n');
}

try {
  const config = readConfig();
  server = await startServer(config, webDirectory);
  closeControl = await openControlSocket(server.program);
  process.send?.({ ready: true, url: server.url });
} catch (error) {
  process.stderr.write(
    `indesk: ${error instanceof ConfigError || isStartError(error) ? (error as Error).message : `cannot start (${error instanceof Error ? error.name : 'unknown'})\n${stackOf(error)}`}\n`,
  );
  process.exit(1);
}

function isStartError(error: unknown): boolean {
  return (
    error instanceof Error &&
    ('code' in error
      ? ['EADDRINUSE', 'EACCES'].includes(String(error.code))
      : ['DatabaseSetupError', 'ProblemError'].includes(error.name))
  );
}
