import { describe, expect, it } from 'vitest';
import { type IntentExamples, trainIntentClassifier } from './intent.ts';

const intents: readonly IntentExamples[] = [
  {
    name: 'return_item',
    examples: [
      'How can I send back the tent I bought?',
      'I want to return my sleeping bag',
      'Can I give the boots back and get another size?',
      'What is the address for returns?',
      'The jacket does not fit, how do I return it?',
    ],
  },
  {
    name: 'delivery_status',
    examples: [
      'Where is my parcel?',
      'The delivery is three days late',
      'When will my order arrive?',
      'My tracking number shows no movement of the parcel',
      'Has my order been shipped yet?',
    ],
  },
  {
    name: 'invoice_copy',
    examples: [
      'Please send me the invoice again',
      'I need a copy of my bill for the tax office',
      'The invoice has the wrong company name',
      'Where can I download the invoice of my order?',
      'My accountant asks for the bill of last month',
    ],
  },
];

describe('an intent classifier trained on a lead’s examples', () => {
  const classifier = trainIntentClassifier(intents);

  it('names the intent of unseen wordings and shows the examples and words that speak for it', () => {
    const answer = classifier.classify('I would like to return the boots');
    expect(answer).toMatchObject({ intent: 0, likeliest: 0 });
    expect(answer.nearest.length).toBeGreaterThan(0);
    expect(answer.nearest[0]?.similarity).toBeGreaterThan(answer.nearest.at(-1)?.similarity ?? 1);
    expect(answer.nearest.flatMap(({ words }) => words)).toEqual(expect.arrayContaining(['return', 'boots']));
    expect(classifier.classify('when does the parcel arrive?').intent).toBe(1);
    expect(classifier.classify('I lost the invoice, can I have a copy of it').intent).toBe(2);
  });

  it('says "none of these" of what no example is like, and of nothing', () => {
    for (const text of ['', '4711', 'Quelle est la capitale du Portugal', 'zebra crossing']) {
      expect(classifier.classify(text).intent).toBeNull();
    }
  });

  it('is less certain of a text with many unknown words', () => {
    const known = classifier.classify('Where is my parcel, has it been shipped?').certainty;
    const unknown = classifier.classify('Where does my neighbour keep honeybees?').certainty;
    expect(known).toBeGreaterThan(unknown);
    expect(known).toBeLessThanOrEqual(1);
    expect(unknown).toBeGreaterThanOrEqual(0);
  });

  it('gives the same answer when trained again', () => {
    const text = 'the parcel with the jacket never came';
    expect(trainIntentClassifier(intents).classify(text)).toEqual(classifier.classify(text));
  });

  it('learns from examples outside all intents what to doubt', () => {
    const outside = [
      'Are you looking for people to work for you?',
      'I would like to apply for a job in the shop',
      'Can I return to my old job with you?',
      'Do you have an address for applications?',
      'Where can I download the form for applications?',
      'I need a copy of my contract of employment',
      'When will you hire again?',
    ].flatMap((text) => [text, `Hello, ${text}`, `${text} Thank you`]);
    const taught = trainIntentClassifier(intents, outside);
    const foreign = 'What is the address for applications?';
    expect(taught.classify(foreign).certainty).toBeLessThan(classifier.classify(foreign).certainty - 0.1);
    expect(taught.classify('Where is my parcel?').intent).toBe(1);
  });

  it('works with a single intent, with one example of each, and with names that say nothing', () => {
    const single = trainIntentClassifier([
      { name: '1', examples: ['Where is my parcel?', 'My parcel is late'] },
    ]);
    expect(single.classify('where is the parcel').likeliest).toBe(0);
    expect(single.classify('zebra').intent).toBeNull();
    const bare = trainIntentClassifier([
      { name: 'late parcel', examples: ['Where is my parcel?'] },
      { name: 'refund', examples: ['I want my money back'] },
    ]);
    expect(bare.classify('is there a refund').likeliest).toBe(1);
  });
});
