import { Transient } from '../../kernel/transient.ts';
import { largestFile, type Extraction, type TextExtractor } from '../../ports/text-extractor.ts';
import { readName } from './file-name.ts';
import { readerLimits, readersAtOnce, type ReaderLimits } from './limits.ts';
import { readerProgram } from './reader-process.ts';
import { runReader } from './run-reader.ts';
import { createTurns } from './turns.ts';

export interface TextExtractorOptions {
  /** Path of the program that reads one file. */
  readonly program?: string;
  readonly limits?: ReaderLimits;
  readonly readersAtOnce?: number;
}

/** Reads files in processes of their own: one for each file, without network, secrets or leave to write, and with an end to time and memory. */
export function createTextExtractor(options: TextExtractorOptions = {}): TextExtractor {
  const { program = readerProgram, limits = readerLimits } = options;
  const turns = createTurns(options.readersAtOnce ?? readersAtOnce);
  const closing = new AbortController();

  async function extract(
    { name, bytes }: { readonly name: string; readonly bytes: Uint8Array },
    signal: AbortSignal,
  ): Promise<Extraction> {
    const known = readName(name);
    if (known.kind === 'refused') return known;
    if (bytes.byteLength > largestFile) return { kind: 'refused', reason: 'too-large-file' };
    if (bytes.byteLength === 0) return { kind: 'refused', reason: 'no-text' };
    const { format, title } = known;
    const ending = AbortSignal.any([signal, closing.signal]);
    const answer = await turns.take(ending, () =>
      runReader(program, limits, { format, title, bytes }, ending),
    );
    if (answer.kind === 'refused') return answer;
    return { kind: 'read', format, document: Transient.of(answer.document), textBytes: answer.textBytes };
  }

  return {
    extract: async (file, signal) => {
      try {
        return await extract(file, signal);
      } catch (error) {
        if (closing.signal.aborted && !signal.aborted) return { kind: 'refused', reason: 'unreadable' };
        throw error;
      }
    },
    close: async () => {
      closing.abort();
      await turns.idle();
    },
  };
}
