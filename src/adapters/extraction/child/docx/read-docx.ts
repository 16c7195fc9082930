import mammoth from 'mammoth';
import type { KnowledgeDocument } from '../../../../kernel/document-blocks.ts';
import { readHtml } from '../../../../kernel/html/html-to-document.ts';
import { Refused } from '../refused.ts';
import { docxParts } from './docx-parts.ts';
import { withoutHiddenRuns } from './hidden-runs.ts';

const styles = [
  "p[style-name='Title'] => h1:fresh",
  "p[style-name='Subtitle'] => p:fresh",
  "p[style-name='Heading 7'] => h6:fresh",
];

/** A Word document: headings, items, tables, footnotes; no pictures, no hidden text, nothing from outside of the file. */
export async function readDocx(bytes: Buffer): Promise<KnowledgeDocument> {
  const parts = await docxParts(bytes);
  if (
    !parts.has('[Content_Types].xml') ||
    ![...parts.keys()].some((name) => /^word\/document\d*\.xml$/.test(name))
  )
    throw new Refused('wrong-format');
  // Mammoth gets the parts that were weighed, and never opens the archive with a reader of its own.
  const file = {
    exists: (name: string) => parts.has(name),
    read: async (name: string, encoding?: string) => {
      const part = parts.get(name);
      if (part === undefined) throw new Refused('unreadable');
      return encoding === undefined ? part : withoutHiddenRuns(part.toString('utf8'));
    },
  };
  const { value } = await mammoth.convertToHtml({ file } as unknown as { buffer: Buffer }, {
    styleMap: styles,
    externalFileAccess: false,
    convertImage: mammoth.images.imgElement(async () => ({ src: '' })),
  });
  return { title: '', blocks: readHtml(value).blocks };
}
