import type { LabelledText } from './classifier.ts';
import { fitLogistic, type Outcome } from './logistic.ts';
import { seededOrder } from './seeded-order.ts';
import { type Reader, type Reading, trainReader } from './signals.ts';

export interface Certainty {
  /** Probability, 0 to 1, that the reading's label is right. */
  of(reading: Reading): number;
  /** Below this, none of the labels is to be named. */
  readonly floor: number;
}

const foldCount = 5;
// Above this many examples one fold is enough to learn from, and training five times would take too long.
const everyFoldBelow = 1500;
// The share of rightly read texts that may be lost for the sake of refusing those that no label fits.
const lostShare = 0.008;
// From so many given texts outside all labels on, they are a better guide than simulated ones.
const enoughOutside = 20;
const weightOutside = 0.5;
const evenOdds = 0.5;

/**
 * Learns from the training examples themselves when to trust a reading: part of them is held out and read by a model of the rest,
 * once as it is, and once with its own label left out, which is how a text that no label fits looks.
 * @param fixed examples that are always trained on (a label's name), never held out
 * @param outside texts known to fit no label; may be empty
 */
export function learnCertainty(
  examples: readonly LabelledText[],
  fixed: readonly LabelledText[],
  labelCount: number,
  outside: readonly string[],
): Certainty {
  const rightSignals: (readonly number[])[] = [];
  const inside: Outcome[] = [];
  const left: Outcome[] = [];
  const given: Outcome[] = [];
  const folds = foldsOf(examples);
  const used = examples.length < everyFoldBelow ? foldCount : 1;
  for (let fold = 0; fold < used; fold += 1) {
    const held = examples.filter((_, index) => folds[index] === fold);
    if (held.length === 0) continue;
    const read = trainReader([...examples.filter((_, index) => folds[index] !== fold), ...fixed], labelCount);
    for (const { text, label } of held) {
      const reading = read(text);
      const right = reading.label === label;
      inside.push({ signals: reading.signals, right, weight: 1 });
      if (right) rightSignals.push(reading.signals);
      if (labelCount > 1) left.push(wrong(read, text, label));
    }
    for (const text of outside) given.push(wrong(read, text));
    given.push(wrong(read, ''));
  }
  const away = outside.length >= enoughOutside ? given : [...left, ...given];
  const weight = (weightOutside * Math.max(1, inside.length)) / Math.max(1, away.length);
  const probability = fitLogistic([...inside, ...away.map((outcome) => ({ ...outcome, weight }))]);
  const ofRight = rightSignals.map(probability).toSorted((a, b) => a - b);
  return {
    of: (reading) => probability(reading.signals),
    // Never the lowest of all: with few examples it is an accident. And what is likelier right than wrong is not refused.
    floor: Math.min(evenOdds, ofRight[Math.floor(ofRight.length * lostShare) + 1] ?? evenOdds),
  };
}

function wrong(read: Reader, text: string, without?: number): Outcome {
  return { signals: read(text, without).signals, right: false, weight: 1 };
}

/** Deals each label's examples out over the folds in turn. */
function foldsOf(examples: readonly LabelledText[]): Int8Array {
  const folds = new Int8Array(examples.length);
  const dealt = new Map<number, number>();
  for (const index of seededOrder(examples.length, 1)) {
    const label = examples[index]?.label ?? 0;
    const next = dealt.get(label) ?? label % foldCount;
    folds[index] = next % foldCount;
    dealt.set(label, next + 1);
  }
  return folds;
}
