import { extname } from 'node:path';
import { removeInvisible } from '../../kernel/invisible-characters.ts';
import { longestFileName, type TextFormat } from '../../ports/text-extractor.ts';

const formats: Readonly<Record<string, TextFormat>> = {
  '.pdf': 'pdf',
  '.docx': 'docx',
  '.txt': 'txt',
  '.text': 'txt',
  '.md': 'markdown',
  '.markdown': 'markdown',
  '.html': 'html',
  '.htm': 'html',
  '.xhtml': 'html',
  '.csv': 'csv',
  '.tsv': 'csv',
};

/** What a file's name says about it; what is in the file has to agree. */
export function readName(
  name: string,
):
  | { readonly kind: 'known'; readonly format: TextFormat; readonly title: string }
  | { readonly kind: 'refused'; readonly reason: 'unsafe-name' | 'unsupported' } {
  // Characters that turn the reading direction make "gpj.exe" look like "exe.jpg".
  const isPlain = removeInvisible(name).text === name && !/[\p{Cc}/\\]/u.test(name);
  if (!isPlain || name.length > longestFileName) return { kind: 'refused', reason: 'unsafe-name' };
  const ending = extname(name);
  const format = formats[ending.toLowerCase()];
  if (format === undefined) return { kind: 'refused', reason: 'unsupported' };
  const title = name.slice(0, -ending.length).replaceAll('_', ' ').replace(/\s+/g, ' ').trim();
  return { kind: 'known', format, title: title === '' ? name : title };
}
