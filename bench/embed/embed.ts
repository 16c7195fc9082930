// What the embedder makes of its runtime: the port against onnxruntime and tokenizer alone, same graph, same batches, interleaved in one run.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { batchesOf, type BatchLimits } from '../../src/adapters/embeddings/batches.ts';
import { createEmbedder } from '../../src/adapters/embeddings/create-embedder.ts';
import { readModelDirectory } from '../../src/adapters/embeddings/model-directory.ts';
import { openModel } from '../../src/adapters/embeddings/open-model.ts';
import { cosine } from '../../src/adapters/embeddings/parity.ts';
import { loadRuntime } from '../../src/adapters/embeddings/runtime.ts';
import { Transient } from '../../src/kernel/transient.ts';
import { embeddingsSkipped, writeEmbeddingModel } from '../../test/support/embedding-model.ts';
import { median, printResult } from '../report.ts';
import { openBare } from './bare.ts';

const { values } = parseArgs({
  args: process.argv.slice(3),
  options: {
    quick: { type: 'boolean', default: false },
    model: { type: 'string' },
    int8: { type: 'boolean', default: false },
    threads: { type: 'string', default: '1' },
  },
  allowPositionals: true,
});
const { quick } = values;
const threads = Number(values.threads);
const rounds = quick ? 3 : 7;
const words =
  'refund order delivery account password reset invoice payment broken screen support agent please help today shipping address change email cancel plan upgrade error login'.split(
    ' ',
  );

/** Half as long as questions, half as long as chunks; their words come round again in another order. */
const texts = Array.from({ length: quick ? 12 : 32 }, (_, at) =>
  Array.from(
    { length: at % 2 === 0 ? 12 + at : 180 + 3 * at },
    (_word, place) => words[(at * 7 + place * (1 + (at % 5))) % words.length],
  ).join(' '),
);

if (embeddingsSkipped !== undefined) throw new Error(embeddingsSkipped);
const folder = mkdtempSync(join(tmpdir(), 'indesk-bench-embed-'));
const directory = values.model === undefined ? join(folder, 'bert-base') : resolve(values.model);
try {
  if (values.model === undefined) {
    const shape = { layers: quick ? 2 : 12, vocabulary: 30_522, int8: values.int8 };
    writeEmbeddingModel(directory, { words, shape, maxTokens: 384 });
  }
  await measure();
} finally {
  rmSync(folder, { recursive: true });
}

async function limitsOf(): Promise<BatchLimits> {
  const { limits, encoder } = await openModel(loadRuntime(), directory, threads);
  await encoder.close();
  return limits;
}

async function measure(): Promise<void> {
  const limits = await limitsOf();
  const bare = await openBare(directory, readModelDirectory(directory).onnxFile, threads);
  const slices = Array.from({ length: texts.length / 4 }, (_, at) => texts.slice(4 * at, 4 * at + 4));
  const logger = { info: () => {}, warn: () => {}, error: () => {} };
  const embedder = createEmbedder({ directory, threads, logger });
  const { kind } = await embedder.settled();
  if (kind !== 'ready') throw new Error('the model did not load');

  const never = new AbortController().signal;
  const runs = {
    ours: (slice: readonly string[]) => embedder.embed(Transient.of(slice), 'passage', never),
    bare: async (slice: readonly string[]) => {
      const vectors: Float32Array[] = [];
      for (const batch of batchesOf(slice.map(bare.lengthOf), limits))
        for (const [row, vector] of (await bare.embedBatch(batch.map((at) => slice[at] ?? ''))).entries())
          vectors[batch[row] ?? 0] = vector;
      return vectors;
    },
  };
  const who = ['ours', 'bare'] as const;
  const spent = { ours: { ms: [] as number[], cpu: 0 }, bare: { ms: [] as number[], cpu: 0 } };
  let leastCosine = 1;
  for (let round = -1; round < rounds; round += 1) {
    const total = { ours: 0, bare: 0 };
    for (const [at, slice] of slices.entries()) {
      const results: Partial<Record<(typeof who)[number], readonly Float32Array[]>> = {};
      // In small turns, and each first every other time: what else the machine does falls on both.
      for (const name of at % 2 === 0 ? who : who.toReversed()) {
        const [startedAt, cpu] = [performance.now(), process.cpuUsage()];
        results[name] = await runs[name](slice);
        const { user, system } = process.cpuUsage(cpu);
        total[name] += performance.now() - startedAt;
        if (round >= 0) spent[name].cpu += (user + system) / 1_000;
      }
      for (const [row, vector] of (results.ours ?? []).entries())
        leastCosine = Math.min(leastCosine, cosine(vector, results.bare?.[row] ?? new Float32Array(768)));
    }
    // The first round warms up.
    if (round >= 0) for (const name of who) spent[name].ms.push(total[name]);
  }
  await Promise.all([embedder.close(), bare.close()]);
  const rate = (ms: number): number => (1_000 * texts.length) / ms;
  const ratios = spent.ours.ms.map((ms, round) => (spent.bare.ms[round] ?? NaN) / ms);
  const cpuOf = (name: (typeof who)[number]) => median([spent[name].cpu / (rounds * texts.length)]);
  printResult(
    'Embedding throughput, against the bare runtime',
    {
      textsPerSecond: median(spent.ours.ms.map(rate)),
      bareTextsPerSecond: median(spent.bare.ms.map(rate)),
      ratio: median(ratios),
      cpuMsPerText: cpuOf('ours'),
      bareCpuMsPerText: cpuOf('bare'),
      leastCosine,
      texts: texts.length,
      rounds,
      threads,
    },
    ratios.length === 0,
  );
}
