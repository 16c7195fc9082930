import { expect, test } from 'vitest';
import type { Receipt } from '../../../src/contract/stream-events.ts';
import { receiptsCsv } from './receipts-csv.ts';

const receipt = {
  id: 'r1',
  feature: 'ask',
  ticketId: 35,
  at: '2026-11-25T10:00:00Z',
  providerKind: 'openai-compatible',
  providerHost: '=HYPERLINK("x")',
  model: 'llama, small',
  costNanoUsd: null,
  outcome: 'ok',
  durationMs: 12,
} as Receipt;

test('receiptsCsv quotes what would break a line and keeps formulas from running', () => {
  const [head = '', line = '', ...rest] = receiptsCsv([receipt]).split('\r\n');
  expect(rest).toEqual([]);
  expect(head.startsWith('at,feature,ticketId,')).toBe(true);
  expect(line).toContain(`"'=HYPERLINK(""x"")","llama, small"`);
  expect(line.endsWith(',ok,12,r1')).toBe(true);
});
