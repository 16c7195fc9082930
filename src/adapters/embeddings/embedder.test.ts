import { spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, onTestFinished } from 'vitest';
import {
  embeddingsSkipped,
  writeEmbeddingModel,
  type ModelFixture,
} from '../../../test/support/embedding-model.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Embedder, EmbeddingKind, EmbeddingModel } from '../../ports/embedder.ts';
import type { Logger } from '../../ports/logger.ts';
import { createEmbedder, type EmbedderOptions } from './create-embedder.ts';
import { hashFiles } from './model-files.ts';
import { readModelDirectory } from './model-directory.ts';
import { manifestName } from './model-manifest.ts';
import { cosine } from './parity.ts';

const words = ['refund', 'order', 'money', 'password', 'reset', 'parcel', 'late'];
const noted: string[] = [];
const note = (event: string, fields?: object): void => void noted.push(JSON.stringify({ event, ...fields }));
const logger: Logger = { info: note, warn: note, error: note };
const never = new AbortController().signal;

if (embeddingsSkipped !== undefined)
  process.stderr.write(`\nSkipped: the embedding model, because ${embeddingsSkipped}.\n\n`);

afterEach(() => void noted.splice(0));

function folder(): string {
  const directory = mkdtempSync(join(tmpdir(), 'indesk-embedder-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'model');
}

function modelAt(fixture: ModelFixture = {}): string {
  const directory = folder();
  writeEmbeddingModel(directory, { words, ...fixture });
  return directory;
}

function embedderOf(directory: string, options: Partial<EmbedderOptions> = {}): Embedder {
  const embedder = createEmbedder({ directory, threads: 1, logger, ...options });
  onTestFinished(() => embedder.close());
  return embedder;
}

const embed = (
  embedder: Embedder,
  texts: readonly string[],
  kind: EmbeddingKind = 'passage',
  signal = never,
) => embedder.embed(Transient.of(texts), kind, signal);
const nearness = (a: Float32Array | undefined, b: Float32Array | undefined): number =>
  cosine(a ?? new Float32Array(1), b ?? new Float32Array(1));
const problemOf = async (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error instanceof ProblemError ? error.type : String(error)),
  );

describe('without a model', () => {
  it('says so, loads nothing and refuses plainly', async () => {
    const embedder = embedderOf(folder());
    expect(await embedder.settled()).toEqual({ kind: 'absent', reason: 'there is no model directory' });
    expect(embedder.model).toBeUndefined();
    expect(await problemOf(embed(embedder, ['refund']))).toBe('embedding-unavailable');
  });

  it('says that the runtime is missing where there is a model and no runtime', async () => {
    const embedder = embedderOf(modelAt(), { runtimeDirectory: tmpdir() });
    expect(await embedder.settled()).toEqual({ kind: 'absent', reason: 'the runtime is not installed' });
  });
});

describe.skipIf(embeddingsSkipped !== undefined)('a local model', () => {
  it('gives one vector of 768 numbers and length 1 for each text, in their order', async () => {
    const embedder = embedderOf(modelAt());
    expect((await embedder.settled()).kind).toBe('ready');
    const [refund, password, money] = await embed(embedder, [
      'I want a refund for my order',
      'password reset',
      'refund order money',
    ]);
    expect(refund).toHaveLength(768);
    expect(Math.hypot(...(refund ?? []))).toBeCloseTo(1, 5);
    expect(nearness(refund, money)).toBeGreaterThan(nearness(refund, password) + 0.2);
    expect(await embed(embedder, [])).toEqual([]);
  });

  it('gives a text the same vector alone and in company of other lengths', async () => {
    const embedder = embedderOf(
      modelAt({ shape: { layers: 1, vocabulary: 400, hidden: 768, feedForward: 64 } }),
    );
    await embedder.settled();
    const texts = ['refund', 'the parcel is late and I want my money back', 'password reset', 'order'];
    const together = await embed(embedder, texts);
    for (const [at, text] of texts.entries()) {
      const [alone] = await embed(embedder, [text]);
      expect(nearness(alone, together[at])).toBeGreaterThan(0.999999);
    }
  });

  it('cuts a text off at the limit of the model', async () => {
    const embedder = embedderOf(modelAt({ maxTokens: 12 }));
    await embedder.settled();
    const [ten, more, other] = await embed(embedder, [
      'order '.repeat(10),
      `${'order '.repeat(10)}${'password '.repeat(5_000)}`,
      `${'order '.repeat(9)}${'password '.repeat(5_000)}`,
    ]);
    expect(nearness(ten, more)).toBeCloseTo(1, 6);
    expect(nearness(ten, other)).toBeLessThan(0.999);
  });

  it('puts the prefix of its kind before a text', async () => {
    const embedder = embedderOf(modelAt({ prompts: { query: 'refund: ', document: '' } }));
    await embedder.settled();
    const [query] = await embed(embedder, ['order'], 'query');
    const [plain, written] = await embed(embedder, ['order', 'refund: order']);
    expect(nearness(query, written)).toBeCloseTo(1, 6);
    expect(nearness(query, plain)).toBeLessThan(0.9);
  });

  it('embeds a query before the passages that wait', async () => {
    const embedder = embedderOf(modelAt());
    await embedder.settled();
    const done: string[] = [];
    const passages = embed(embedder, Array(3_000).fill('the parcel is late')).then(() =>
      done.push('passages'),
    );
    await embed(embedder, ['where is my order'], 'query').then(() => done.push('query'));
    await passages;
    expect(done).toEqual(['query', 'passages']);
  });

  it('ends an aborted call with its reason and goes on with the others', async () => {
    const embedder = embedderOf(modelAt());
    await embedder.settled();
    const controller = new AbortController();
    const given = embed(embedder, Array(3_000).fill('the parcel is late'), 'passage', controller.signal);
    const other = embed(embedder, ['refund']);
    controller.abort(new Error('gone'));
    await expect(given).rejects.toThrow('gone');
    expect(await other).toHaveLength(1);
    await expect(embed(embedder, ['refund'], 'passage', controller.signal)).rejects.toThrow('gone');
  });

  it('S149: refuses a file that is not the one that was pinned, and one that was not pinned at all', async () => {
    const directory = modelAt();
    const files = await hashFiles(readModelDirectory(directory));
    const pin = (pinned: object): void =>
      writeFileSync(join(directory, manifestName), JSON.stringify({ files: pinned }));
    pin(files);
    expect((await embedderOf(directory).settled()).kind).toBe('ready');
    appendFileSync(join(directory, 'onnx/model.onnx'), ' ');
    expect(await embedderOf(directory).settled()).toEqual({
      kind: 'unfit',
      reason: 'onnx/model.onnx is not the file that was pinned',
    });
    const { 'tokenizer.json': _, ...fewer } = files;
    pin(fewer);
    expect(await embedderOf(directory).settled()).toMatchObject({ kind: 'unfit' });
  });

  it('refuses a model that gives no or always the same vector, or other vectors than where it was set up', async () => {
    // Without layers the first token is the mark that begins every text, and has no vector.
    expect(await embedderOf(modelAt({ pooling: 'cls' })).settled()).toEqual({
      kind: 'unfit',
      reason: 'it gives no vector for an ordinary sentence',
    });
    expect(await embedderOf(modelAt({ pooling: 'cls', shape: { silentIds: 0 } })).settled()).toEqual({
      kind: 'unfit',
      reason: 'it gives the same vector for different sentences',
    });
    const directory = modelAt();
    const reference = [Buffer.from(new Float32Array(768).fill(1).buffer).toString('base64')];
    writeFileSync(join(directory, manifestName), JSON.stringify({ reference }));
    expect(await embedderOf(directory).settled()).toEqual({
      kind: 'unfit',
      reason: 'it gives other vectors on this machine than where it was set up',
    });
  });

  it('takes a model that appears, and another one in its place, while the program runs', async () => {
    const directory = folder();
    const embedder = embedderOf(directory, { watchMs: 50 });
    const seen: (EmbeddingModel | undefined)[] = [];
    const stop = embedder.onChange((model) => seen.push(model));
    expect((await embedder.settled()).kind).toBe('absent');
    renameSync(modelAt(), directory);
    await expect.poll(() => seen.length, { timeout: 10_000 }).toBe(1);
    const first = seen[0]?.id;
    expect(first).toMatch(/^sha256:[0-9a-f]{64}$/);
    rmSync(directory, { recursive: true });
    renameSync(modelAt({ maxTokens: 32 }), directory);
    await expect
      .poll(() => embedder.model !== undefined && embedder.model.id !== first, { timeout: 10_000 })
      .toBe(true);
    expect(await embed(embedder, ['refund'])).toHaveLength(1);
    stop();
  });

  it('starts its thread again after it ended, and tells those who waited', async () => {
    const embedder = embedderOf(modelAt(), { heapMegabytes: 24, restartMs: 20 });
    expect((await embedder.settled()).kind).toBe('ready');
    const canary = 'canary-7431';
    const given = embed(embedder, Array(40_000).fill(`${canary} ${'a b c '.repeat(200)}`));
    const error = await given.catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ type: 'embedding-unavailable' });
    expect(JSON.stringify(noted) + String((error as Error).stack)).not.toContain(canary);
    expect(noted.some((line) => line.includes('embedding.thread-ended'))).toBe(true);
    await expect.poll(() => embedder.state.kind, { timeout: 15_000 }).toBe('ready');
    expect(await embed(embedder, ['refund'])).toHaveLength(1);
  });

  it('fails a text its graph cannot take, names it nowhere, and goes on', async () => {
    // The graph has fewer places than its configuration says.
    const directory = modelAt({ shape: { layers: 1, feedForward: 64, positions: 160 }, maxTokens: 200 });
    const embedder = embedderOf(directory);
    expect((await embedder.settled()).kind).toBe('ready');
    const text = 'canary '.repeat(100);
    const error = await embed(embedder, [text]).catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ type: 'embedding-unavailable' });
    expect(String((error as Error).stack) + JSON.stringify(noted)).not.toContain('canary');
    expect(await embed(embedder, ['refund'])).toHaveLength(1);
    // What native code prints passes by every log of ours, so a process of its own is read to its last letter.
    const { stdout, stderr } = spawnSync(
      process.execPath,
      ['--disable-warning=ExperimentalWarning', 'test/support/embed-once.ts', directory, text],
      { encoding: 'utf8' },
    );
    expect({ stdout, stderr }).toEqual({ stdout: 'ready embedding-unavailable', stderr: '' });
  });
});
