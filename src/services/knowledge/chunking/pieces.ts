import { blockText, rowSeparator, type DocumentBlock } from '../../../kernel/document-blocks.ts';
import { mostTokens, targetTokens } from './chunk-limits.ts';
import { estimateTokens, type TokenCounts } from './estimate-tokens.ts';
import type { PlacedBlock } from './render-document.ts';
import { splitRange, splitRows, type Range } from './split-range.ts';

/** A range of the canonical text that fits into one chunk. */
export interface Piece extends Range {
  readonly page: number | null;
  /** May share its chunk with its neighbours. */
  readonly isJoinable: boolean;
  /** A table's header or an answer's question, said again in front of a later part. */
  readonly repeated?: string;
}

// A repeated header or question may take this much of a chunk.
const mostRepeated = 80;

/** What the blocks of one section are packed from. */
export function piecesOf(
  text: string,
  blocks: readonly PlacedBlock[],
  tokens: TokenCounts,
): readonly Piece[] {
  return blocks.flatMap((placed): readonly Piece[] => {
    const { block, start, end } = placed;
    const page = block.page ?? null;
    const size = tokens.between(start, end);
    const isWhole = block.kind === 'table' || block.kind === 'answer';
    if (size <= (isWhole ? mostTokens : targetTokens))
      return [{ start, end, page, isJoinable: block.kind !== 'answer' }];
    if (block.kind === 'table') return partsOfTable(text, placed, block, tokens);
    if (block.kind === 'answer') return partsOfAnswer(text, placed, block, tokens);
    return splitRange(text, placed, targetTokens, tokens).map((range) => ({
      ...range,
      page,
      isJoinable: true,
    }));
  });
}

function partsOfTable(
  text: string,
  { start, end }: PlacedBlock,
  block: Extract<DocumentBlock, { kind: 'table' }>,
  tokens: TokenCounts,
): readonly Piece[] {
  const separator = rowSeparator(block.rows).length;
  const lines = block.header === undefined ? block.rows : [block.header, ...block.rows];
  // The block's text was trimmed as a whole; the first row begins where it begins.
  let at = start - leadingSpace(blockText(block));
  const rows = lines.map((line) => {
    const row = { start: Math.min(Math.max(at, start), end), end: Math.min(at + line.length, end) };
    at += line.length + separator;
    return row;
  });
  return laterParts(
    splitRows(text, rows, targetTokens - repeatedTokens(block.header), tokens),
    block.header,
    block,
  );
}

function partsOfAnswer(
  text: string,
  placed: PlacedBlock,
  block: Extract<DocumentBlock, { kind: 'answer' }>,
  tokens: TokenCounts,
): readonly Piece[] {
  const asked = repeatedTokens(block.question);
  if (asked === 0) return laterParts(splitRange(text, placed, targetTokens, tokens), undefined, block);
  const answer = { start: placed.start + block.question.trim().length, end: placed.end };
  const [first, ...later] = splitRange(text, answer, targetTokens - asked, tokens);
  const whole = { start: placed.start, end: first?.end ?? placed.end };
  return laterParts([whole, ...later], block.question, block);
}

/** The first part has the header or the question in it; the others get it again, unless it is too long to be. */
function laterParts(
  ranges: readonly Range[],
  header: string | undefined,
  block: DocumentBlock,
): readonly Piece[] {
  const repeated = header === undefined || repeatedTokens(header) === 0 ? undefined : header.trim();
  return ranges.map((range, index) => ({
    ...range,
    page: block.page ?? null,
    isJoinable: false,
    ...(index > 0 && repeated !== undefined && { repeated }),
  }));
}

function repeatedTokens(header: string | undefined): number {
  const size = header === undefined ? 0 : estimateTokens(`${header}\n`);
  return size <= mostRepeated ? size : 0;
}

function leadingSpace(text: string): number {
  return text.length - text.trimStart().length;
}
