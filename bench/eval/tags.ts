import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type TaggedText, trainTagger } from '../../src/copilot/evidence/tags.ts';
import { printResult } from '../report.ts';
import { dataPath, evaluationArguments, progress, readJson, rounded } from './support.ts';

const Fold = z.array(z.object({ text: z.string(), intents: z.array(z.string()).default([]) }));
const parts = 10;

/** Several tags a text; each part of the folds is tagged by what the other parts teach. */
export function run(args: string[]): void {
  const options = evaluationArguments(args, 'tags --data DIR [--quick]', ['data']);
  const folder = dataPath(options.data);
  const files = readdirSync(folder)
    .filter((name) => /^fold\d+\.json$/.test(name))
    .toSorted((a, b) => Number(/\d+/.exec(a)?.[0]) - Number(/\d+/.exec(b)?.[0]));
  const folds = files.map((name): TaggedText[] =>
    Fold.parse(readJson(join(folder, name))).map(({ text, intents }) => ({ text, tags: intents })),
  );
  const rounds = Math.min(parts, folds.length);
  let both = 0;
  let suggestedOnly = 0;
  let missed = 0;
  let exact = 0;
  let tested = 0;
  for (let part = 0; part < (options.quick ? Math.min(2, rounds) : rounds); part += 1) {
    const tagger = trainTagger(folds.filter((_, index) => index % rounds !== part).flat());
    for (const { text, tags } of folds.filter((_, index) => index % rounds === part).flat()) {
      const own = new Set(tags);
      const suggested = tagger.suggest(text).map(({ tag }) => tag);
      const right = suggested.filter((tag) => own.has(tag)).length;
      both += right;
      suggestedOnly += suggested.length - right;
      missed += own.size - right;
      if (right === own.size && suggested.length === right) exact += 1;
      tested += 1;
    }
    progress(`part ${part + 1} of ${rounds}: ${tested} texts`);
  }
  printResult(
    `Tags from tagged texts${options.quick ? ' (quick: two parts)' : ''}`,
    {
      microF1: rounded((2 * both) / (2 * both + suggestedOnly + missed)),
      exact: rounded(exact / tested),
      precision: rounded(both / (both + suggestedOnly)),
      recall: rounded(both / (both + missed)),
      parts: rounds,
      tested,
    },
    tested === 0,
  );
}
