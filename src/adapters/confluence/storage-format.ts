import { Parser } from 'htmlparser2';
import type { KnowledgeDocument } from '../../ports/knowledge-document.ts';
import { StorageReader } from './storage-reader.ts';

/** Longest storage format that is read, characters; what comes after is left out. */
const longestStorage = 4_000_000;
/** No page nests like this; the parser below becomes slow when one does, so the rest of it is left out. */
const deepestNesting = 500;
const pieceLength = 16_384;

/**
 * The readable blocks of a page in Confluence's storage format, which is XHTML with elements of its own. Read leniently
 * and without entities from outside: HTML's own are known, any other stays text.
 */
export function readStorageFormat(title: string, storage: string): KnowledgeDocument {
  const reader = new StorageReader();
  const parser = new Parser(
    {
      onopentag: (name, attributes) => reader.open(name, attributes),
      ontext: (text) => reader.text(text),
      onclosetag: (name) => reader.close(name),
    },
    { lowerCaseTags: true, recognizeCDATA: true, recognizeSelfClosing: true, decodeEntities: true },
  );
  const end = Math.min(storage.length, longestStorage);
  for (let at = 0; at < end && reader.depth <= deepestNesting; at += pieceLength)
    parser.write(storage.slice(at, Math.min(at + pieceLength, end)));
  parser.end();
  return { title: title.replace(/\s+/g, ' ').trim(), blocks: reader.finish() };
}
