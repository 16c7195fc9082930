import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ConfigError, readConfig } from './config.ts';
import { openControlSocket } from './control/control-server.ts';
import type { ShutDownManner } from './http/shut-down.ts';
import { startServer, type RunningServer } from './start.ts';

const webDirectory = join(import.meta.dirname, '..', 'dist', 'web');
let server: RunningServer | undefined;
let closeControl: (() => Promise<void>) | undefined;
let stopping = false;

// The server's own shutdown ends earlier; this is for one that hangs.
const longestStopMs = 29_000;

async function stop(code: number, manner: ShutDownManner): Promise<void> {
  if (stopping) return;
  stopping = true;
  setTimeout(() => process.exit(1), longestStopMs).unref();
  await closeControl?.();
  await server?.stop(manner);
  process.exit(code);
}

// The launcher holds the other end of the channel: when it dies, so do we, and the database is free again.
process.on('disconnect', () => void stop(0, 'quick'));
// Ctrl+C reaches us twice, once from the terminal and once as TERM from the launcher: only the same signal again means haste.
for (const [signal, manner] of [
  ['SIGTERM', 'drain'],
  ['SIGINT', 'quick'],
] as const) {
  let seen = false;
  process.on(signal, () => {
    if (seen) process.exit(1);
    seen = true;
    void stop(0, manner);
  });
}
// An error nobody has caught leaves an unknown state: say its class, never its text, and end.
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, (error: unknown) => {
    process.stderr.write(
      `indesk: ${event}: ${error instanceof Error ? error.name : 'unknown'}\n${stackOf(error)}`,
    );
    if (stopping) process.exit(1);
    void stop(1, 'quick');
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
  // In development the launcher has built them.
  if (config.mode === 'production' && config.role !== 'work' && !existsSync(join(webDirectory, 'index.html')))
    throw new ConfigError(['The pages for the browser are missing: npm run build makes them.']);
  server = await startServer(config, webDirectory);
  closeControl = await openControlSocket(server.program);
  if (server.bootstrapCode !== undefined)
    process.stdout.write(
      `\nNobody operates this server yet. One-time code for the first operator, good for 15 minutes:\n  ${server.bootstrapCode}\n\n`,
    );
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
      : ['DatabaseSetupError', 'ProblemError', 'RootKeyError'].includes(error.name))
  );
}
