import { describe, expect, it } from 'vitest';
import { readText } from '../ranking/text-features.ts';
import { indexReplies, rankReplies } from './reply-match.ts';

const replies = [
  'You can download the invoice under Account, Billing.',
  'Please send us your booking reference and we will check the flight.',
  'Please restart the router and tell us which lights are on.',
  'We are glad that it works again. Have a good day!',
].map(readText);

const first = (
  texts: readonly string[],
  answered: Parameters<typeof indexReplies>[1] = [],
): number | undefined => rankReplies(indexReplies(replies, answered), texts)[0]?.index;

describe('ranking replies', () => {
  it('finds a reply that shares no word, by what such a reply usually asks', () => {
    expect(first(['Our wifi has been dead since this morning'])).toBe(2);
    expect(first(['The plane left without us and the airline does not pick up'])).toBe(1);
  });

  it('expects a reply to ask for what belongs to the question, though it names nothing of it', () => {
    const asking = ['Which size and colour, please?', 'Which lights do you see on the box?'].map(readText);
    const ranked = rankReplies(indexReplies(asking), ['The wifi does not work']);
    expect(ranked[0]?.index).toBe(1);
    expect(ranked[0]?.sharedTerms).toEqual([]);
    expect(ranked[0]?.score).toBeGreaterThan(0);
  });

  it('reads all the customer wrote, not the last message alone', () => {
    expect(first(['I need an invoice for my order', 'Hello? Anybody there?'])).toBe(0);
  });

  it('learns from what agents answered to similar questions', () => {
    const question = ['The frobnicator blinks twice'];
    const answered = [
      {
        question: 'My frobnicator blinks and beeps',
        answer: 'Please restart it, look at the lights and tell us.',
      },
      { question: 'I lost my hat', answer: 'Have a look in the shop.' },
    ].map(({ question: asked, answer }) => ({ question: readText(asked), answer: readText(answer) }));
    const ranked = rankReplies(indexReplies(replies, answered), question);
    expect(ranked[0]).toMatchObject({ index: 2, fromAnswers: 1 });
    expect(rankReplies(indexReplies(replies), question).every(({ score }) => score === 0)).toBe(true);
  });

  it('names the terms in common and ranks every reply, without any text too', () => {
    const ranked = rankReplies(indexReplies(replies), ['Where is my invoice?']);
    expect(ranked).toHaveLength(replies.length);
    expect(ranked[0]).toMatchObject({ index: 0, sharedTerms: ['invoic'] });
    expect(rankReplies(indexReplies(replies), [])).toHaveLength(replies.length);
    expect(rankReplies(indexReplies([]), ['x'])).toEqual([]);
  });
});
