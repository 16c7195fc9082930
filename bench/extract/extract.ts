// How fast files of every format are read, each in a process of its own, and how much memory one of these takes at most.
import { readdir, readFile } from 'node:fs/promises';
import { createTextExtractor } from '../../src/adapters/extraction/create-text-extractor.ts';
import { residentMiB } from '../../src/adapters/extraction/watch-memory.ts';
import { printResult } from '../report.ts';
import { corpus } from './corpus.ts';

const quick = process.argv.includes('--quick');
const files = [
  ...corpus(20),
  ...corpus(200),
  ...(quick ? [] : [...corpus(20), ...corpus(200), ...corpus(1_000)]),
];

let peakRssMiB = 0;
let watching: NodeJS.Timeout | undefined;
/** The most that each process started by this one has taken so far. */
async function look(): Promise<void> {
  const entries = await readdir('/proc').catch(() => []);
  for (const pid of entries.filter((entry) => /^\d+$/.test(entry))) {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    if (Number(/^PPid:\s+(\d+)$/m.exec(status)?.[1]) !== process.pid) continue;
    peakRssMiB = Math.max(peakRssMiB, Number(/^VmHWM:\s+(\d+) kB$/m.exec(status)?.[1] ?? 0) / 1_024);
  }
  watching = setTimeout(() => void look(), 10);
}

const extractor = createTextExtractor();
await look();
const serverBefore = (await residentMiB('self')) ?? 0;
const startedAt = performance.now();
const refused: string[] = [];
const read = await Promise.all(
  files.map(async ({ name, bytes, expected }) => {
    const extraction = await extractor.extract({ name, bytes }, new AbortController().signal);
    if (extraction.kind === 'refused') {
      refused.push(`${name}: ${extraction.reason}`);
      return false;
    }
    const { document } = extraction;
    return document.measure(({ blocks }) => JSON.stringify(blocks).includes(expected));
  }),
);
const seconds = (performance.now() - startedAt) / 1_000;
clearTimeout(watching);
await extractor.close();

const megabytes = files.reduce((sum, { bytes }) => sum + bytes.length, 0) / 1e6;
const okFiles = read.filter(Boolean).length;
printResult(
  'Reading files in limited processes',
  {
    files: files.length,
    okFiles,
    mbPerSecond: Math.round((megabytes / seconds) * 100) / 100,
    filesPerSecond: Math.round((files.length / seconds) * 100) / 100,
    peakRssMiB: Math.round(peakRssMiB),
    serverGrowthMiB: Math.round(((await residentMiB('self')) ?? 0) - serverBefore),
    ...(refused.length > 0 && { refused }),
  },
  okFiles === 0,
);
