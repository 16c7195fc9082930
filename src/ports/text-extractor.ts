import type { ExtractionRefusal } from '../kernel/extraction-refusals.ts';
import type { Transient } from '../kernel/transient.ts';
import type { KnowledgeDocument } from './knowledge-document.ts';

export type { ExtractionRefusal } from '../kernel/extraction-refusals.ts';

/** The formats that are read, each by the ending of a file's name. */
export type TextFormat = 'pdf' | 'docx' | 'txt' | 'markdown' | 'html' | 'csv';

/** Bytes of a file that is read at all. */
export const largestFile = 10 * 1024 * 1024;
/** Bytes of UTF-8 text that one document may have. */
export const largestText = 2 * 1024 * 1024;
/** Characters (UTF-16) of a file's name. */
export const longestFileName = 200;

export interface FileToRead {
  /** As the person named it: its ending says the format, the rest becomes the title. Never a path. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

export type Extraction =
  | {
      readonly kind: 'read';
      readonly format: TextFormat;
      /** At least one block, visible characters only. */
      readonly document: Transient<KnowledgeDocument>;
      /** Bytes of UTF-8 in all blocks, ≤ `largestText`. */
      readonly textBytes: number;
    }
  | { readonly kind: 'refused'; readonly reason: ExtractionRefusal };

/** Reads documents of strangers apart from the server: what a file does to its reader never reaches the caller. */
export interface TextExtractor {
  /** Never throws for a file's sake; rejects with the signal's reason when it is aborted. */
  extract(file: FileToRead, signal: AbortSignal): Promise<Extraction>;
  /** Ends every reader that runs; extractions under way are refused as unreadable. */
  close(): Promise<void>;
}
