import { createHash } from 'node:crypto';
import type { KnowledgeDocument } from '../../../kernel/document-blocks.ts';
import { mostPrefixTokens, mostTokens, targetTokens } from './chunk-limits.ts';
import { estimateTokens, TokenCounts } from './estimate-tokens.ts';
import { piecesOf, type Piece } from './pieces.ts';
import { placeBlocks } from './render-document.ts';
import { sectionsOf } from './sections.ts';

/** A part of a document that is embedded, found and cited as one. */
export interface Chunk {
  /** Place among the document's chunks, from 0. */
  readonly ordinal: number;
  readonly headingPath: readonly string[];
  /** Where it begins in a PDF, counted from 1. */
  readonly page: number | null;
  /** UTF-16 offsets in `renderDocument(document)`, end exclusive. */
  readonly start: number;
  readonly end: number;
  /** Ends with the canonical text between the offsets; later parts of a table or an answer begin with its header or question. */
  readonly text: string;
  /** "title > heading path", a line break, and the text: what is embedded and indexed. */
  readonly searchText: string;
  /** SHA-256 of `searchText`, hex. */
  readonly hash: string;
}

// A rest smaller than this joins the chunk before it.
const smallRest = 50;

/** Parts a document into chunks: never across headings, tables and answers whole as far as they fit. The same document always gives the same chunks. */
export function chunkDocument(document: KnowledgeDocument): readonly Chunk[] {
  const { text, blocks } = placeBlocks(document);
  const tokens = new TokenCounts(text);
  const chunks: Chunk[] = [];
  for (const { headingPath, blocks: sectionBlocks } of sectionsOf(blocks)) {
    const prefix = prefixOf(document.title, headingPath);
    for (const piece of packPieces(piecesOf(text, sectionBlocks, tokens), tokens)) {
      const own = text.slice(piece.start, piece.end);
      const chunkText = piece.repeated === undefined ? own : `${piece.repeated}\n${own}`;
      const searchText = `${prefix}\n${chunkText}`;
      chunks.push({
        ordinal: chunks.length,
        headingPath,
        page: piece.page,
        start: piece.start,
        end: piece.end,
        text: chunkText,
        searchText,
        hash: createHash('sha256').update(searchText).digest('hex'),
      });
    }
  }
  return chunks;
}

/** Joins neighbouring pieces up to the target. */
function packPieces(pieces: readonly Piece[], tokens: TokenCounts): readonly Piece[] {
  const packed: Piece[] = [];
  for (const piece of pieces) {
    const last = packed.at(-1);
    const joined = last === undefined ? Infinity : tokens.between(last.start, piece.end);
    const isRest = tokens.between(piece.start, piece.end) < smallRest && joined <= mostTokens;
    if (last?.isJoinable === true && piece.isJoinable && (joined <= targetTokens || isRest))
      packed[packed.length - 1] = { ...last, end: piece.end };
    else packed.push(piece);
  }
  return packed;
}

/** What a chunk is about, short enough to leave room for the chunk: the title and the innermost headings are kept longest. */
function prefixOf(title: string, headingPath: readonly string[]): string {
  const path = [title, ...headingPath].map((part) => part.replace(/\s+/g, ' ').trim());
  for (let left = path.length; left > 2; left -= 1) {
    const whole = path.join(' > ');
    if (estimateTokens(whole) <= mostPrefixTokens) return whole;
    path.splice(1, 1);
  }
  return firstTokens(path.join(' > '), mostPrefixTokens);
}

function firstTokens(text: string, most: number): string {
  const tokens = new TokenCounts(text);
  let end = text.length;
  while (tokens.between(0, end) > most) end -= 1;
  return text.slice(0, end).toWellFormed();
}
