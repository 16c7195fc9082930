import type { KnowledgeDocument } from '../../../kernel/document-blocks.ts';
import { decodeText } from './decode.ts';
import { paragraphsToBlocks } from './paragraphs.ts';
import { Refused } from './refused.ts';

/** Plain text: paragraphs, items, questions with answers. */
export function readText(bytes: Buffer): KnowledgeDocument {
  const text = decodeText(bytes);
  refuseHtml(text);
  return { title: '', blocks: paragraphsToBlocks(text) };
}

/** A page that is named as text would be shown as a page by a browser that looks inside. */
export function refuseHtml(text: string): void {
  if (/^\s*(?:<\?xml[^>]{0,200}>\s*)?<(?:!doctype\s+html|html|head|body|script|svg)\b/i.test(text))
    throw new Refused('wrong-format');
}
