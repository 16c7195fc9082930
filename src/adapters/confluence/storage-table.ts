interface Cell {
  text: string;
  readonly header: boolean;
  readonly columns: number;
  /** Rows below that the cell also stands in. */
  rowsLeft: number;
}

const widestSpan = 50;
const tallestSpan = 500;

const spanOf = (value: string | undefined, most: number): number => {
  const span = Number.parseInt(value ?? '', 10);
  return span >= 1 ? Math.min(span, most) : 1;
};

/** A table while it is read: cells with their spans, told as one line a row. */
export class StorageTable {
  readonly #rows: Cell[][] = [];
  #cell: Cell | undefined;

  openRow(): void {
    this.#rows.push([]);
    this.#cell = undefined;
  }

  openCell(header: boolean, colspan: string | undefined, rowspan: string | undefined): void {
    if (this.#rows.length === 0) this.openRow();
    this.#cell = {
      text: '',
      header,
      columns: spanOf(colspan, widestSpan),
      rowsLeft: spanOf(rowspan, tallestSpan) - 1,
    };
    this.#rows.at(-1)?.push(this.#cell);
  }

  /** Adds a piece of text to the open cell; text between cells has no place and is dropped. */
  add(text: string): void {
    if (this.#cell === undefined) return;
    this.#cell.text = this.#cell.text === '' ? text : `${this.#cell.text}; ${text}`;
  }

  closeCell(): void {
    this.#cell = undefined;
  }

  /** Each row as "column: value" parts where the first row or column names them, joined by " | ". */
  rows(): string[] {
    const grid = this.#grid();
    const [first, ...rest] = grid;
    const names =
      first !== undefined && rest.length > 0 && first.every((cell) => cell?.header === true)
        ? first
        : undefined;
    return (names === undefined ? grid : rest).map((row) => rowText(row, names)).filter((row) => row !== '');
  }

  /** Cells by row and column; a cell that spans columns stands in the first of them. */
  #grid(): (Cell | undefined)[][] {
    const above = new Map<number, Cell>();
    return this.#rows.map((cells) => {
      const row: (Cell | undefined)[] = [];
      const takeFromAbove = (): void => {
        for (let cell = above.get(row.length); cell !== undefined; cell = above.get(row.length)) {
          if (cell.rowsLeft-- <= 1) above.delete(row.length);
          row.push(cell);
        }
      };
      for (const cell of cells) {
        takeFromAbove();
        if (cell.rowsLeft > 0) above.set(row.length, cell);
        row.push(cell);
        for (let column = 1; column < cell.columns; column += 1) row.push(undefined);
      }
      takeFromAbove();
      return row;
    });
  }
}

function rowText(
  row: readonly (Cell | undefined)[],
  names: readonly (Cell | undefined)[] | undefined,
): string {
  const [first, ...others] = row;
  if (names === undefined && first?.header === true && others.some((cell) => cell !== undefined))
    return `${first.text}: ${joined(others.map((cell) => cell?.text ?? ''))}`;
  return joined(
    row.map((cell, column) => {
      const name = names?.[column]?.text ?? '';
      const text = cell?.text ?? '';
      return name === '' || text === '' ? text : `${name}: ${text}`;
    }),
  );
}

const joined = (parts: readonly string[]): string => parts.filter((part) => part !== '').join(' | ');
