import { describe, expect, it } from 'vitest';
import { findDuplicates, indexCandidates, type ComparedTicket } from './duplicates.ts';
import { sharedEvidence } from './shared-passages.ts';

const ticket = (id: number, text: string, more: Partial<ComparedTicket> = {}): ComparedTicket => ({
  id,
  requesterId: id,
  subject: '',
  text,
  createdAt: null,
  ...more,
});

const others = [
  ticket(1, 'How do I change the e-mail address of my account?'),
  ticket(2, 'The zipper of my tent jams every time, can it be exchanged?'),
  ticket(3, 'My parcel has not arrived, tracking has shown nothing for a week.'),
  ticket(4, 'Please send me the invoice for March once more.'),
  ticket(5, 'The app crashes when I open the camera on my phone.'),
];

describe('finding duplicates', () => {
  it('puts the ticket about the same matter first, in other words too', () => {
    const found = findDuplicates(
      ticket(9, 'Where is my package? The courier never delivered it.'),
      indexCandidates(others),
    );
    expect(found[0]).toMatchObject({ id: 3, kind: 'same-problem' });
  });

  it('finds the same matter in another language', () => {
    const found = findDuplicates(ticket(9, 'Ich brauche die Rechnung noch einmal'), indexCandidates(others));
    expect(found[0]?.id).toBe(4);
  });

  it('offers only the same requester as a merge candidate, and rates it higher', () => {
    const text = 'The zipper of the tent I bought jams';
    const index = indexCandidates([
      ...others,
      ticket(6, 'My tent zipper jams', { requesterId: 77, createdAt: '2026-03-02T10:00:00Z' }),
    ]);
    const rated = (requesterId: number | null) =>
      findDuplicates(ticket(9, text, { requesterId, createdAt: '2026-03-01T10:00:00Z' }), index).find(
        ({ id }) => id === 6,
      );
    expect(rated(77)?.kind).toBe('same-requester');
    expect(rated(78)?.kind).toBe('same-problem');
    expect(rated(null)?.kind).toBe('same-problem');
    expect(rated(77)?.likelihood).toBeGreaterThan(rated(78)?.likelihood ?? 1);
  });

  it('never takes two tickets without a known requester for the same person', () => {
    const index = indexCandidates([ticket(6, 'Broken lamp', { requesterId: null })]);
    expect(findDuplicates(ticket(9, 'Broken lamp', { requesterId: null }), index)[0]?.kind).toBe(
      'same-problem',
    );
  });

  it('lets a shared order number decide between like texts', () => {
    const index = indexCandidates([
      ...others,
      ticket(6, 'Order 4471-88321 is missing a part'),
      ticket(7, 'Order 4471-99001 is missing a part'),
    ]);
    const [best] = findDuplicates(ticket(9, 'A part is missing from my order, 4471-99001'), index);
    expect(best).toMatchObject({ id: 7, band: 'likely', shared: { entities: ['4471-99001'] } });
  });

  it('rates a shared number higher than a shared word', () => {
    const rated = (name: string) =>
      findDuplicates(
        ticket(9, `What is the state of ${name} that I paid last week?`),
        indexCandidates([...others, ticket(6, `${name} came too late, I want to send it back`)]),
      )[0];
    expect(rated('4471-99001')?.id).toBe(6);
    expect(rated('4471-99001')?.likelihood).toBeGreaterThan((rated('bicycle')?.likelihood ?? 1) + 0.2);
  });

  it('rates a copy as likely and a lone word in common as unlikely', () => {
    const index = indexCandidates(others);
    expect(findDuplicates(ticket(9, others[4]?.text ?? ''), index)[0]).toMatchObject({
      id: 5,
      band: 'likely',
    });
    const lone = indexCandidates([
      ticket(6, 'I want a refund because the blue paint of my bicycle peels off'),
    ]);
    const [weak] = findDuplicates(
      ticket(9, 'The hotel charged us twice for breakfast and parking, refund the second night'),
      lone,
    );
    expect(weak?.band).toBe('unlikely');
  });

  it('is not sure of a ticket that says too little', () => {
    const [best] = findDuplicates(ticket(9, 'tent zipper'), indexCandidates(others));
    expect(best?.id).toBe(2);
    expect(best?.band).not.toBe('likely');
  });

  it('leaves out the ticket itself and texts with nothing in common, and survives empty input', () => {
    const index = indexCandidates(others);
    expect(findDuplicates(ticket(3, others[2]?.text ?? ''), index).map(({ id }) => id)).not.toContain(3);
    expect(findDuplicates(ticket(9, 'zzz qqq'), index)).toEqual([]);
    expect(findDuplicates(ticket(9, ''), index)).toEqual([]);
    expect(findDuplicates(ticket(9, 'anything'), indexCandidates([]))).toEqual([]);
  });
});

describe('shared evidence', () => {
  it('writes what both texts say side by side, as each writes it', () => {
    const { passages, entities } = sharedEvidence(
      'The ZIPPER jams on order AB-10442',
      'zippers jam again, AB-10442',
      () => 1,
    );
    expect(passages[0]).toEqual({ here: 'ZIPPER jams', there: 'zippers jam' });
    expect(entities).toEqual(['ab-10442']);
  });

  it('says nothing of words that are not telling', () => {
    expect(sharedEvidence('same words', 'same words', () => 0).passages).toEqual([]);
  });
});
