import { blockText, type DocumentBlock, type KnowledgeDocument } from '../../../kernel/document-blocks.ts';

/** A block and where its text stands in the canonical text: UTF-16 offsets, end exclusive. */
export interface PlacedBlock {
  readonly block: DocumentBlock;
  readonly start: number;
  readonly end: number;
}

/** The canonical text of a document, which offsets of chunks count in. Without the title. */
export function renderDocument(document: KnowledgeDocument): string {
  return placeBlocks(document).text;
}

/** The canonical text with the place of every block in it. */
export function placeBlocks(document: KnowledgeDocument): {
  readonly text: string;
  readonly blocks: readonly PlacedBlock[];
} {
  const parts: string[] = [];
  const blocks: PlacedBlock[] = [];
  let at = 0;
  for (const block of document.blocks) {
    const text = blockText(block).trim();
    if (text === '') continue;
    const before = blocks.at(-1)?.block.kind;
    const separator = before === undefined ? '' : before === 'item' && block.kind === 'item' ? '\n' : '\n\n';
    parts.push(separator, text);
    const start = at + separator.length;
    at = start + text.length;
    blocks.push({ block, start, end: at });
  }
  return { text: parts.join(''), blocks };
}
