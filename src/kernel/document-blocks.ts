/** A readable piece of a document, in reading order. Text is plain, without markup. */
export type DocumentBlock =
  | { readonly kind: 'heading'; readonly level: number; readonly text: string; readonly page?: number }
  | { readonly kind: 'text' | 'item' | 'code'; readonly text: string; readonly page?: number }
  /** Kept whole as far as it fits; each row is "column: value" lines or cells joined by " | ". */
  | {
      readonly kind: 'table';
      /** Names of the columns, repeated when the table is split; absent when each row names them itself. */
      readonly header?: string;
      readonly rows: readonly string[];
      readonly page?: number;
    }
  /** A question with its answer, never parted. */
  | { readonly kind: 'answer'; readonly question: string; readonly text: string; readonly page?: number };

/** What every knowledge source is read into: an uploaded file, a Confluence page, a Help Center article, a web page, a snippet. */
export interface KnowledgeDocument {
  readonly title: string;
  readonly blocks: readonly DocumentBlock[];
}

/** What stands between two rows of a table: rows of several lines need a blank one. */
export function rowSeparator(rows: readonly string[]): string {
  return rows.some((row) => row.includes('\n')) ? '\n\n' : '\n';
}

/** A block as a person would read it. */
export function blockText(block: DocumentBlock): string {
  switch (block.kind) {
    case 'item':
      return /^\d{1,4}[.)] /.test(block.text) ? block.text : `- ${block.text}`;
    case 'table': {
      const rows = block.header === undefined ? block.rows : [block.header, ...block.rows];
      return rows.join(rowSeparator(block.rows));
    }
    case 'answer':
      return `${block.question}\n${block.text}`;
    default:
      return block.text;
  }
}

/** Bytes of UTF-8 in a document's blocks. */
export function textBytesOf(blocks: readonly DocumentBlock[]): number {
  let bytes = 0;
  for (const block of blocks) bytes += Buffer.byteLength(blockText(block));
  return bytes;
}
