import { z } from 'zod';
import type { Chunk } from './chunking/chunk-document.ts';

const StoredChunk = z.object({
  headings: z.array(z.string()),
  /** "title > headings", a line break, and the text. */
  search: z.string(),
  /** Where the text begins in it. */
  at: z.number().int(),
});

/** What is sealed of a chunk of a file or snippet. */
export const writeChunk = ({ headingPath, searchText, text }: Chunk): string =>
  JSON.stringify({ headings: headingPath, search: searchText, at: searchText.length - text.length });

/** A chunk as it was sealed. */
export function readChunk(stored: string): Pick<Chunk, 'headingPath' | 'searchText' | 'text'> {
  const { headings, search, at } = StoredChunk.parse(JSON.parse(stored));
  return { headingPath: headings, searchText: search, text: search.slice(at) };
}
