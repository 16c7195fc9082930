import { z } from 'zod';
import { ChanceFloor } from '../../src/services/knowledge/retrieval/chance-floor.ts';
import { PassageIndex } from '../../src/services/knowledge/retrieval/passage-index.ts';
import { rankPassages } from '../../src/services/knowledge/retrieval/rank-passages.ts';
import { rounded } from './support.ts';

export const Chunks = z.array(
  z.object({ chunk_link: z.string(), chunk_heading: z.string(), text: z.string() }),
);
export const Questions = z.array(z.object({ question: z.string(), correct_chunks: z.array(z.string()) }));

export type EvaluatedChunk = z.infer<typeof Chunks>[number];
export type EvaluatedQuestion = z.infer<typeof Questions>[number];

/** By words alone, as without a model. */
export function evaluateLexical(texts: readonly EvaluatedChunk[], asked: readonly EvaluatedQuestion[]) {
  const index = indexOf(texts);
  const floor = new ChanceFloor(index);
  let sure = 0;
  const found = asked.map(({ question }) => {
    const ranking = rankPassages(index, floor, [question], { limit: 20 });
    if (ranking.sure) sure += 1;
    return ranking.ranked.map((one) => texts[one.index]?.chunk_link ?? '');
  });
  return { mode: 'lexical', ...figuresOf(found, asked), sure: rounded(sure / asked.length) };
}

export function indexOf(texts: readonly EvaluatedChunk[]): PassageIndex {
  const index = new PassageIndex();
  for (const text of texts) index.add({ searchText: searchTextOf(text) });
  return index;
}

/** As the product puts "title > headings" before a chunk. */
export const searchTextOf = ({ chunk_heading: heading, text }: EvaluatedChunk): string =>
  `${heading}\n${text}`;

/** Of what was found for each question, best first. */
export function figuresOf(found: readonly (readonly string[])[], asked: readonly EvaluatedQuestion[]) {
  const mean = (of: (right: readonly boolean[], wanted: number) => number): number =>
    rounded(
      asked.reduce((sum, { correct_chunks: correct }, at) => {
        const wanted = new Set(correct);
        return (
          sum +
          of(
            (found[at] ?? []).map((link) => wanted.has(link)),
            wanted.size,
          )
        );
      }, 0) / asked.length,
    );
  const recall = (most: number) => (right: readonly boolean[], wanted: number) =>
    right.slice(0, most).filter(Boolean).length / wanted;
  return {
    recall3: mean(recall(3)),
    recall5: mean(recall(5)),
    mrr: mean((right) => (right.includes(true) ? 1 / (right.indexOf(true) + 1) : 0)),
    ndcg10: mean(
      (right, wanted) =>
        gain(right.slice(0, 10)) / gain(Array.from({ length: Math.min(10, wanted) }, () => true)),
    ),
    hit5: mean((right) => Number(right.slice(0, 5).includes(true))),
    questions: asked.length,
  };
}

const gain = (right: readonly boolean[]): number =>
  right.reduce((sum, isRight, at) => sum + (isRight ? 1 / Math.log2(at + 2) : 0), 0);
