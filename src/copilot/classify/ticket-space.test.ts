import { describe, expect, it } from 'vitest';
import { RowIndex } from './row-index.ts';
import { countTickets, fitTickets } from './ticket-space.ts';
import { Vocabulary } from './vocabulary.ts';

const tickets = [
  ['Parcel', 'the parcel with my lamp never arrived'],
  ['Parcel', 'where is the parcel with the tent'],
  ['Invoice', 'the invoice of the lamp is wrong'],
  ['Invoice', 'the invoice of the lamp is wrong'],
  ['', 'a singular question on the moon'],
].map(([subject = '', text = '']) => ({ subject, text }));

describe('tickets as vectors', () => {
  const corpus = countTickets(tickets);
  const some = tickets.slice(0, 4);
  const open = fitTickets(some, corpus, false);
  const closed = fitTickets(some, corpus, true);
  const indexOf = ({ rows, size }: typeof open): RowIndex => new RowIndex(rows, size);

  it('are alike in the same way, written down in full or only as far as tickets of the corpus share it', () => {
    const written = ({ rows }: typeof open): number =>
      rows.reduce((sum, { columns }) => sum + columns.length, 0);
    expect(written(closed)).toBeLessThan(written(open));
    const products = indexOf(open).products();
    indexOf(closed)
      .products()
      .forEach((product, at) => expect(product).toBeCloseTo(products[at] ?? NaN, 5));
    const held = tickets[4] ?? { subject: '', text: '' };
    const similar = indexOf(open).similar(open.vectorOf(held));
    indexOf(closed)
      .similar(closed.vectorOf(held))
      .forEach((one, at) => expect(one).toBeCloseTo(similar[at] ?? NaN, 5));
  });

  it('compare pairs of rows as they compare a row with all', () => {
    const index = indexOf(open);
    const products = index.products();
    open.rows.forEach((row, at) => {
      index
        .similar(row)
        .forEach((cosine, other) => expect(products[at * some.length + other]).toBeCloseTo(cosine, 5));
      expect(products[at * some.length + at]).toBeCloseTo(1, 5);
    });
    expect(products[2 * some.length + 3]).toBeCloseTo(1, 5);
  });
});

describe('a vocabulary', () => {
  it('gives each feature one number, however many there are', () => {
    const vocabulary = new Vocabulary();
    const hashes = Array.from({ length: 20_000 }, (_, at) => Math.imul(at, 0x9e37_79b1) | 0);
    expect(hashes.map((hash) => vocabulary.add(hash))).toEqual(hashes.map((_, at) => at));
    expect(hashes.map((hash) => vocabulary.find(hash))).toEqual(hashes.map((_, at) => at));
    expect(vocabulary.add(hashes[77] ?? 0)).toBe(77);
    expect(vocabulary.find(12_345_677)).toBe(-1);
    expect(vocabulary.size).toBe(20_000);
  });
});
