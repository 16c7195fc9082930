import { blockText, type DocumentBlock, type KnowledgeDocument } from '../../../kernel/document-blocks.ts';
import { readHtml } from '../../../kernel/html/html-to-document.ts';
import { decodeText } from './decode.ts';
import { mainContent } from './main-content.ts';
import { Refused } from './refused.ts';

// The main content has to hold this share of the text outside of menus, or the whole page is taken.
const leastShare = 0.5;

/** A page's main content; the whole page without its menus where there is no telling what the main content is. */
export function readHtmlFile(bytes: Buffer): KnowledgeDocument {
  const html = decodeText(bytes, namedEncoding(bytes));
  if (!/<(?:!doctype|html|head|body|main|article|section|div|p|h[1-6]|table|ul|ol|dl|br|span)\b/i.test(html))
    throw new Refused('wrong-format');
  const { title, blocks } = readHtml(html);
  const main = mainContent(html);
  const kept = main === undefined ? [] : partOf(blocks, readHtml(main).blocks);
  return { title, blocks: lengthOf(kept) >= lengthOf(blocks) * leastShare ? kept : blocks };
}

/**
 * The blocks whose text is in the main content, and the headings above these: what finds main content drops the first
 * heading and changes the levels of others.
 */
function partOf(whole: readonly DocumentBlock[], main: readonly DocumentBlock[]): readonly DocumentBlock[] {
  const text = main.map((block) => letters(block)).join(' ');
  let at = 0;
  const isMain = whole.map((block) => {
    const own = letters(block);
    const next = text.indexOf(own, at);
    if (next >= 0) at = next + own.length;
    return next >= 0 || text.includes(own);
  });
  for (let index = whole.length - 2; index >= 0; index -= 1)
    if (whole[index]?.kind === 'heading') isMain[index] = isMain[index + 1] === true;
  return whole.filter((_, index) => isMain[index]);
}

/** A block's text without what layout adds. */
function letters(block: DocumentBlock): string {
  return blockText(block).replace(/^- |[\s|]+/g, '');
}

function lengthOf(blocks: readonly DocumentBlock[]): number {
  return blocks.reduce((length, block) => length + blockText(block).length, 0);
}

/** The encoding that a page says it has, in its first kilobyte as browsers look for it. */
function namedEncoding(bytes: Buffer): string | undefined {
  const beginning = bytes.subarray(0, 1_024).toString('latin1');
  return /(?:charset|encoding)\s*=\s*["']?\s*([\w-]{2,30})/i.exec(beginning)?.[1];
}
