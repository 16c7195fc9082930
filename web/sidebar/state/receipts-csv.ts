import type { Receipt } from '../../../src/contract/stream-events.ts';

const columns = [
  'at',
  'feature',
  'ticketId',
  'providerKind',
  'providerHost',
  'model',
  'promptVersion',
  'commentsSent',
  'sourcesSent',
  'valuesMasked',
  'inputTokens',
  'outputTokens',
  'costNanoUsd',
  'costQuality',
  'outcome',
  'durationMs',
  'id',
] as const satisfies readonly (keyof Receipt)[];

/** Receipts as comma-separated values (RFC 4180) with a line of names; no ticket text is in them. */
export function receiptsCsv(receipts: readonly Receipt[]): string {
  const lines = receipts.map((receipt) => columns.map((column) => cell(receipt[column])).join(','));
  return [columns.join(','), ...lines].join('\r\n');
}

function cell(value: string | number | null): string {
  const text = value === null ? '' : String(value);
  // A spreadsheet would run what begins so as a formula.
  const safe = typeof value === 'string' && /^[=+\-@\t]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
