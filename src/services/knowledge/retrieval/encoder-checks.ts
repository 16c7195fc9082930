import { LRUCache } from 'lru-cache';
import { Transient } from '../../../kernel/transient.ts';
import type { Call } from '../../../ports/call.ts';
import type { Embedder } from '../../../ports/embedder.ts';
import { cosine } from '../vectors.ts';
import type { Shelf } from './knowledge-shelf.ts';
import { rankPassages } from './rank-passages.ts';
import type { ScopeSource } from './retrieval-queries.ts';

const sampled = 16;
const others = 48;
/** Among fewer passages chance finds too. */
export const fewestCompared = 8;
/** An encoder that finds less than this share of what words find would only push right passages down. */
const share = 0.8;

type CheckCall = Call<'embedder' | 'logger'>;

/** Texts and what finds them by words. */
export interface Compared extends Pick<Shelf, 'index' | 'floor'> {
  readonly passages: readonly { readonly text: string; readonly searchText: string }[];
}

/**
 * Whether vectors of a model may take part in the order of a scope's passages: tried on questions made of the scope's own
 * passages, once a version and model, beside the answers. Until it is known, words alone decide.
 */
export class EncoderChecks {
  readonly #results = new LRUCache<string, boolean | 'running'>({ max: 5_000, ttl: 24 * 3_600_000 });

  passes(
    call: CheckCall,
    sources: readonly ScopeSource[],
    shelf: Transient<Shelf>,
    modelId: string,
  ): boolean {
    const key = `${modelId}:${call.subscriptionId}:${sources.map(({ id, version }) => `${id}@${version}`).join(',')}`;
    const known = this.#results.get(key);
    if (known !== undefined) return known === true;
    this.#results.set(key, 'running');
    // It goes on when the caller has gone.
    const signal = AbortSignal.timeout(60_000);
    void compareEncoder(call.ports.embedder, signal, shelf)
      .then((passes) => this.#results.set(key, passes))
      .catch(() => this.#results.delete(key));
    return false;
  }
}

/** True when the encoder finds the passages that parts of them were taken from about as well as words do. */
export async function compareEncoder(
  embedder: Pick<Embedder, 'embed'>,
  signal: AbortSignal,
  shelf: Transient<Compared>,
): Promise<boolean> {
  const trial = shelf.map(({ passages }) => {
    const step = Math.max(1, Math.floor(passages.length / others));
    const texts = passages.filter((_, at) => at % step === 0).slice(0, others);
    const askedStep = Math.max(1, Math.floor(texts.length / sampled));
    const asked = texts
      .map((_, at) => at)
      .filter((at) => at % askedStep === 0)
      .slice(0, sampled);
    return { texts, asked, questions: asked.map((at) => questionFrom(texts[at]?.text ?? '')) };
  });
  if (trial.measure(({ texts }) => texts.length) < fewestCompared) return false;
  const [passages, questions] = [
    await embedder.embed(
      trial.map(({ texts }) => texts.map(({ searchText }) => searchText)),
      'passage',
      signal,
    ),
    await embedder.embed(
      trial.map((one) => one.questions),
      'query',
      signal,
    ),
  ];
  return Transient.all([trial, shelf]).measure(
    ([{ texts, asked, questions: words }, { index, floor, passages: all }]) => {
      const places = new Map(all.map((passage, at) => [at, texts.indexOf(passage)]));
      let byWords = 0;
      let byVectors = 0;
      asked.forEach((target, at) => {
        const ranked = rankPassages(index, floor, [words[at] ?? ''], { limit: all.length })
          .ranked.map((one) => places.get(one.index) ?? -1)
          .filter((place) => place >= 0);
        byWords += reciprocal(ranked.indexOf(target));
        const question = questions[at];
        const near = passages
          .map((vector, place) => ({
            place,
            likeness: question === undefined ? 0 : cosine(vector, question),
          }))
          .toSorted((a, b) => b.likeness - a.likeness);
        byVectors += reciprocal(near.findIndex(({ place }) => place === target));
      });
      return byVectors >= share * byWords;
    },
  );
}

const reciprocal = (place: number): number => (place < 0 ? 0 : 1 / (place + 1));

/** Something out of the middle: neither the heading nor the first words, which title and vector share most. */
function questionFrom(text: string): string {
  const words = text.split(/\s+/);
  const start = Math.floor(words.length / 3);
  return words.slice(start, start + 12).join(' ');
}
