import { AboutTicket, TriageProposal } from '../../contract/abilities.ts';
import { defineFeature } from '../define-feature.ts';

export const triageTicket = defineFeature({
  name: 'triage-ticket',
  title: 'Triage',
  input: AboutTicket,
  output: TriageProposal,
  opensWithTicket: true,
  evidence: { needs: ['proposal'], answer: ({ proposal }) => proposal },
});
