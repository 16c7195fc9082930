import { AboutTicket, Escalation } from '../../contract/abilities.ts';
import { defineFeature } from '../define-feature.ts';
import { ticketRisk } from '../evidence/ticket-risk.ts';

export const predictEscalation = defineFeature({
  name: 'predict-escalation',
  title: 'Risk',
  input: AboutTicket,
  output: Escalation,
  opensWithTicket: true,
  evidence: {
    needs: ['ticket', 'lead', 'course'],
    answer: ({ ticket, lead, course }, _, now) => ticketRisk(ticket, lead, now, course),
  },
});
