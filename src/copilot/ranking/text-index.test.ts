import { describe, expect, it } from 'vitest';
import { terms } from '../../kernel/text/words.ts';
import { indexTerms, ownScore, scoreByBm25 } from '../../kernel/text/bm25.ts';
import { conceptsOf } from './concepts.ts';
import { expectedAnswerTerms } from './expected-answers.ts';
import { entitiesIn, readText } from './text-features.ts';
import { fullScore, indexTexts, scoreTexts, typicalScores } from './text-index.ts';

const weights = { words: 1, grams: 0.2, meanings: 0.6, entities: 0.5 };

describe('an index of terms', () => {
  it('learns rarity from other texts, and counts everyday words less when asked to', () => {
    const documents = [['zipper', 'thing'], ['tent']];
    const plain = indexTerms(documents).rarity;
    const informed = indexTerms(documents, { background: [['tent'], ['tent'], ['tent']] }).rarity;
    expect(plain.get('zipper')).toBe(plain.get('tent'));
    expect(informed.get('zipper')).toBeGreaterThan(informed.get('tent') ?? 0);
    const [everyday = ''] = terms('problem');
    const weighed = indexTerms([['zipper', everyday]], { everydayFactor: 0.5 }).rarity;
    expect(weighed.get(everyday)).toBeCloseTo((weighed.get('zipper') ?? 0) / 2, 10);
  });

  it('gives a copy the full score of the query, and nothing more to anything else', () => {
    const documents = [
      ['red', 'lamp', 'broken'],
      ['blue', 'lamp', 'works'],
    ];
    const index = indexTerms(documents);
    const [copy, other = 0] = scoreByBm25(index, documents[0] ?? []);
    expect(copy).toBeCloseTo(ownScore(index, documents[0] ?? []), 10);
    expect(other).toBeLessThan(copy ?? 0);
    expect(other).toBeGreaterThan(0);
  });
});

describe('the views of a text', () => {
  it('sees numbers, codes, amounts, dates and addresses whole and in one spelling', () => {
    expect(
      entitiesIn(
        'Order AB-10442 of 3.11.2025 cost 49,90 EUR (error CE-40851-8), see https://shop.example/x/ or mail Ana@Shop.example in 5 days',
      ).toSorted(),
    ).toEqual(
      [
        'https://shop.example/x',
        'ana@shop.example',
        '49,90eur',
        '3.11.2025',
        'ab-10442',
        'ce-40851-8',
      ].toSorted(),
    );
    expect(entitiesIn('in 5 days, 12 of them')).toEqual([]);
  });

  it('reads a handle as its words and does not cut numbers into pieces', () => {
    const { words, grams } = readText('@VirginTrains 1811866');
    expect(words).toEqual(expect.arrayContaining(terms('virgin trains')));
    expect(grams.some((gram) => /\d/.test(gram))).toBe(false);
  });

  it('brings the words of one thing together, across languages too', () => {
    const meaning = (text: string) => conceptsOf(terms(text));
    expect(meaning('parcel')).toEqual(meaning('Lieferung'));
    expect(meaning('invoice')).toEqual(meaning('facture'));
    expect(meaning('zzz')).toEqual([]);
    expect(expectedAnswerTerms(terms('my wifi'))).toEqual(expect.arrayContaining(terms('router')));
  });
});

describe('scoring texts', () => {
  const texts = ['The parcel is late', 'The invoice is wrong', 'A parcel, an invoice, a flight, a train'].map(
    readText,
  );
  const index = indexTexts(texts);

  it('meets spelling mistakes by parts of words, and other words by their meaning', () => {
    const [misspelt = 0, none = 0] = scoreTexts(index, readText('parcell'), weights);
    expect(misspelt).toBeGreaterThan(none);
    const [other = 0, nothing] = scoreTexts(index, readText('courier'), weights);
    expect(other).toBeGreaterThan(0);
    expect(nothing).toBe(0);
    expect(scoreTexts(index, readText('courier'), { ...weights, meanings: 0 })[0]).toBe(0);
  });

  it('has a full score that a copy reaches, and knows the text that resembles everything', () => {
    const query = texts[1] ?? readText('');
    expect(scoreTexts(index, query, weights)[1]).toBeCloseTo(fullScore(index, query, weights), 8);
    const typical = typicalScores(index, ['parcel', 'invoice', 'flight'].map(readText), (other) =>
      scoreTexts(index, other, weights),
    );
    expect(Math.max(...typical)).toBe(typical[2]);
  });
});
