import type { DocumentBlock } from '../../../../kernel/document-blocks.ts';
import { joinLines, paragraphsToBlocks } from '../paragraphs.ts';
import { rounded, usualSize, type PdfLine } from './pdf-lines.ts';

const longestHeading = 160;
const headingGrowth = 1.15;

interface Paragraph {
  readonly page: number;
  readonly size: number;
  readonly lines: PdfLine[];
}

/** Lines of all pages as blocks, with the page on which each begins. */
export function pagesToBlocks(pages: readonly (readonly PdfLine[])[]): readonly DocumentBlock[] {
  const body = usualSize(pages.flat());
  const paragraphs = joinAcrossPages(pages.flatMap((page) => paragraphsOf(page)));
  const sizes = [...new Set(paragraphs.filter((one) => isHeading(one, body)).map(({ size }) => size))].sort(
    (a, b) => b - a,
  );
  return paragraphs.flatMap((paragraph): readonly DocumentBlock[] => {
    const { page, lines, size } = paragraph;
    if (isHeading(paragraph, body))
      return [{ kind: 'heading', level: Math.min(sizes.indexOf(size) + 1, 6), text: text(lines), page }];
    if (lines.length > 1 && lines.every((line) => line.text.includes(' | ')))
      return [{ kind: 'table', rows: lines.map((line) => line.text), page }];
    return paragraphsToBlocks(mendHyphens(lines.map((line) => line.text)).join('\n')).map((block) => ({
      ...block,
      page,
    }));
  });
}

/** A new paragraph begins after a gap, with another size of letters, at the top of another column, and around tables. */
function paragraphsOf(page: readonly PdfLine[]): readonly Paragraph[] {
  const paragraphs: Paragraph[] = [];
  let before: PdfLine | undefined;
  for (const line of page) {
    const open = paragraphs.at(-1);
    const fall = before === undefined ? Infinity : before.y - line.y;
    const goesOn =
      open !== undefined &&
      before !== undefined &&
      fall >= 0 &&
      fall <= Math.max(line.size, before.size) * 1.65 &&
      rounded(line.size) === open.size &&
      before.text.includes(' | ') === line.text.includes(' | ');
    if (goesOn) open.lines.push(line);
    else paragraphs.push({ page: line.page, size: rounded(line.size), lines: [line] });
    before = line;
  }
  return paragraphs;
}

/** A sentence that a page's end has parted. */
function joinAcrossPages(paragraphs: readonly Paragraph[]): readonly Paragraph[] {
  const joined: Paragraph[] = [];
  for (const paragraph of paragraphs) {
    const before = joined.at(-1);
    const goesOn =
      before !== undefined &&
      before.lines.at(-1)?.page === paragraph.page - 1 &&
      before.size === paragraph.size &&
      /[\p{L},-]$/u.test(before.lines.at(-1)?.text ?? '') &&
      /^\p{Ll}/u.test(paragraph.lines[0]?.text ?? '');
    if (goesOn) before.lines.push(...paragraph.lines);
    else joined.push(paragraph);
  }
  return joined;
}

function isHeading({ size, lines }: Paragraph, body: number): boolean {
  const length = lines.reduce((sum, line) => sum + line.text.length, 0);
  return (
    size >= body * headingGrowth && length <= longestHeading && lines.some((line) => /\p{L}/u.test(line.text))
  );
}

function text(lines: readonly PdfLine[]): string {
  return joinLines(mendHyphens(lines.map((line) => line.text)));
}

// "Kunden- und" keeps its hyphen: it stands for the rest of the word.
const suspended = /^(?:und|oder|bzw|sowie|and|or|et|ou|y|o|e|en|of)\b/u;

/** Words that were parted at the end of a line are whole again, on the line where they begin. */
function mendHyphens(lines: readonly string[]): readonly string[] {
  const mended: string[] = [];
  for (const line of lines) {
    const before = mended.at(-1);
    const parted = before !== undefined && /\p{L}[-\u00AD\u2010]$/u.test(before) && /^\p{Ll}/u.test(line);
    if (parted && !suspended.test(line)) {
      const [rest = '', ...others] = line.split(' ');
      mended[mended.length - 1] = before.slice(0, -1) + rest;
      if (others.length > 0) mended.push(others.join(' '));
    } else mended.push(line);
  }
  return mended;
}
