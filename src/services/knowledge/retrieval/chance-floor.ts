import type { PassageIndex } from './passage-index.ts';

const draws = 120;
/** Three of four questions made of random words stay below the floor. */
const quantile = 0.75;
const longest = 14;
/** What counts until there are texts enough to draw from, as if it had been seen in so many of them. */
const prior = { share: 0.45, texts: 25 };

/**
 * How much of a question one passage must hold before it counts as an answer, learned from the passages themselves: words
 * drawn from all of them make questions that none answers, and what a passage holds of those it holds by chance.
 */
export class ChanceFloor {
  readonly #index: PassageIndex;
  readonly #byLength = new Map<number, number>();

  constructor(index: PassageIndex) {
    this.#index = index;
  }

  /** For a question of so many different words. */
  of(words: number): number {
    const length = Math.min(longest, Math.max(1, words));
    const known = this.#byLength.get(length);
    if (known !== undefined) return known;
    const { size } = this.#index;
    const floor = (size * this.#chance(length) + prior.texts * prior.share) / (size + prior.texts);
    this.#byLength.set(length, floor);
    return floor;
  }

  #chance(length: number): number {
    if (this.#index.size === 0) return 1;
    const random = repeatable(length);
    const shares = Array.from({ length: draws }, () => {
      const words = new Set<string>();
      for (let tries = 0; words.size < length && tries < 20 * length; tries += 1) {
        const word = this.#index.anyStem(random);
        if (word !== '') words.add(word);
      }
      return this.#index.bestCoverage([...words]);
    });
    return shares.toSorted((a, b) => a - b)[Math.floor(quantile * (draws - 1))] ?? 1;
  }
}

/** The same numbers for the same seed, in [0, 1): the floor of the same passages is the same. */
function repeatable(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
    return state / 0x80000000;
  };
}
