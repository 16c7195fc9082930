import { describe, expect, it } from 'vitest';
import { assessEscalation, type EscalationCase } from './escalation.ts';
import { courseOf, noCourse } from './ticket-course.ts';
import { escalationSignals } from './escalation-signals.ts';

const calm: EscalationCase = {
  messages: [],
  priority: null,
  tags: [],
  reopens: 0,
  waitMinutes: null,
  minutesToTarget: null,
  badRating: false,
  noReplyMinutes: null,
  course: noCourse,
};
const wrote = (...texts: string[]): EscalationCase => ({
  ...calm,
  messages: texts.map((text) => ({ author: 'customer' as const, text })),
});
const signals = (given: EscalationCase): string[] =>
  assessEscalation(given).reasons.map(({ signal }) => signal);

describe('escalation risk', () => {
  it.each([
    'This is the third time I ask. Your service is a disgrace and nobody answers!!',
    'Zum dritten Mal: das ist eine Frechheit, niemand antwortet, ich kündige!',
    'C’est inadmissible, toujours aucune réponse, je vais résilier !!',
    'Es una vergüenza, nadie responde y sigo esperando. Voy a cancelar mi contrato!!',
    'Isso é um absurdo, ninguém responde e ainda estou esperando. Vou cancelar!!',
  ])('sees an angry customer: %s', (text) => {
    expect(assessEscalation(wrote(text)).level).not.toBe('low');
  });

  it.each([
    'Could you please tell me how to change my address? Thanks!',
    'Könnten Sie mir bitte die Rechnung schicken? Vielen Dank!',
    'Pouvez-vous m’envoyer la facture, s’il vous plaît ? Merci beaucoup',
    '¿Puede enviarme la factura, por favor? Muchas gracias',
    'Poderia me enviar a fatura, por favor? Muito obrigado',
    'The terrine and the shitake soup were on the menu, is the kitchen open?',
  ])('leaves a calm customer alone: %s', (text) => {
    expect(assessEscalation(wrote(text))).toMatchObject({ level: 'low', sentence: null });
  });

  it('adds up: the score is the sum of its reasons', () => {
    const { score, reasons } = assessEscalation({
      ...wrote('This is terrible.', 'Why do you ignore me?'),
      priority: 'high',
      reopens: 1,
    });
    expect(score).toBe(reasons.reduce((sum, { points }) => sum + points, 0));
    expect(score).toBeLessThan(100);
  });

  it('names the sentence that weighs most, as it is written', () => {
    const { sentence, reasons } = assessEscalation(
      wrote('Hello there. I ordered on Monday. This is the WORST service ever! Regards'),
    );
    expect(sentence).toBe('This is the WORST service ever!');
    expect(reasons.find(({ signal }) => signal === 'strong-words')?.sentence).toBe(sentence);
  });

  it.each([
    ['priority-urgent', { priority: 'urgent' }],
    ['priority-high', { priority: 'high' }],
    ['target-missed', { minutesToTarget: -1 }],
    ['target-near', { minutesToTarget: 60 }],
    ['waiting-days', { waitMinutes: 2 * 24 * 60 }],
    ['reopened', { reopens: 2 }],
    ['bad-rating', { badRating: true }],
    ['important-customer', { tags: ['VIP'] }],
    ['no-reply-days', { noReplyMinutes: 3 * 24 * 60 }],
    ['reopened', { course: { ...noCourse, reopens: 1 } }],
    ['bad-rating', { course: { ...noCourse, ratedBad: true } }],
    ['priority-raised', { course: { ...noCourse, priorityRises: 1 } }],
    ['many-agents', { course: { ...noCourse, agents: 3 } }],
    ['many-groups', { course: { ...noCourse, groups: 2 } }],
    ['bad-ratings-before', { course: { ...noCourse, badRatingsBefore: 2 } }],
  ] as const)('counts %s from the ticket', (signal, change) => {
    expect(signals(calm)).toEqual([]);
    expect(signals({ ...calm, ...change })).toEqual([signal]);
  });

  it('counts neither the first agent nor the first group', () => {
    expect(signals({ ...calm, course: { ...noCourse, agents: 1, groups: 1 } })).toEqual([]);
  });

  it('reads off the audits what a ticket went through', () => {
    const steps = [
      { field: 'assignee_id', from: null, to: '9001' },
      { field: 'priority', from: null, to: 'normal' },
      { field: 'status', from: 'open', to: 'solved' },
      { field: 'status', from: 'solved', to: 'closed' },
      { field: 'status', from: 'solved', to: 'open' },
      { field: 'group_id', from: '702', to: '703' },
      { field: 'assignee_id', from: '9001', to: '9002' },
      { field: 'assignee_id', from: '9002', to: '9001' },
      { field: 'priority', from: 'normal', to: 'urgent' },
      { field: 'priority', from: 'urgent', to: 'low' },
      { field: 'satisfaction_score', from: 'offered', to: 'bad' },
      { field: 'satisfaction_score', from: 'bad', to: 'good' },
    ];
    const audits = steps.map((change, id) => ({
      id,
      deliveryId: null,
      authorId: 9001,
      createdAt: '2026-11-01T00:00:00Z',
      changes: [change],
    }));
    expect(courseOf(audits, [])).toEqual({
      reopens: 1,
      priorityRises: 1,
      agents: 2,
      groups: 2,
      ratedBad: true,
      badRatingsBefore: 0,
    });
  });

  it('counts each further message without an answer', () => {
    const asked = wrote('Is it shipped?', 'Is it shipped?', 'Is it shipped?');
    const point = escalationSignals['unanswered-messages'].points;
    const pointsOf = (given: EscalationCase) =>
      assessEscalation(given).reasons.find(({ signal }) => signal === 'unanswered-messages')?.points;
    expect(pointsOf(asked)).toBe(2 * point);
    expect(
      pointsOf({ ...asked, messages: [...asked.messages, { author: 'agent', text: 'Yes.' }] }),
    ).toBeUndefined();
  });

  it('does not blame the customer for the words of the agent', () => {
    expect(
      signals({ ...calm, messages: [{ author: 'agent', text: 'This was a terrible mistake of ours!!' }] }),
    ).toEqual([]);
  });

  it('takes changed points, and none for a signal set to 0', () => {
    const urgent = { ...calm, priority: 'urgent' };
    expect(assessEscalation(urgent, { 'priority-urgent': 60 })).toMatchObject({ score: 60, level: 'high' });
    expect(assessEscalation(urgent, { 'priority-urgent': 0 }).reasons).toEqual([]);
  });

  it('reads a very long message in reasonable time', () => {
    const long = `${'no! '.repeat(20_000)}${'a'.repeat(50_000)}`;
    expect(assessEscalation(wrote(long)).score).toBeLessThanOrEqual(100);
  });
});
