import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { embeddingsSkipped, writeEmbeddingModel } from '../../../test/support/embedding-model.ts';
import { wordEmbedder } from '../../../test/support/word-embedder.ts';
import { createEmbedder } from '../../adapters/embeddings/create-embedder.ts';
import { createLogger } from '../../adapters/logging/logger.ts';
import { reveal } from '../../kernel/reveal.ts';
import { Transient } from '../../kernel/transient.ts';
import type { Embedder } from '../../ports/embedder.ts';
import { Meanings, withMeaning, type MeaningCall } from './meanings.ts';

/** Each says something else, in words of its own, long enough for a question out of its middle. */
const subjects = [
  'refund arrives slowly bank transfer pending week money account statement never credited since Monday',
  'zipper broke tent entrance seam torn storm campsite poles bent fabric ripped night rain inside',
  'password reset email link expired login page loops browser cookies cleared still refused today',
  'invoice wrong address company name tax number missing correction bookkeeping quarter closing soon',
  'parcel tracking stuck depot courier scanned twice neighbour received nothing doorstep photo blurry',
  'boots size narrow exchange larger pair heel rubbing blister walking trail weekend unusable hurting',
  'coffee grinder noise burning smell motor stops halfway beans jammed cleaning brush stuck warm',
  'gift card balance zero checkout rejected voucher code typed twice birthday present embarrassing',
  'lantern flickers battery drains overnight charger cable loose switch sticky lamp dim camping dark',
  'subscription renewed twice cancel membership charged card double month reminder letter ignored again',
];
const call = (signal = new AbortController().signal, kind: MeaningCall['kind'] = 'tickets'): MeaningCall => ({
  subscriptionId: 'sub',
  signal,
  kind,
});
const texts = Transient.of(subjects);

/** The answer once the check of the model beside it has ended. */
async function settled(meanings: Meanings, question: string, list = texts) {
  return vi.waitFor(
    async () => {
      const likenesses = await meanings.compare(call(), Transient.of(question), list);
      if (likenesses === undefined) throw new Error('nothing yet');
      return reveal(likenesses, 'embedding');
    },
    { timeout: 20_000, interval: 20 },
  );
}
const nearest = (likenesses: readonly number[]): number => likenesses.indexOf(Math.max(...likenesses));

describe('likeness by meaning', () => {
  const embedder = wordEmbedder();
  beforeEach(() => embedder.use('model'));

  it('leaves the order to words without a model, for few texts, and until the model was tried', async () => {
    const meanings = new Meanings(embedder);
    expect(
      await meanings.compare(call(), Transient.of('refund'), Transient.of(subjects.slice(0, 7))),
    ).toBeUndefined();
    expect(await meanings.compare(call(), Transient.of('refund'), texts)).toBeUndefined();
    const likenesses = await settled(meanings, 'my login link has expired');
    expect(nearest(likenesses)).toBe(2);
    embedder.use(undefined);
    expect(await meanings.compare(call(), Transient.of('refund'), texts)).toBeUndefined();
  });

  it('never asks a model that does not find what words find', async () => {
    let asked = 0;
    const blind: Pick<Embedder, 'model' | 'embed'> = {
      model: embedder.model,
      embed: async (list) =>
        Array.from({ length: list.measure((all) => all.length) }, () => {
          asked += 1;
          return Float32Array.from({ length: 768 }, (_, place) => Math.sin(asked * (place + 3) * 131));
        }),
    };
    const meanings = new Meanings(blind);
    expect(await meanings.compare(call(), Transient.of('refund'), texts)).toBeUndefined();
    await vi.waitFor(() => expect(asked).toBe(2 * subjects.length));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await meanings.compare(call(), Transient.of('refund'), texts)).toBeUndefined();
    expect(asked).toBe(2 * subjects.length);
  });

  it('waits no longer than a moment, and has the vectors for the next question', async () => {
    const meanings = new Meanings(embedder, { patienceMs: 30 });
    await settled(meanings, 'refund');
    let release = (): void => undefined;
    const held = new Promise<void>((resolve) => (release = resolve));
    const { embed } = embedder;
    embedder.embed = async (...wanted) => {
      await held;
      return embed(...wanted);
    };
    const others = Transient.of(subjects.map((text) => `${text} too`));
    expect(await meanings.compare(call(), Transient.of('refund'), others)).toBeUndefined();
    release();
    embedder.embed = embed;
    expect(nearest(await settled(meanings, 'a lamp that flickers', others))).toBe(8);
  });

  it('keeps vectors of a subscription until it is told to let go, embeds each text once, and never more than its room', async () => {
    const meanings = new Meanings(embedder);
    await settled(meanings, 'refund');
    embedder.forget();
    await settled(meanings, 'invoice');
    expect(embedder.embedded).toBe(1);
    expect(meanings.bytes).toBeGreaterThan(subjects.length * 3_000);
    meanings.forget('other');
    expect(meanings.bytes).toBeGreaterThan(0);
    meanings.forget('sub');
    expect(meanings.bytes).toBe(0);
    const small = new Meanings(embedder, { mostBytes: 10_000 });
    await vi.waitFor(async () => {
      await small.compare(call(), Transient.of('refund'), texts);
      expect(small.bytes).toBeGreaterThan(0);
    });
    expect(small.bytes).toBeLessThanOrEqual(10_000);
  });

  it('names the label of the nearest text, and how often that is right of the texts themselves', async () => {
    const meanings = new Meanings(embedder);
    const labelled = ['refund money bank', 'tent zipper torn', 'login password reset'].flatMap(
      (words, label) => ['please', 'today', 'again'].map((more) => ({ text: `${words} ${more}`, label })),
    );
    const ask = (list: typeof labelled) =>
      meanings.classify(call(undefined, 'intents'), Transient.of('reset of my password'), Transient.of(list));
    const found = await ask(labelled);
    expect(found && reveal(found, 'embedding')).toEqual({ label: 2, accuracy: 1 });
    const guessed = await ask(labelled.map((one, at) => ({ ...one, label: at % 3 })));
    expect(guessed && reveal(guessed, 'embedding').accuracy).toBeLessThan(0.4);
    expect(await ask(labelled.slice(0, 7))).toBeUndefined();
  });

  it('counts both orders alike, and changes none without likenesses', () => {
    const ids = [1, 2, 3];
    expect(withMeaning(ids, new Map(), (id) => id)).toEqual(ids);
    const likeness = new Map([
      [3, 0.9],
      [2, 0.5],
      [1, 0.1],
    ] as const);
    expect(withMeaning([2, 3, 1], likeness, (id) => id).at(-1)).toBe(1);
    expect(withMeaning([1, 3, 2], likeness, (id) => id)[0]).toBe(3);
  });
});

describe.skipIf(embeddingsSkipped !== undefined)('likeness by a model on disk', () => {
  const directory = mkdtempSync(join(tmpdir(), 'indesk-meanings-'));
  let embedder: Embedder;
  beforeAll(async () => {
    writeEmbeddingModel(directory, {
      words: [...new Set(subjects.flatMap((text) => text.toLowerCase().split(' ')))],
    });
    embedder = createEmbedder({ directory, threads: 1, logger: createLogger({ level: 'silent' }) });
    expect(await embedder.settled()).toMatchObject({ kind: 'ready' });
  });
  afterAll(async () => {
    await embedder?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  it('finds the text that says the same', async () => {
    const meanings = new Meanings(embedder, { patienceMs: 5_000 });
    expect(nearest(await settled(meanings, 'zipper of the tent torn in the storm'))).toBe(1);
    expect(nearest(await settled(meanings, 'the courier scanned my parcel'))).toBe(4);
  });
});
