import { RowIndex } from '../../src/copilot/classify/row-index.ts';
import { fitFeatures } from '../../src/copilot/classify/tfidf.ts';
import { trainOneVersusRest } from '../../src/copilot/classify/svm.ts';
import { trainIntentClassifier } from '../../src/copilot/evidence/intent.ts';
import { printResult } from '../report.ts';
import { parseCsv } from './csv.ts';
import { evaluationArguments, progress, readText, rounded, seededRandom, shuffled, stop } from './support.ts';

interface Row {
  readonly text: string;
  readonly label: number;
}

const usage = 'intent --train CSV --test CSV --shots 5|10|all [--quick]';

function readRows(path: string): { readonly text: string; readonly name: string }[] {
  const [head = [], ...rows] = parseCsv(readText(path));
  const text = head.indexOf('text');
  const category = head.indexOf('category');
  if (text === -1 || category === -1) stop(`${path} has no columns "text" and "category".`);
  return rows
    .filter((row) => row.length === head.length)
    .map((row) => ({ text: (row[text] ?? '').trim(), name: (row[category] ?? '').trim() }));
}

/** The usual strong method without a model of language: TF-IDF of words, word pairs and character pieces, linear machines. */
function trainBaseline(rows: readonly Row[], labelCount: number): (text: string) => number {
  const labels = rows.map(({ label }) => [label]);
  const space = fitFeatures(
    rows.map(({ text }) => text),
    labels,
    { kinds: { words: 1, characters: 1 }, rareBy: 'texts', fewestTexts: 1 },
  );
  const scores = trainOneVersusRest(new RowIndex(space.rows, space.size), labels, labelCount);
  return (text) => {
    const found = scores(space.vectorOf(text));
    return found.indexOf(Math.max(...found));
  };
}

function accuracy(test: readonly Row[], label: (text: string) => number): number {
  return test.filter((row) => label(row.text) === row.label).length / test.length;
}

const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length;

/** Intents learned from some examples of each, named for unseen texts. */
export function run(args: string[]): void {
  const { train, test, shots, quick } = evaluationArguments(args, usage, ['train', 'test', 'shots']);
  if (!/^(all|[1-9]\d*)$/.test(shots)) stop(`--shots is "all" or a number.\nUsage: npm run eval -- ${usage}`);
  const pool = readRows(train);
  const names = [...new Set(pool.map(({ name }) => name))].toSorted();
  const place = new Map(names.map((name, label) => [name, label]));
  let unseen = readRows(test).flatMap(({ text, name }): Row[] => {
    const label = place.get(name);
    return label === undefined ? [] : [{ text, label }];
  });
  if (quick) unseen = shuffled(unseen, seededRandom(0)).slice(0, 1000);
  // With all examples there is nothing to draw, and every run would be the same.
  const seeds = shots === 'all' ? 1 : quick ? 2 : 5;
  const found: number[] = [];
  const baselines: number[] = [];
  for (let seed = 0; seed < seeds; seed += 1) {
    const random = seededRandom(seed);
    const drawn = names.map((name) => {
      const own = pool.filter((row) => row.name === name).map(({ text }) => text);
      return { name, examples: shots === 'all' ? own : shuffled(own, random).slice(0, Number(shots)) };
    });
    progress(
      `seed ${seed}: training on ${drawn.reduce((sum, { examples }) => sum + examples.length, 0)} examples`,
    );
    const classifier = trainIntentClassifier(drawn);
    found.push(accuracy(unseen, (text) => classifier.classify(text).likeliest));
    const rows = drawn.flatMap(({ examples }, label) => examples.map((text) => ({ text, label })));
    baselines.push(accuracy(unseen, trainBaseline(rows, names.length)));
    progress(`seed ${seed}: ${rounded(found.at(-1) ?? 0)}, baseline ${rounded(baselines.at(-1) ?? 0)}`);
  }
  printResult(
    `Intent from examples${quick ? ' (quick)' : ''}`,
    {
      accuracy: rounded(mean(found)),
      baseline: rounded(mean(baselines)),
      shots,
      seeds,
      intents: names.length,
      tested: unseen.length,
    },
    unseen.length === 0,
  );
}
