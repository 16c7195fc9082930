import { randomUUID } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  openSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  utimesSync,
  writeSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { DatabaseSetupError } from '../sql/errors.ts';

interface LockContent {
  readonly token: string;
  readonly pid: number;
  /** Tells two processes of the same number apart; empty when this machine does not say. */
  readonly started: string;
  /** Where process numbers mean the same: machine and container. */
  readonly place: string;
}

const heartbeatMs = 5_000;
// Only for a holder on another machine or in another container, whose process number says nothing here.
const silentMs = 20_000;
const patienceMs = 1_500;

/** Takes the only lock of a database directory and returns its release; throws when a live process holds it. */
export async function lockDirectory(directory: string): Promise<() => void> {
  mkdirSync(directory, { recursive: true, mode: 0o700 });
  const file = path.join(directory, 'lock');
  const own: LockContent = {
    token: randomUUID(),
    pid: process.pid,
    started: startOf(process.pid),
    place: place(),
  };
  const giveUpAt = performance.now() + patienceMs;
  while (!tryCreate(file, JSON.stringify(own))) {
    const holder = read(file);
    if (holder !== undefined && isAlive(holder, file)) throw heldBy(directory, holder);
    if (!removeStale(file)) {
      if (performance.now() > giveUpAt) throw heldBy(directory, holder);
      await sleep(50);
    }
  }
  const heartbeat = setInterval(() => touch(file, own.token), heartbeatMs).unref();
  return () => {
    clearInterval(heartbeat);
    if (read(file)?.token === own.token) rmSync(file, { force: true });
  };
}

function heldBy(directory: string, holder: LockContent | undefined): DatabaseSetupError {
  const who = holder === undefined ? 'another process' : `process ${String(holder.pid)}`;
  return new DatabaseSetupError(
    `The database directory ${directory} is in use by ${who}. Stop that process, or give this one another directory.`,
  );
}

function tryCreate(file: string, text: string): boolean {
  try {
    const descriptor = openSync(file, 'wx', 0o600);
    writeSync(descriptor, text);
    closeSync(descriptor);
    return true;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false;
    throw error;
  }
}

// Two processes may find the same dead holder; without the second file one could remove the lock the other just took.
function removeStale(file: string): boolean {
  const takeover = `${file}.takeover`;
  if (!tryCreate(takeover, '')) {
    if (ageOf(takeover) > silentMs) rmSync(takeover, { force: true });
    return false;
  }
  try {
    const holder = read(file);
    if (holder === undefined ? ageOf(file) < patienceMs / 2 : isAlive(holder, file)) return false;
    rmSync(file, { force: true });
    return true;
  } finally {
    rmSync(takeover, { force: true });
  }
}

function isAlive(holder: LockContent, file: string): boolean {
  if (holder.place !== place()) return ageOf(file) < silentMs;
  if (!isRunning(holder.pid)) return false;
  const started = startOf(holder.pid);
  return holder.started === '' || started === '' || started === holder.started;
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: there is such a process and it belongs to somebody else.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function read(file: string): LockContent | undefined {
  try {
    const value: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isLockContent(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isLockContent(value: unknown): value is LockContent {
  if (typeof value !== 'object' || value === null) return false;
  return (
    'token' in value &&
    'started' in value &&
    'place' in value &&
    'pid' in value &&
    Number.isInteger(value.pid)
  );
}

function touch(file: string, token: string): void {
  if (read(file)?.token !== token) return;
  const now = new Date();
  try {
    utimesSync(file, now, now);
  } catch {
    // The directory has been removed: there is nothing left to protect.
  }
}

/** Milliseconds since the file was last written; infinite when it is gone. */
function ageOf(file: string): number {
  try {
    return Date.now() - statSync(file).mtimeMs;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}

function startOf(pid: number): string {
  try {
    if (process.platform === 'linux') {
      const status = readFileSync(`/proc/${String(pid)}/stat`, 'utf8');
      // The name in parentheses may hold spaces; the start time is the 20th field after it.
      const ticks = status.slice(status.lastIndexOf(')') + 2).split(' ')[19] ?? '';
      return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${ticks}`;
    }
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return '';
  }
}

function place(): string {
  try {
    return `${os.hostname()} ${readlinkSync('/proc/self/ns/pid')}`;
  } catch {
    return os.hostname();
  }
}
