import { z } from 'zod';
import { trainIntentClassifier } from '../../src/copilot/evidence/intent.ts';
import { printResult } from '../report.ts';
import { evaluationArguments, progress, readJson, rounded } from './support.ts';

const Rows = z.array(z.tuple([z.string(), z.string()]));
const Data = z.object({
  train: Rows,
  oos_train: Rows.default([]),
  val: Rows.default([]),
  oos_val: Rows.default([]),
  test: Rows.optional(),
  oos_test: Rows.optional(),
});

/** Chance that a text inside the intents is rated above one outside them. */
export function areaUnderCurve(inside: readonly number[], outside: readonly number[]): number {
  let above = 0;
  for (const high of inside) for (const low of outside) above += high > low ? 1 : high === low ? 0.5 : 0;
  return above / (inside.length * outside.length);
}

/** Intents, and texts that fit none of them; `oos_train` is given as examples of the latter, the test part when there is one is tested. */
export function run(args: string[]): void {
  const options = evaluationArguments(args, 'none-of-these --data JSON [--quick]', ['data']);
  const data = Data.parse(readJson(options.data));
  const names = [...new Set(data.train.map(([, name]) => name))].toSorted();
  const perIntent = options.quick ? 30 : Infinity;
  const intents = names.map((name) => ({
    name,
    examples: data.train.flatMap(([text, own]) => (own === name ? [text] : [])).slice(0, perIntent),
  }));
  const inside = data.test ?? data.val;
  const outside = data.oos_test ?? data.oos_val;
  const measure = (given: readonly string[]): Record<string, number> => {
    progress(`training ${names.length} intents, ${given.length} examples outside them`);
    const classifier = trainIntentClassifier(intents, given);
    const answers = inside.map(([text, name]) => ({ ...classifier.classify(text), name }));
    const outsideAnswers = outside.map(([text]) => classifier.classify(text));
    const certainties = (list: readonly { certainty: number }[]): number[] =>
      list.map(({ certainty }) => certainty);
    return {
      inScopeAccuracy: rounded(
        answers.filter(({ intent, name }) => intent !== null && names[intent] === name).length /
          answers.length,
      ),
      outOfScopeRecall: rounded(
        outsideAnswers.filter(({ intent }) => intent === null).length / outside.length,
      ),
      auroc: rounded(areaUnderCurve(certainties(answers), certainties(outsideAnswers))),
      accuracyWithoutFloor: rounded(
        answers.filter(({ likeliest, name }) => names[likeliest] === name).length / answers.length,
      ),
    };
  };
  const given = data.oos_train.map(([text]) => text);
  const figures = measure(given);
  printResult(
    `None of these${options.quick ? ` (quick: ${perIntent} examples an intent)` : ''}`,
    {
      ...figures,
      tested: inside.length,
      testedOutside: outside.length,
      examplesOutside: given.length,
      withoutExamplesOutside: options.quick || given.length === 0 ? null : measure([]),
    },
    inside.length === 0 || outside.length === 0,
  );
}
