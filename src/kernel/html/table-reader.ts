import type { DocumentBlock } from '../document-blocks.ts';
import { questionTable } from '../question-tables.ts';

const mostColumns = 200;

interface Cell {
  readonly text: string;
  readonly isHeader: boolean;
}

/** Collects the cells of one HTML table and says what they are: a table, questions with answers, or only a frame around text. */
export class TableReader {
  private readonly rows: Cell[][] = [];
  /** Cells that reach down from rows above, by column. */
  private readonly reaching = new Map<number, { readonly text: string; left: number }>();
  /** The table only arranges a page: its cells are text of their own. */
  isLayout = false;

  startRow(): void {
    this.rows.push([]);
    this.fillFromAbove();
  }

  addCell(text: string, isHeader: boolean, columns: number, rowsDown: number): void {
    if (this.rows.length === 0) this.startRow();
    const row = this.rows.at(-1) ?? [];
    if (row.length >= mostColumns) return;
    if (rowsDown > 1) this.reaching.set(row.length, { text, left: Math.min(rowsDown, 1_000) - 1 });
    row.push({ text, isHeader });
    for (let more = 1; more < Math.min(columns, mostColumns); more += 1) row.push({ text: '', isHeader });
    this.fillFromAbove();
  }

  /** Everything collected so far, as blocks; the reader is empty afterwards. */
  take(): readonly DocumentBlock[] {
    const rows = this.rows.splice(0).filter((row) => row.some(({ text }) => text !== ''));
    this.reaching.clear();
    if (this.isLayout || rows.every((row) => row.filter(({ text }) => text !== '').length < 2))
      return rows.flat().flatMap(({ text }) => (text === '' ? [] : [{ kind: 'text', text }]));
    const [first, ...others] = rows;
    const named = first?.every(({ isHeader }) => isHeader) === true && others.length > 0;
    const names = named ? first.map(({ text }) => text) : undefined;
    const values = (named ? others : rows).map((row) => row.map(({ text }) => text));
    return (
      questionTable(names, values) ?? [
        {
          kind: 'table',
          ...(names !== undefined && { header: names.join(' | ') }),
          rows: values.map((row) => row.join(' | ')),
        },
      ]
    );
  }

  private fillFromAbove(): void {
    const row = this.rows.at(-1);
    if (row === undefined) return;
    for (let at = row.length; ; at += 1) {
      const cell = this.reaching.get(at);
      if (cell === undefined || row.length >= mostColumns) return;
      row.push({ text: cell.text, isHeader: false });
      cell.left -= 1;
      if (cell.left === 0) this.reaching.delete(at);
    }
  }
}
