import type { ExtractionRefusal } from '../../../kernel/extraction-refusals.ts';
import { largestText } from '../../../ports/text-extractor.ts';

/** Estimated tokens a chunk is filled to. */
export const targetTokens = 300;
/** Estimated tokens of a chunk's text; with its prefix it stays under the 512 that encoders commonly read. */
export const mostTokens = 400;
/** Estimated tokens of "title > heading path" in front of a chunk. */
export const mostPrefixTokens = 64;
/** Chunks of all sources of one AI agent together. */
export const mostChunks = 8_000;

/** Why a document cannot be taken in beside what is there already; null when it can. */
export function sizeRefusal(
  document: { readonly textBytes: number; readonly chunks: number },
  chunksOfOthers: number,
): Extract<ExtractionRefusal, 'too-much-text' | 'too-many-chunks'> | null {
  if (document.textBytes > largestText) return 'too-much-text';
  return document.chunks + chunksOfOthers > mostChunks ? 'too-many-chunks' : null;
}
