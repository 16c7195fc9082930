import { learnCertainty } from '../classify/certainty.ts';
import type { LabelledText } from '../classify/classifier.ts';
import { trainReader } from '../classify/signals.ts';
import { type MatchingExample, matchingExamples } from './matching-examples.ts';

export interface IntentExamples {
  /** As the support lead calls it; its words count as one more example. */
  readonly name: string;
  readonly examples: readonly string[];
}

export interface NearIntentExample extends Omit<MatchingExample, 'index'> {
  /** Index into the likeliest intent's examples. */
  readonly example: number;
}

export interface IntentAnswer {
  /** Index into the intents given; null for "none of these". */
  readonly intent: number | null;
  /** The intent that comes nearest, also where none is named. */
  readonly likeliest: number;
  /** Probability, 0 to 1, that `likeliest` is right; learned from the examples themselves. */
  readonly certainty: number;
  /** Up to three examples of the likeliest intent that are most like the text. */
  readonly nearest: readonly NearIntentExample[];
}

export interface IntentClassifier {
  classify(text: string): IntentAnswer;
}

interface Placed extends LabelledText {
  readonly example: number;
}

/**
 * Learns a subscription's own intents from a few examples of each (from one; five and more is better), in memory and within the call.
 * Holds the examples, which a support lead wrote; it must not be kept when it was trained on texts of tickets.
 * @param outside texts that fit none of the intents, if there are any: "none of these" is learned without them too
 */
export function trainIntentClassifier(
  intents: readonly IntentExamples[],
  outside: readonly string[] = [],
): IntentClassifier {
  const examples: Placed[] = intents.flatMap((intent, label) =>
    intent.examples.map((text, example) => ({ text, label, example })),
  );
  const names = intents.flatMap(({ name }, label) => {
    const text = name.replace(/[_\-/.]+/g, ' ');
    return /\p{L}/u.test(text) ? [{ text, label }] : [];
  });
  const certainty = learnCertainty(examples, names, intents.length, outside);
  const read = trainReader([...examples, ...names], intents.length);
  return {
    classify(text) {
      const reading = read(text);
      const probability = certainty.of(reading);
      const ofIntent = examples.flatMap((example, index) =>
        example.label === reading.label
          ? [{ index, text: example.text, similarity: reading.similarities[index] ?? 0 }]
          : [],
      );
      return {
        intent: probability < certainty.floor ? null : reading.label,
        likeliest: reading.label,
        certainty: probability,
        nearest: matchingExamples(text, ofIntent).map(({ index, similarity, words }) => ({
          example: examples[index]?.example ?? 0,
          similarity,
          words,
        })),
      };
    },
  };
}
