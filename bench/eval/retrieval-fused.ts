import { resolve } from 'node:path';
import { createEmbedder } from '../../src/adapters/embeddings/create-embedder.ts';
import { cosine } from '../../src/adapters/embeddings/parity.ts';
import { Transient } from '../../src/kernel/transient.ts';
import { ChanceFloor } from '../../src/services/knowledge/retrieval/chance-floor.ts';
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

/** By words and by vectors of a model, put together as the product does; beside it words alone and vectors alone. */
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
    return {
      mode: 'fused',
      ...figuresOf(fused, asked),
      lexical: evaluateLexical(texts, asked),
      vectors: figuresOf(near.map(linksOf), asked),
    };
  } finally {
    await embedder.close();
  }
}
