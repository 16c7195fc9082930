import { Parser } from 'htmlparser2';
import type { KnowledgeDocument } from '../document-blocks.ts';
import { BlockReader, Enough } from './block-reader.ts';

/**
 * Readable blocks of HTML or of Confluence's storage format: headings, paragraphs, items, code, tables, questions with
 * answers. Nothing that a reader of the page cannot see, no menus, no scripts, no addresses of links and pictures.
 * Pure, and in time linear in the length; never throws.
 */
export function htmlToDocument(html: string, title: string): KnowledgeDocument {
  return { title, blocks: readHtml(html).blocks };
}

/** The same with what the page itself has as its title ('' when it has none). */
export function readHtml(html: string): KnowledgeDocument {
  const isStorageFormat = /<(?:ac|ri):/.test(html);
  const reader = new BlockReader();
  const parser = new Parser(reader, {
    decodeEntities: true,
    recognizeCDATA: isStorageFormat,
    recognizeSelfClosing: isStorageFormat,
  });
  try {
    parser.write(html);
    parser.end();
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return reader.finish();
}
