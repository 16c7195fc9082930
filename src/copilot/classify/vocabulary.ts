const fewestPlaces = 1 << 12;

/** Numbers features, which are 32-bit hashes, in the order in which they are met (open addressing: some times quicker than a `Map`). */
export class Vocabulary {
  #size = 0;
  #mask = fewestPlaces - 1;
  #hashes = new Int32Array(fewestPlaces);
  /** One more than the number of the feature in this place; 0: empty. */
  #numbers = new Int32Array(fewestPlaces);

  get size(): number {
    return this.#size;
  }

  /** The number of a feature; -1: it was never added. */
  find(hash: number): number {
    return (this.#numbers[this.#placeOf(hash)] as number) - 1;
  }

  /** The number of a feature, a new one when it is met for the first time. */
  add(hash: number): number {
    const place = this.#placeOf(hash);
    const known = (this.#numbers[place] as number) - 1;
    if (known >= 0) return known;
    this.#hashes[place] = hash;
    this.#size += 1;
    this.#numbers[place] = this.#size;
    if (this.#size * 2 > this.#mask) this.#grow();
    return this.#size - 1;
  }

  #placeOf(hash: number): number {
    const mask = this.#mask;
    // Neighbouring places are for hashes that differ in their upper half too.
    let place = (hash ^ (hash >>> 15)) & mask;
    while (this.#numbers[place] !== 0 && this.#hashes[place] !== hash) place = (place + 1) & mask;
    return place;
  }

  #grow(): void {
    const hashes = this.#hashes;
    const numbers = this.#numbers;
    this.#mask = numbers.length * 2 - 1;
    this.#hashes = new Int32Array(numbers.length * 2);
    this.#numbers = new Int32Array(numbers.length * 2);
    for (let at = 0; at < numbers.length; at += 1) {
      if (numbers[at] === 0) continue;
      const place = this.#placeOf(hashes[at] as number);
      this.#hashes[place] = hashes[at] as number;
      this.#numbers[place] = numbers[at] as number;
    }
  }
}
