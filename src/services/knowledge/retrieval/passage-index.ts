import { rarityOf, scoreByBm25, type TermIndex } from '../../../kernel/text/bm25.ts';
import { stem } from '../../../kernel/text/words.ts';
import { passageWords } from './passage-words.ts';

/** A text to be found: its "title > headings" count twice, once in `searchText` and once more. */
export interface IndexedText {
  readonly searchText: string;
}

/** Terms of a question with how often each counts. */
export type WeightedWords = ReadonlyMap<string, number>;

const bm25 = { saturation: 1.2, lengthWeight: 0.75, queryLimit: Infinity } as const;

type Posting = readonly { readonly index: number; readonly count: number }[];

/**
 * Okapi BM25 over words and pairs of neighbouring words. Pairs are counted from the order of words when they are asked for:
 * kept beside the words they would take ten times the room.
 */
export class PassageIndex {
  readonly #ids = new Map<string, number>();
  /** Words of each text, in order; 0 parts the text from its repeated heading. */
  readonly #texts: Uint32Array[] = [];
  /** By word: place of a text and how often it stands there, one after the other. */
  readonly #places: number[][] = [[]];
  readonly #byStem = new Map<string, number[]>();
  #length = 0;
  #bytes = 0;

  get size(): number {
    return this.#texts.length;
  }

  /** About how much memory it takes. */
  get bytes(): number {
    return this.#bytes;
  }

  add({ searchText }: IndexedText): void {
    const heading = searchText.slice(0, Math.max(0, searchText.indexOf('\n')));
    const words = passageWords(searchText).map((word) => this.#idOf(word));
    const all = Uint32Array.from([...words, 0, ...passageWords(heading).map((word) => this.#idOf(word))]);
    const place = this.#texts.length;
    this.#texts.push(all);
    this.#length += all.length;
    const counts = new Map<number, number>();
    for (const id of all) if (id !== 0) counts.set(id, (counts.get(id) ?? 0) + 1);
    for (const [id, count] of counts) this.#places[id]?.push(place, count);
    this.#bytes += 2 * searchText.length + 4 * all.length + 16 * counts.size + 100;
  }

  #idOf(word: string): number {
    const known = this.#ids.get(word);
    if (known !== undefined) return known;
    const id = this.#places.push([]) - 1;
    this.#ids.set(word, id);
    const root = stem(word);
    const relatives = this.#byStem.get(root);
    if (relatives === undefined) this.#byStem.set(root, [id]);
    else relatives.push(id);
    this.#bytes += 200;
    return id;
  }

  /** BM25 of every text. A word that no text holds is looked for by its stem. `background` only teaches which words are rare. */
  score(words: WeightedWords, pairs: WeightedWords, background?: PassageIndex): Float64Array {
    const postings = new Map<string, Posting>();
    const rarity = new Map<string, number>();
    const total = this.size + (background?.size ?? 0);
    const query: string[] = [];
    const take = (term: string, weight: number, found: Posting, elsewhere: number): void => {
      if (found.length === 0) return;
      postings.set(term, found);
      rarity.set(term, weight * rarityOf(total, found.length + elsewhere));
      query.push(term);
    };
    for (const [word, weight] of words)
      take(word, weight, this.#postingOf(word), background?.holding(word) ?? 0);
    for (const [pair, weight] of pairs) take(pair, weight, this.#pairPosting(pair), 0);
    // Pairs count as terms of a text too.
    const lengths = this.#texts.map((text) => 2 * text.length);
    const averageLength = Math.max(1, (2 * this.#length) / Math.max(1, this.size));
    const terms: TermIndex = { size: this.size, averageLength, lengths, postings, rarity };
    return scoreByBm25(terms, query, bm25);
  }

  /** How many texts hold the word. */
  holding(word: string): number {
    const id = this.#ids.get(word);
    return id === undefined ? 0 : (this.#places[id]?.length ?? 0) / 2;
  }

  #postingOf(word: string): Posting {
    const id = this.#ids.get(word);
    if (id !== undefined) return this.#unpack([id]);
    return this.#unpack(this.#byStem.get(stem(word)) ?? []);
  }

  #unpack(ids: readonly number[]): Posting {
    const counts = new Map<number, number>();
    for (const id of ids) {
      const packed = this.#places[id] ?? [];
      for (let at = 0; at < packed.length; at += 2) {
        const index = packed[at] ?? 0;
        counts.set(index, (counts.get(index) ?? 0) + (packed[at + 1] ?? 0));
      }
    }
    return [...counts].map(([index, count]) => ({ index, count }));
  }

  #pairPosting(pair: string): Posting {
    const [first = '', second = ''] = pair.split(' ');
    const [one, other] = [this.#ids.get(first), this.#ids.get(second)];
    if (one === undefined || other === undefined) return [];
    const rarer = this.holding(first) <= this.holding(second) ? one : other;
    const found: { index: number; count: number }[] = [];
    const packed = this.#places[rarer] ?? [];
    for (let at = 0; at < packed.length; at += 2) {
      const index = packed[at] ?? 0;
      const text = this.#texts[index];
      let count = 0;
      for (let place = text?.indexOf(one) ?? -1; place >= 0; place = text?.indexOf(one, place + 1) ?? -1)
        if (text?.[place + 1] === other) count += 1;
      if (count > 0) found.push({ index, count });
    }
    return found;
  }

  /** The largest share of the words' rarity that one text holds, 0 to 1; endings make no difference. */
  bestCoverage(stems: readonly string[], among?: ReadonlySet<number>): number {
    const covered = new Map<number, number>();
    // Among few texts every word that is there seems common.
    const total = Math.max(this.size, 50);
    let whole = 0;
    for (const root of stems) {
      const posting = this.#unpack(this.#byStem.get(root) ?? []);
      const rarity = rarityOf(total, posting.length);
      whole += rarity;
      for (const { index } of posting)
        if (among === undefined || among.has(index)) covered.set(index, (covered.get(index) ?? 0) + rarity);
    }
    let best = 0;
    for (const share of covered.values()) best = Math.max(best, share);
    return whole === 0 ? 0 : best / whole;
  }

  /** A word that stands in a text, both drawn at random: words from here and there, as a question of nothing. */
  anyStem(random: () => number): string {
    const text = this.#texts[Math.floor(random() * this.size)];
    const id = text?.[Math.floor(random() * text.length)] ?? 0;
    this.#words ??= [...this.#ids.keys()];
    return id === 0 ? '' : stem(this.#words[id - 1] ?? '');
  }
  #words: readonly string[] | undefined;
}
