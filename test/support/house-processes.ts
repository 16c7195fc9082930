import { spawn, type ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { serverFlags } from '../../scripts/launch/node-flags.mjs';

const root = join(import.meta.dirname, '../..');
const startTimeoutMs = 60_000;

/** A program of ours that has said it is ready, and with which message. */
export interface Started {
  readonly child: ChildProcess;
  readonly message: Readonly<Record<string, string>>;
  readonly output: () => string;
}

/** Starts a program of ours with the server's flags; rejects with its output when it is not ready within a minute. */
export function startProcess(
  file: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  options: {
    readonly flags?: readonly string[];
    readonly cpu?: string | undefined;
    readonly discard?: boolean | undefined;
  },
): Promise<Started> {
  const node = [process.execPath, ...serverFlags, ...(options.flags ?? []), join(root, file), ...args];
  const [command = '', ...rest] = options.cpu === undefined ? node : ['taskset', '-c', options.cpu, ...node];
  const child = spawn(command, rest, {
    cwd: root,
    stdio: ['ignore', options.discard === true ? 'ignore' : 'pipe', 'pipe', 'ipc'],
    env: { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', ...environment },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(new Error(`${file} was not ready in time:\n${output}`));
    }, startTimeoutMs);
    child.once('message', (message) => {
      clearTimeout(timer);
      resolve({ child, message: message as Record<string, string>, output: () => output });
    });
    child.once('exit', (code) => {
      clearTimeout(timer);
      reject(new Error(`${file} ended with ${code}:\n${output}`));
    });
  });
}

/** Asks it to end, and ends it after ten seconds. */
export async function stopProcess({ child }: Started): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  const force = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await ended;
  clearTimeout(force);
}
