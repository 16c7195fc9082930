/** Lines as CSV (RFC 4180). */
export const csvOf = (lines: readonly (readonly string[])[]): string =>
  `${lines.map((cells) => cells.map(cell).join(',')).join('\r\n')}\r\n`;

/** Quoted, and with an apostrophe before what a spreadsheet would take for a formula. */
function cell(text: string): string {
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) || safe !== text ? `"${safe.replaceAll('"', '""')}"` : safe;
}
