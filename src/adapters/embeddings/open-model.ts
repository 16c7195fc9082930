import type { EmbeddingKind, EmbeddingModel } from '../../ports/embedder.ts';
import type { BatchLimits } from './batches.ts';
import { openEncoder, type Encoder } from './encoder.ts';
import { readModelDirectory, type ModelLayout } from './model-directory.ts';
import { hashFiles, modelId, refuseOtherFiles } from './model-files.ts';
import { checkParity, fixedSentences, textOfFloats } from './parity.ts';
import type { Runtime } from './runtime.ts';
import { openTokenizer } from './tokenize.ts';

/** Padded tokens and texts of one batch; see docs/decisions/0016-local-embeddings.md for what was measured. */
export const defaultLimits: BatchLimits = { texts: 8, tokens: 256 };

/** A model that was read, verified, loaded, warmed up and checked. */
export interface OpenModel {
  readonly model: EmbeddingModel;
  readonly hashes: Readonly<Record<string, string>>;
  /** Vectors of the fixed sentences, for the manifest. */
  readonly reference: readonly string[];
  readonly limits: BatchLimits;
  readonly encoder: Encoder;
  /** Token ids of a text with the prefix of its kind. */
  tokensOf(text: string, kind: EmbeddingKind): readonly number[];
}

/** Opens a model directory. The hashes come first: nothing of an unpinned file is parsed. Throws `UnfitModelError`. */
export async function openModel(runtime: Runtime, directory: string, threads: number): Promise<OpenModel> {
  const layout = readModelDirectory(directory);
  const hashes = await hashFiles(layout);
  refuseOtherFiles(layout, hashes);
  const tokenizer = openTokenizer(runtime, layout);
  const encoder = await openEncoder(runtime, layout, tokenizer.padId, threads);
  const prefixes = { query: layout.queryPrefix, passage: layout.passagePrefix };
  const tokensOf: OpenModel['tokensOf'] = (text, kind) => tokenizer.encode(prefixes[kind] + text);
  const fixed = fixedSentences.map((sentence) => tokensOf(sentence, 'passage'));
  const parity = await checkParity(encoder, fixed, defaultLimits, layout.manifest.reference);
  return {
    model: modelOf(layout, modelId(layout, hashes)),
    hashes,
    reference: parity.vectors.map(textOfFloats),
    limits: parity.limits,
    encoder,
    tokensOf,
  };
}

function modelOf(layout: ModelLayout, id: string): EmbeddingModel {
  const { name, pooling, normalized, maxTokens, queryPrefix, passagePrefix } = layout;
  return { id, name, pooling, normalized, maxTokens, queryPrefix, passagePrefix };
}
