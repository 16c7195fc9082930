// Reads one file from stdin, answers through descriptor 3, and ends. Runs confined: see ../reader-process.ts.
import { writeSync } from 'node:fs';
import type { KnowledgeDocument } from '../../../kernel/document-blocks.ts';
import type { ExtractionRefusal } from '../../../kernel/extraction-refusals.ts';
import { largestText, type TextFormat } from '../../../ports/text-extractor.ts';
import { finishDocument } from './finish-document.ts';
import { Refused } from './refused.ts';

/** Loads only the reader that is needed: its code is most of the time that a small file takes. */
const readers: Readonly<
  Record<TextFormat, () => Promise<(bytes: Buffer) => Promise<KnowledgeDocument> | KnowledgeDocument>>
> = {
  pdf: async () => (await import('./pdf/read-pdf.ts')).readPdf,
  docx: async () => (await import('./docx/read-docx.ts')).readDocx,
  html: async () => (await import('./read-html-file.ts')).readHtmlFile,
  markdown: async () => (await import('./read-markdown.ts')).readMarkdown,
  csv: async () => (await import('./read-csv.ts')).readCsv,
  txt: async () => (await import('./read-text.ts')).readText,
};

/** Formats whose bytes are nearly all text: at most twice the text, in UTF-16. */
const plainFormats: ReadonlySet<TextFormat> = new Set(['txt', 'markdown', 'csv']);

async function takeIn(): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of process.stdin) parts.push(part as Buffer);
  return Buffer.concat(parts);
}

async function read(input: Buffer): Promise<KnowledgeDocument> {
  const begin = 4 + input.readUInt32BE(0);
  const heading = JSON.parse(input.toString('utf8', 4, begin)) as { format: TextFormat; title: string };
  // A copy of its own: some readers take the memory under a view for theirs.
  const bytes = Buffer.from(Uint8Array.prototype.slice.call(input, begin).buffer);
  if (plainFormats.has(heading.format) && bytes.length > 2 * largestText) throw new Refused('too-much-text');
  const { refusePolyglots } = await import('./sniff.ts');
  await refusePolyglots(heading.format, bytes);
  const reader = await readers[heading.format]();
  const document = await reader(bytes);
  return finishDocument(document.title === '' ? heading.title : document.title, document.blocks);
}

function reasonOf(error: unknown): ExtractionRefusal {
  if (error instanceof Refused) return error.reason;
  if (!(error instanceof RangeError)) return 'unreadable';
  return /call stack/.test(error.message) ? 'too-large-inside' : 'out-of-memory';
}

function answer(value: unknown): void {
  const bytes = Buffer.from(JSON.stringify(value));
  for (let at = 0; at < bytes.length;) at += writeSync(3, bytes, at);
}

const input = await takeIn();
// Nothing came: the server went away before it had a file.
if (input.length >= 4) answer(await read(input).catch((error: unknown) => ({ refused: reasonOf(error) })));
process.exit(0);
