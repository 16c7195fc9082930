import { expect, it } from 'vitest';
import type { TriageProposal } from '../../../src/contract/abilities.ts';
import { openTies } from './triage-ties.ts';

const candidate = (value: string) => ({ value, valueTitle: value, evidence: [] });
const value = (more: Partial<TriageProposal['values'][number]>): TriageProposal['values'][number] => ({
  field: 'priority',
  title: 'Priority',
  value: 'high',
  valueTitle: 'High',
  current: null,
  certainty: 50,
  band: 'low',
  evidence: [],
  candidates: [candidate('high'), candidate('low')],
  decidedBy: 'solved-tickets',
  ...more,
});

it('takes what solved tickets leave open, and neither what is decided nor what cannot be set', () => {
  const open = value({});
  const values = [
    open,
    value({ field: 'type', candidates: [] }),
    value({ field: 'type', candidates: [candidate('incident')] }),
    value({ field: 'group_id', decidedBy: 'model' }),
    value({ field: 'unknown' }),
  ];
  expect(openTies({ values, compared: 10 })).toEqual([open]);
  expect(openTies(null)).toEqual([]);
});
