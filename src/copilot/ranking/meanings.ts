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
  readonly kind: 'tickets' | 'macros' | 'intents';
}

/** Cosines of texts to a question, in their order. */
export type Likenesses = Transient<readonly number[]>;

/** What nobody waits for any more may still be finished for the next question. */
const finishMs = 30_000;
/** Beyond this, what is said first is what a ticket is about. */
const longestText = 1_500;
/** Texts that are embedded together, and kept though the next ones are not done in time. */
const batch = 16;
/** Labelled texts whose label is guessed to see how often that is right. */
const tried = 100;

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
    const working = this.#vectorsOf(call, model.id, question, shortened)
      .then((found) => found?.map(({ asked, others }) => others.map((other) => cosine(asked, other))))
      .catch(() => undefined);
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

  /**
   * Which of the labels the texts nearest to the question have, and how often that is right of the labelled texts themselves,
   * each left out in turn. Undefined as `compare`; here that share is the check of the model.
   */
  async classify(
    call: MeaningCall,
    question: Transient<string>,
    labelled: Transient<readonly LabelledText[]>,
  ): Promise<Transient<LabelByMeaning> | undefined> {
    const { model } = this.#embedder;
    if (model === undefined || labelled.measure((list) => list.length) < fewestCompared) return undefined;
    const texts = labelled.map((list) => list.map(({ text }) => text.slice(0, longestText)));
    const working = this.#vectorsOf(call, model.id, question, texts)
      .then((found) => {
        if (found === undefined) return undefined;
        return Transient.all([found, labelled]).map(([{ asked, others }, list]) =>
          labelByMeaning(
            asked,
            others.map((vector, at) => ({ vector, label: list[at]?.label ?? 0 })),
          ),
        );
      })
      .catch(() => undefined);
    return Promise.race([working, this.#patience(call.signal)]);
  }

  async #vectorsOf(
    { subscriptionId, kind }: MeaningCall,
    modelId: string,
    question: Transient<string>,
    texts: Transient<readonly string[]>,
  ): Promise<Transient<Vectors> | undefined> {
    const keyOf = (text: string): string =>
      `${subscriptionId}:${modelId}:${createHash('sha256').update(text).digest('base64')}`;
    const missing = texts.map((list) => [
      ...new Set(list.filter((text) => this.#vectors.get(keyOf(text)) === undefined)),
    ]);
    const signal = AbortSignal.timeout(finishMs);
    const asking = this.#embedder.embed(
      question.map((text) => [text.slice(0, longestText)]),
      'query',
      signal,
    );
    // Nobody may be waiting for it any more.
    asking.catch(() => undefined);
    const count = missing.measure((list) => list.length);
    if (count > 0) {
      // What another question has begun is there for the next one.
      const work = `${subscriptionId}:${kind}`;
      if (this.#busy.has(work)) return undefined;
      this.#busy.add(work);
      try {
        for (let from = 0; from < count; from += batch) {
          const part = missing.map((list) => list.slice(from, from + batch));
          const made = await this.#embedder.embed(part, 'passage', signal);
          if (this.#embedder.model?.id !== modelId) return undefined;
          part.map((list) =>
            list.forEach((text, at) => {
              const vector = made[at];
              if (vector !== undefined) this.#vectors.set(keyOf(text), Transient.of(vector));
            }),
          );
        }
      } finally {
        this.#busy.delete(work);
      }
    }
    const [asked] = await asking;
    if (asked === undefined || this.#embedder.model?.id !== modelId) return undefined;
    const kept: Transient<Float32Array>[] = [];
    texts.map((list) => {
      for (const text of list) {
        const vector = this.#vectors.get(keyOf(text));
        if (vector !== undefined) kept.push(vector);
      }
    });
    // Some went to make room for others.
    if (kept.length !== texts.measure((list) => list.length)) return undefined;
    return Transient.all(kept).map((others) => ({ asked, others }));
  }
}

interface Vectors {
  readonly asked: Float32Array;
  readonly others: readonly Float32Array[];
}

export interface LabelledText {
  readonly text: string;
  readonly label: number;
}

export interface LabelByMeaning {
  readonly label: number;
  /** 0 to 1. */
  readonly accuracy: number;
}

interface LabelledVector {
  readonly vector: Float32Array;
  readonly label: number;
}

/** The label of the nearest text counts, and whether that holds for the texts themselves (100 of them at most, evenly taken). */
function labelByMeaning(asked: Float32Array, others: readonly LabelledVector[]): LabelByMeaning {
  const labelOf = (vector: Float32Array, except?: LabelledVector): number => {
    let best = { label: -1, likeness: -Infinity };
    for (const other of others) {
      if (other === except) continue;
      const likeness = cosine(vector, other.vector);
      if (likeness > best.likeness) best = { label: other.label, likeness };
    }
    return best.label;
  };
  const step = Math.max(1, Math.ceil(others.length / tried));
  const sample = others.filter((_, at) => at % step === 0);
  const right = sample.filter((one) => labelOf(one.vector, one) === one.label).length;
  return { label: labelOf(asked), accuracy: right / sample.length };
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
