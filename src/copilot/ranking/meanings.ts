import { createHash } from 'node:crypto';
import { LRUCache } from 'lru-cache';
import { Transient } from '../../kernel/transient.ts';
import type { Embedder } from '../../ports/embedder.ts';
import { compareEncoder, fewestCompared } from '../../services/knowledge/retrieval/encoder-checks.ts';
import { ChanceFloor } from '../../services/knowledge/retrieval/chance-floor.ts';
import { fuseRankings } from '../../services/knowledge/retrieval/fuse-rankings.ts';
import { PassageIndex } from '../../services/knowledge/retrieval/passage-index.ts';
import { cosine } from '../../services/knowledge/vectors.ts';

/** Whose texts, and which: an encoder that finds macros may not find tickets. */
export interface MeaningCall {
  readonly subscriptionId: string;
  readonly signal: AbortSignal;
  readonly kind: 'tickets' | 'macros';
}

/** Cosines of texts to a question, in their order. */
export type Likenesses = Transient<readonly number[]>;

/** What nobody waits for any more may still be finished for the next question. */
const finishMs = 30_000;
/** Beyond this, what is said first is what a ticket is about. */
const longestText = 1_500;

/**
 * Likeness by meaning of tickets and macros, with the local model. Vectors stay in memory, for ten minutes at most, the least
 * recently used going first; they and the texts are `Transient`. Nobody waits for them: while the model has not shown on
 * these very texts that it finds as well as words do, and when it is not done in time, the answer is undefined and words alone
 * decide.
 */
export class Meanings {
  readonly #embedder: Pick<Embedder, 'model' | 'embed'>;
  readonly #patienceMs: number;
  readonly #vectors: LRUCache<string, Transient<Float32Array>>;
  readonly #checks = new LRUCache<string, boolean | 'running'>({ max: 5_000, ttl: 24 * 3_600_000 });
  readonly #busy = new Set<string>();

  constructor(
    embedder: Pick<Embedder, 'model' | 'embed'>,
    options: { readonly mostBytes?: number; readonly patienceMs?: number } = {},
  ) {
    this.#embedder = embedder;
    this.#patienceMs = options.patienceMs ?? 400;
    this.#vectors = new LRUCache({
      maxSize: options.mostBytes ?? 32 * 1024 * 1024,
      sizeCalculation: (vector) => vector.measure(({ byteLength }) => byteLength) + 200,
      ttl: 600_000,
      ttlAutopurge: true,
    });
  }

  /** Bytes of vectors in memory, about. */
  get bytes(): number {
    return this.#vectors.calculatedSize;
  }

  async compare(
    call: MeaningCall,
    question: Transient<string>,
    texts: Transient<readonly string[]>,
  ): Promise<Likenesses | undefined> {
    const { model } = this.#embedder;
    if (model === undefined || texts.measure((list) => list.length) < fewestCompared) return undefined;
    const shortened = texts.map((list) => list.map((text) => text.slice(0, longestText)));
    if (!this.#passes(call, model.id, shortened)) return undefined;
    const working = this.#work(call, model.id, question, shortened).catch(() => undefined);
    return Promise.race([working, this.#patience(call.signal)]);
  }

  /** Lets go of everything of a subscription. */
  forget(subscriptionId: string): void {
    for (const key of this.#vectors.keys())
      if (key.startsWith(`${subscriptionId}:`)) this.#vectors.delete(key);
  }

  #patience(signal: AbortSignal): Promise<undefined> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(undefined), this.#patienceMs);
      signal.addEventListener('abort', () => (clearTimeout(timer), resolve(undefined)), { once: true });
    });
  }

  /** Found out beside the answers, once a day. */
  #passes(
    { subscriptionId, kind }: MeaningCall,
    modelId: string,
    texts: Transient<readonly string[]>,
  ): boolean {
    const key = `${subscriptionId}:${kind}:${modelId}`;
    const known = this.#checks.get(key);
    if (known !== undefined) return known === true;
    this.#checks.set(key, 'running');
    const trial = texts.map((list) => {
      const passages = list.map((text) => ({ text, searchText: text }));
      const index = new PassageIndex();
      for (const passage of passages) index.add(passage);
      return { passages, index, floor: new ChanceFloor(index) };
    });
    void compareEncoder(this.#embedder, AbortSignal.timeout(2 * finishMs), trial)
      .then((passes) => this.#checks.set(key, passes))
      .catch(() => this.#checks.delete(key));
    return false;
  }

  async #work(
    { subscriptionId, kind }: MeaningCall,
    modelId: string,
    question: Transient<string>,
    texts: Transient<readonly string[]>,
  ): Promise<Likenesses | undefined> {
    const keyOf = (text: string): string =>
      `${subscriptionId}:${modelId}:${createHash('sha256').update(text).digest('base64')}`;
    const missing = texts.map((list) => [
      ...new Set(list.filter((text) => this.#vectors.get(keyOf(text)) === undefined)),
    ]);
    const signal = AbortSignal.timeout(finishMs);
    const asked = this.#embedder.embed(
      question.map((text) => [text.slice(0, longestText)]),
      'query',
      signal,
    );
    // Nobody may be waiting for it any more.
    asked.catch(() => undefined);
    if (missing.measure((list) => list.length) > 0) {
      // What another question has begun is there for the next one.
      const work = `${subscriptionId}:${kind}`;
      if (this.#busy.has(work)) return undefined;
      this.#busy.add(work);
      try {
        const made = await this.#embedder.embed(missing, 'passage', signal);
        if (this.#embedder.model?.id !== modelId) return undefined;
        missing.map((list) =>
          list.forEach((text, at) => {
            const vector = made[at];
            if (vector !== undefined) this.#vectors.set(keyOf(text), Transient.of(vector));
          }),
        );
      } finally {
        this.#busy.delete(work);
      }
    }
    const [vector] = await asked;
    if (vector === undefined || this.#embedder.model?.id !== modelId) return undefined;
    const kept = texts.map((list) => list.map((text) => this.#vectors.get(keyOf(text))));
    if (!kept.measure((list) => list.every((one) => one !== undefined))) return undefined;
    const one = Transient.of(vector);
    const likenesses: Transient<number>[] = [];
    kept.map((list) => {
      for (const other of list)
        if (other !== undefined) likenesses.push(Transient.all([one, other]).map(([a, b]) => cosine(a, b)));
    });
    return Transient.all(likenesses);
  }
}

/**
 * Things that words have put in order, put in order by meaning as well: places of both count alike. Those without a likeness
 * have a place by words alone; without any likeness the order stays.
 */
export function withMeaning<T>(
  byWords: readonly T[],
  likeness: ReadonlyMap<number, number>,
  idOf: (one: T) => number,
): readonly T[] {
  const near = (one: T): number => likeness.get(idOf(one)) ?? -Infinity;
  const byMeaning = byWords.filter((one) => likeness.has(idOf(one))).toSorted((a, b) => near(b) - near(a));
  return fuseRankings([byWords, byMeaning]).map(({ item }) => item);
}
