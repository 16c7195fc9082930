import { chmodSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname } from 'node:path';
import type { Program } from '../start.ts';
import { controlSocketPath } from './control-path.ts';
import { runCommand, type ControlRequest } from './commands.ts';

const bodyLimit = 64 * 1024;

/** Listens on a socket file that only this user may open (mode 0600), for the command line. Returns its close. */
export async function openControlSocket(program: Program): Promise<() => Promise<void>> {
  const path = controlSocketPath(program.config.dataDirectory);
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  // The database lock has shown that no other server lives here: a socket file is left over.
  if (existsSync(path)) rmSync(path);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > bodyLimit) request.destroy();
      else chunks.push(chunk);
    });
    request.on('end', () => {
      void answer(program, Buffer.concat(chunks).toString('utf8')).then((body) =>
        response.setHeader('content-type', 'application/json').end(body),
      );
    });
  });
  const before = process.umask(0o177);
  try {
    await new Promise<void>((resolve, reject) => server.once('error', reject).listen(path, resolve));
  } finally {
    process.umask(before);
  }
  chmodSync(path, 0o600);
  return () =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
}

async function answer(program: Program, body: string): Promise<string> {
  let request: ControlRequest;
  try {
    request = JSON.parse(body) as ControlRequest;
  } catch {
    return JSON.stringify({ ok: false, message: 'The command could not be read.' });
  }
  return JSON.stringify(await runCommand(program, request));
}
