/** A run of text as PDF.js gives it. */
export interface PageItem {
  readonly str?: string;
  /** Scale, skew and, as its last two, the place from the lower left corner. */
  readonly transform?: readonly number[];
  readonly width?: number;
  readonly hasEOL?: boolean;
}

/** A line of a page, in points from the lower left corner. */
export interface PdfLine {
  readonly page: number;
  readonly text: string;
  readonly x: number;
  readonly y: number;
  /** Of its letters. */
  readonly size: number;
}

interface OpenLine {
  readonly x: number;
  readonly y: number;
  parts: string;
  size: number;
  from: number;
  to: number;
}

// A gap of this many letter sizes parts the cells of a table.
const cellGap = 2;

/** Joins runs that stand on the same height, in the order in which the file draws them. */
export function linesOfPage(items: readonly PageItem[], page: number): PdfLine[] {
  const lines: OpenLine[] = [];
  let open: OpenLine | undefined;
  for (const { str = '', transform = [], width = 0 } of items) {
    if (str === '') continue;
    const [, , c = 0, d = 0, x = 0, y = 0] = transform;
    const size = Math.hypot(c, d);
    const isSpace = str.trim() === '';
    if (open === undefined || (!isSpace && Math.abs(y - open.y) > Math.max(size, open.size) * 0.5)) {
      if (isSpace) continue;
      open = { x, y, parts: str, size, from: x, to: x + width };
      lines.push(open);
      continue;
    }
    if (isSpace) {
      open.parts += ' ';
      continue;
    }
    // Right-to-left lines grow to the left.
    const gap = Math.max(x - open.to, open.from - (x + width));
    open.parts += gap > size * cellGap ? ` | ${str}` : str;
    open.size = Math.max(open.size, size);
    open.from = Math.min(open.from, x);
    open.to = Math.max(open.to, x + width);
  }
  return lines.flatMap(({ parts, x, y, size }) => {
    const text = parts
      .replace(/\s+/g, ' ')
      .replace(/(?: ?\| ?)+/g, ' | ')
      .trim();
    return text === '' || text === '|' ? [] : [{ page, text, x, y, size }];
  });
}

/** The size of most letters. */
export function usualSize(lines: readonly PdfLine[]): number {
  const letters = new Map<number, number>();
  for (const { size, text } of lines)
    letters.set(rounded(size), (letters.get(rounded(size)) ?? 0) + text.length);
  return [...letters].reduce((most, next) => (next[1] > most[1] ? next : most), [0, 0])[0];
}

/** Sizes that a reader takes for the same are the same. */
export function rounded(size: number): number {
  return Math.round(size * 2) / 2;
}
