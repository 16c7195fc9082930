import type { ChildProcess } from 'node:child_process';
import type { Readable } from 'node:stream';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { ExtractionRefusal, TextFormat } from '../../ports/text-extractor.ts';
import { longestAnswer, type ReaderLimits } from './limits.ts';
import { parseAnswer, type ReaderAnswer } from './reader-answer.ts';
import { startReader } from './reader-process.ts';
import { watchMemory } from './watch-memory.ts';

export interface ReaderTask {
  readonly format: TextFormat;
  readonly title: string;
  readonly bytes: Uint8Array;
}

/** Reads one file in a process of its own, which ends with it; rejects only when it is aborted or no process can be started. */
export async function runReader(
  program: string,
  limits: ReaderLimits,
  task: ReaderTask,
  signal: AbortSignal,
): Promise<ReaderAnswer> {
  signal.throwIfAborted();
  const child = startReader(program, limits);
  let killedFor: ExtractionRefusal | undefined;
  const kill = (reason: ExtractionRefusal): void => {
    killedFor ??= reason;
    child.kill('SIGKILL');
  };
  const abort = (): void => kill('unreadable');
  signal.addEventListener('abort', abort, { once: true });
  const wall = setTimeout(() => kill('timed-out'), limits.wallSeconds * 1_000);
  const memory =
    child.pid === undefined
      ? undefined
      : watchMemory(child.pid, limits.residentMiB, () => kill('out-of-memory'));
  try {
    send(child, task);
    const [json, end] = await Promise.all([readAnswer(child, () => kill('too-large-inside')), ended(child)]);
    signal.throwIfAborted();
    const reason = killedFor ?? reasonOf(end);
    return reason === undefined ? parseAnswer(json) : { kind: 'refused', reason };
  } finally {
    clearTimeout(wall);
    memory?.stop();
    signal.removeEventListener('abort', abort);
  }
}

/** The length of the heading, the heading as JSON, the bytes. */
function send(child: ChildProcess, { format, title, bytes }: ReaderTask): void {
  const heading = Buffer.from(JSON.stringify({ format, title }));
  const length = Buffer.alloc(4);
  length.writeUInt32BE(heading.length);
  // A reader that ended before it took everything in says so by its end.
  child.stdin?.on('error', () => undefined);
  child.stdin?.write(Buffer.concat([length, heading]));
  child.stdin?.end(bytes);
}

async function readAnswer(child: ChildProcess, whenTooLong: () => void): Promise<string> {
  const parts: Buffer[] = [];
  let length = 0;
  try {
    for await (const part of child.stdio[3] as Readable) {
      length += (part as Buffer).length;
      if (length > longestAnswer) whenTooLong();
      else parts.push(part as Buffer);
    }
  } catch {
    return '';
  }
  return Buffer.concat(parts).toString('utf8');
}

interface End {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

function ended(child: ChildProcess): Promise<End> {
  return new Promise((resolve, reject) => {
    child.once('error', () => reject(new ProblemError('internal')));
    child.once('close', (code, signal) => resolve({ code, signal }));
  });
}

/** Why a reader ended that was not ended here; undefined when it ended well. */
function reasonOf({ code, signal }: End): ExtractionRefusal | undefined {
  if (code === 0) return undefined;
  if (signal === 'SIGXCPU') return 'timed-out';
  // V8 aborts when its heap is full, and the kernel kills when its own limits are.
  if (signal === 'SIGABRT' || signal === 'SIGTRAP' || signal === 'SIGKILL') return 'out-of-memory';
  return 'unreadable';
}
