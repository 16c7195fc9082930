import { resolve } from 'node:path';
import { createEmbedder } from '../../src/adapters/embeddings/create-embedder.ts';
import { cosine } from '../../src/adapters/embeddings/parity.ts';
import { Transient } from '../../src/kernel/transient.ts';
import { ChanceFloor } from '../../src/services/knowledge/retrieval/chance-floor.ts';
import { compareEncoder } from '../../src/services/knowledge/retrieval/encoder-checks.ts';
import { fuseRankings } from '../../src/services/knowledge/retrieval/fuse-rankings.ts';
import { rankPassages } from '../../src/services/knowledge/retrieval/rank-passages.ts';
import {
  evaluateLexical,
  figuresOf,
  indexOf,
  searchTextOf,
  type EvaluatedChunk,
  type EvaluatedQuestion,
} from './retrieval-lexical.ts';
import { progress, stop } from './support.ts';

const candidates = 40;

/**
 * As the product answers: words and vectors together where the model passes the product's own check on these chunks, words
 * alone where it does not. Beside it words alone, vectors alone, and both together whatever the check says.
 */
export async function evaluateFused(
  texts: readonly EvaluatedChunk[],
  asked: readonly EvaluatedQuestion[],
  directory: string,
) {
  const logger = { info: () => {}, warn: () => {}, error: () => {} };
  const embedder = createEmbedder({ directory: resolve(directory), threads: 1, logger });
  try {
    const state = await embedder.settled();
    if (state.kind !== 'ready')
      stop(`The model cannot be used: ${'reason' in state ? state.reason : state.kind}`);
    progress(`Embedding ${texts.length} chunks with ${state.model.name}`);
    const never = new AbortController().signal;
    const passages = await embedder.embed(Transient.of(texts.map(searchTextOf)), 'passage', never);
    const questions = await embedder.embed(
      Transient.of(asked.map(({ question }) => question)),
      'query',
      never,
    );
    const index = indexOf(texts);
    const floor = new ChanceFloor(index);
    const near = questions.map((question) =>
      passages
        .map((passage, at) => ({ at, likeness: cosine(passage, question) }))
        .toSorted((a, b) => b.likeness - a.likeness)
        .slice(0, candidates)
        .map(({ at }) => at),
    );
    const linksOf = (places: readonly number[]) => places.map((at) => texts[at]?.chunk_link ?? '');
    const fused = asked.map(({ question }, at) => {
      const { ranked } = rankPassages(index, floor, [question], { limit: candidates });
      return linksOf(fuseRankings([ranked.map((one) => one.index), near[at] ?? []]).map(({ item }) => item));
    });
    const compared = texts.map((chunk) => ({ text: chunk.text, searchText: searchTextOf(chunk) }));
    const passed = await compareEncoder(embedder, never, Transient.of({ passages: compared, index, floor }));
    const lexical = evaluateLexical(texts, asked);
    const together = figuresOf(fused, asked);
    return {
      ...(passed ? together : lexical),
      mode: passed ? 'fused' : 'lexical',
      modelPassed: passed,
      lexical,
      together,
      vectors: figuresOf(near.map(linksOf), asked),
    };
  } finally {
    await embedder.close();
  }
}
