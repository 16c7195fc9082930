import { usualSize, type PdfLine } from './pdf-lines.ts';

// Headers and footers stand in this much of a page's height at its top or bottom, in letters no larger than usual.
const edge = 0.1;
const largerThanUsual = 1.1;
const fewestPages = 3;
const leastShare = 0.4;

export interface PdfPage {
  readonly lines: readonly PdfLine[];
  /** The page's lower and upper end, in points. */
  readonly bottom: number;
  readonly top: number;
}

/** Lines of each page without what stands on many of them at the same place, page numbers counted as the same. */
export function withoutRepeated(pages: readonly PdfPage[]): readonly (readonly PdfLine[])[] {
  const usual = usualSize(pages.flatMap(({ lines }) => lines));
  const seen = new Map<string, number>();
  for (const page of pages)
    for (const key of new Set(edgeLines(page, usual).map(keyOf))) seen.set(key, (seen.get(key) ?? 0) + 1);
  const often = Math.max(fewestPages, pages.length * leastShare);
  return pages.map((page, index) => {
    const edges = new Set(
      edgeLines(page, usual).filter(
        (line) => (seen.get(keyOf(line)) ?? 0) >= often || isNumberOf(line, index + 1),
      ),
    );
    return page.lines.filter((line) => !edges.has(line));
  });
}

function edgeLines({ lines, bottom, top }: PdfPage, usual: number): readonly PdfLine[] {
  const height = (top - bottom) * edge;
  return lines.filter(
    ({ y, size }) => size <= usual * largerThanUsual && (y > top - height || y < bottom + height),
  );
}

function keyOf({ text, y }: PdfLine): string {
  return `${Math.round(y / 4)} ${text.replace(/\d+/g, '#').toLowerCase()}`;
}

/** A line of nothing but the number of its page. */
function isNumberOf({ text }: PdfLine, page: number): boolean {
  const number =
    /^[^\p{L}\p{N}]*(?:(?:page|seite|página|pagina|strona|p\.|s\.)\s*)?(\d{1,4})(?:\s*(?:\/|of|von|de|sur|di)\s*\d{1,4})?[^\p{L}\p{N}]*$/iu.exec(
      text,
    )?.[1];
  return number !== undefined && Number(number) === page;
}
