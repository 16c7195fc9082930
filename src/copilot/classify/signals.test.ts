import { describe, expect, it } from 'vitest';
import { trainReader } from './signals.ts';

const read = trainReader(
  [
    { text: 'the parcel is late', label: 0 },
    { text: 'where is the parcel', label: 0 },
    { text: 'the invoice is late', label: 1 },
    { text: 'where is the invoice', label: 1 },
    { text: 'return the boots', label: 2 },
  ],
  3,
);
const [nearest, knownShare] = [4, 7];

describe('reading a text with a label left out', () => {
  it('is as if the label and its examples had never been given', () => {
    const whole = read('parcel');
    const without = read('parcel', 0);
    expect(whole.label).toBe(0);
    expect(without.label).not.toBe(0);
    expect(whole.signals[nearest]).toBeGreaterThan(0);
    expect(without.signals[nearest]).toBe(0);
    expect(whole.signals[knownShare]).toBe(1);
    expect(without.signals[knownShare]).toBe(0);
  });

  it('still knows the words that other labels have too', () => {
    expect(read('late', 0).signals[knownShare]).toBe(1);
  });
});
