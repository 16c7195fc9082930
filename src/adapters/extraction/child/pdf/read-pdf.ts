import { getDocumentProxy } from 'unpdf';
import type { KnowledgeDocument } from '../../../../kernel/document-blocks.ts';
import { largestText } from '../../../../ports/text-extractor.ts';
import { Refused } from '../refused.ts';
import { linesOfPage, type PageItem, type PdfLine } from './pdf-lines.ts';
import { pagesToBlocks } from './pdf-paragraphs.ts';
import { withoutRepeated, type PdfPage } from './repeated-lines.ts';

const mostPages = 3_000;

type PdfDocument = Awaited<ReturnType<typeof getDocumentProxy>>;

/** A PDF, page by page: paragraphs, headings by their size, tables by their gaps. A scan has no text and is refused as such. */
export async function readPdf(bytes: Buffer): Promise<KnowledgeDocument> {
  const pdf = await open(bytes);
  if (pdf.numPages > mostPages) throw new Refused('too-large-inside');
  const pages: PdfPage[] = [];
  let length = 0;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    const lines = linesOfPage(items as readonly PageItem[], number);
    page.cleanup();
    for (const { text } of lines) length += text.length;
    if (length > largestText) throw new Refused('too-much-text');
    const [, bottom = 0, , top = 0] = page.view;
    pages.push({ lines, bottom, top });
  }
  refuseUnmapped(pages.flatMap(({ lines }) => lines));
  return { title: '', blocks: pagesToBlocks(withoutRepeated(pages)) };
}

async function open(bytes: Buffer): Promise<PdfDocument> {
  try {
    return await getDocumentProxy(new Uint8Array(bytes), {
      verbosity: 0,
      disableFontFace: true,
      useSystemFonts: false,
      useWasm: false,
      enableXfa: false,
      isOffscreenCanvasSupported: false,
      isImageDecoderSupported: false,
    });
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    if (name === 'PasswordException') throw new Refused('encrypted');
    throw error instanceof RangeError ? error : new Refused('unreadable');
  }
}

/** Fonts that do not say which letters their shapes are give characters that mean nothing: as good as a scan. */
function refuseUnmapped(lines: readonly PdfLine[]): void {
  let [all, unmapped] = [0, 0];
  for (const { text } of lines) {
    all += text.length;
    unmapped += text.match(/[\uE000-\uF8FF\uFFFD]/g)?.length ?? 0;
  }
  if (unmapped * 3 > all) throw new Refused('no-text');
}
