import type { TriageProposal } from '../../../src/contract/abilities.ts';
import { pathOfField } from './ticket-form.ts';

export type Tie = TriageProposal['values'][number];

/** Fields that the solved tickets leave open and a model has not been asked about; only those that can be set from here. */
export const openTies = (proposal: TriageProposal | null): readonly Tie[] =>
  (proposal?.values ?? []).filter(
    ({ field, candidates, decidedBy }) =>
      candidates.length > 1 && decidedBy === 'solved-tickets' && pathOfField(field) !== null,
  );
