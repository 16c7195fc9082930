import { CsvError, parse } from 'csv-parse/sync';
import type { DocumentBlock, KnowledgeDocument } from '../../../kernel/document-blocks.ts';
import { isQuestion, questionTable } from '../../../kernel/question-tables.ts';
import { decodeText } from './decode.ts';
import { refuseHtml } from './read-text.ts';
import { Refused } from './refused.ts';

const delimiters = [',', ';', '\t', '|'];
const mostColumns = 500;
const longestRow = 256 * 1024;
const sampleRows = 20;

/** Rows of a table, each as "column: value" lines; questions with answers where it holds these. */
export function readCsv(bytes: Buffer): KnowledgeDocument {
  const text = decodeText(bytes);
  refuseHtml(text);
  // Excel's own way to name the delimiter, in a line of its own.
  const named = /^sep=(.)\n/i.exec(text)?.[1];
  const body = named === undefined ? text : text.slice(6);
  const rows = parseRows(body, named ?? delimiterOf(body));
  if (rows.some((row) => row.length > mostColumns)) throw new Refused('too-large-inside');
  const [first, ...others] = rows;
  if (first === undefined) return { title: '', blocks: [] };
  const names = others.length > 0 && isHeader(first, others) ? first : undefined;
  const values = names === undefined ? rows : others;
  return { title: '', blocks: questionTable(names, values) ?? tableOf(names, values) };
}

function tableOf(
  names: readonly string[] | undefined,
  rows: readonly (readonly string[])[],
): readonly DocumentBlock[] {
  const lines = rows.map((row) =>
    row
      .map((value, at) =>
        value === '' || names?.[at] === undefined || names[at] === '' ? value : `${names[at]}: ${value}`,
      )
      .filter((line) => line !== '')
      .join(names === undefined ? ' | ' : '\n'),
  );
  return [{ kind: 'table', rows: lines }];
}

function parseRows(text: string, delimiter: string, to?: number): string[][] {
  try {
    return parse(text, {
      delimiter,
      ...(to !== undefined && { to }),
      relax_column_count: true,
      relax_quotes: true,
      skip_empty_lines: true,
      trim: true,
      max_record_size: longestRow,
    });
  } catch (error) {
    const isLong = error instanceof CsvError && error.code === 'CSV_MAX_RECORD_SIZE';
    throw new Refused(isLong ? 'too-large-inside' : 'unreadable');
  }
}

/** The delimiter that gives the most columns in the same number on most of the first rows. */
function delimiterOf(text: string): string {
  const scores = delimiters.map((delimiter) => {
    try {
      const counts = parseRows(text, delimiter, sampleRows).map((row) => row.length);
      const usual = counts.toSorted((a, b) => a - b)[Math.floor(counts.length / 2)] ?? 1;
      const alike = counts.filter((count) => count === usual).length / Math.max(1, counts.length);
      return usual > 1 ? alike * 100 + Math.min(usual, 50) : 0;
    } catch {
      return 0;
    }
  });
  return delimiters[scores.indexOf(Math.max(...scores))] ?? ',';
}

/** A first row of different short names, none of them a number or a question, over rows that are not all like it. */
function isHeader(first: readonly string[], others: readonly (readonly string[])[]): boolean {
  const named = first.filter((name) => name !== '');
  if (named.length < Math.max(1, first.length - 1) || new Set(named).size !== named.length) return false;
  if (named.some((name) => name.length > 60 || /^[\d\s.,%€$-]+$/.test(name) || isQuestion(name)))
    return false;
  return first.length > 1 || others.length > 1;
}
