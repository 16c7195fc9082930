import { printResult } from '../report.ts';
import { Chunks, evaluateLexical, Questions } from './retrieval-lexical.ts';
import { evaluationArguments, readJson } from './support.ts';

/** Whether the passage that answers a question comes first, among those of a documentation. */
export async function run(args: string[]): Promise<void> {
  const { chunks, questions, model } = evaluationArguments(
    args,
    'retrieval --chunks JSON --questions JSON [--model DIR]',
    ['chunks', 'questions'],
    { model: '' },
  );
  const texts = Chunks.parse(readJson(chunks));
  const asked = Questions.parse(readJson(questions));
  const figures =
    model === ''
      ? evaluateLexical(texts, asked)
      : await (await import('./retrieval-fused.ts')).evaluateFused(texts, asked, String(model));
  printResult('Retrieval', figures, asked.length === 0);
}
