import type { TicketSummary } from '../../../src/contract/copilot.ts';
import { isRecord } from '../../shared/zaf-client.ts';

/** The rows of a summary as far as they have arrived. */
export type SummaryRows = Pick<TicketSummary, 'wants' | 'facts' | 'happened' | 'open' | 'next' | 'changed'>;

/** Reads an unchecked, growing summary; what has not arrived or has the wrong shape is empty. */
export function readPartialSummary(value: unknown): SummaryRows {
  const fields = isRecord(value) ? value : {};
  return {
    wants: textOf(fields['wants']),
    facts: textsOf(fields['facts']),
    happened: textsOf(fields['happened']),
    open: textsOf(fields['open']),
    next: textOf(fields['next']) || null,
    changed: textsOf(fields['changed']),
  };
}

/** Whether any row has text. */
export function hasRows(rows: SummaryRows): boolean {
  const lists = [rows.facts, rows.happened, rows.open, rows.changed];
  return rows.wants !== '' || (rows.next ?? '') !== '' || lists.some((list) => list.length > 0);
}

const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
const textsOf = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string' && item !== '') : [];
