import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { ReaderLimits } from './limits.ts';

const root = realpathSync(join(import.meta.dirname, '../../..'));
const folder = join(root, 'src/adapters/extraction/child');

/** The program that reads one file and ends. */
export const readerProgram = join(folder, 'read-file.ts');

// The shell sets what only the kernel can keep, and is replaced by the reader. No core dump: it would hold the text.
const limited = `ulimit -c 0; ulimit -H -t "$2"; ulimit -S -t "$1"; ulimit -d "$3" 2>/dev/null; shift 3; exec "$@"`;
const shell = '/bin/sh';

/** What Node is told so that a program can read its own code and nothing else, write nothing, start nothing and make no code. */
export function confinement(program: string, limits: ReaderLimits): readonly string[] {
  const own = ['src/kernel/', 'src/ports/text-extractor.ts', 'node_modules/', 'package.json'];
  const readable = [`${folder}/`, ...own.map((path) => join(root, path)), program];
  return [
    '--permission',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    '--disallow-code-generation-from-strings',
    '--no-addons',
    '--disable-warning=ExperimentalWarning',
    `--max-old-space-size=${limits.heapMiB}`,
    // A stack that is short of what the system gives, so that deep nesting is an error and no crash.
    '--stack-size=900',
    `--import=${join(folder, 'confine.ts')}`,
    program,
  ];
}

/** Starts a confined program: bytes in through stdin, its answer through descriptor 3, nothing else in or out. */
export function startReader(program: string, limits: ReaderLimits): ChildProcess {
  const node = [process.execPath, ...confinement(program, limits)];
  const { cpuSeconds, dataMiB } = limits;
  const [command = '', ...args] = existsSync(shell)
    ? [shell, '-c', limited, 'reader', cpuSeconds, cpuSeconds + 2, dataMiB * 1_024, ...node].map(String)
    : node;
  return spawn(command, args, { cwd: folder, env: {}, stdio: ['pipe', 'ignore', 'ignore', 'pipe'] });
}
