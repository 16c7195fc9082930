import {
  blockText,
  textBytesOf,
  type DocumentBlock,
  type KnowledgeDocument,
} from '../../../kernel/document-blocks.ts';
import { removeInvisible, visibleLine } from '../../../kernel/invisible-characters.ts';
import { largestText } from '../../../ports/text-extractor.ts';
import { Refused } from './refused.ts';

/** What every format's blocks go through: visible characters only, one form of each letter, nothing empty, not too much. */
export function finishDocument(title: string, blocks: readonly DocumentBlock[]): KnowledgeDocument {
  const finished = blocks.flatMap((block) => finish(block) ?? []);
  if (!finished.some((block) => /[\p{L}\p{N}]/u.test(blockText(block)))) throw new Refused('no-text');
  if (textBytesOf(finished) > largestText) throw new Refused('too-much-text');
  return { title: visibleLine(title).slice(0, 300).toWellFormed(), blocks: finished };
}

function finish(block: DocumentBlock): DocumentBlock | undefined {
  if (block.kind === 'table') {
    const rows = block.rows.map(clean).filter((row) => row !== '');
    const header = block.header === undefined ? '' : clean(block.header);
    const { header: _header, ...table } = block;
    return rows.length === 0 ? undefined : { ...table, rows, ...(header !== '' && { header }) };
  }
  const text = block.kind === 'code' ? removeInvisible(block.text).text.trimEnd() : clean(block.text);
  if (block.kind !== 'answer') return text === '' ? undefined : { ...block, text };
  const question = clean(block.question);
  if (question !== '' && text !== '') return { ...block, question, text };
  const { question: _question, ...rest } = block;
  return question + text === '' ? undefined : { ...rest, kind: 'text', text: question + text };
}

function clean(text: string): string {
  return removeInvisible(text.toWellFormed())
    .text.normalize('NFC')
    .replace(/[ \t\u00A0]+/g, ' ')
    .replace(/ ?\n ?/g, '\n')
    .replace(/\n{3,}/g, '\n\n')
    .trim();
}
