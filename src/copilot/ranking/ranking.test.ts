import { describe, expect, it } from 'vitest';
import { rankByBm25 } from '../../kernel/text/bm25.ts';
import { confidenceFloor, rateReply } from './confidence.ts';

const words = (text: string): string[] => text.split(' ');

describe('BM25', () => {
  it('gives the textbook score', () => {
    const [only] = rankByBm25(['a'], [words('a b'), words('c d')]);
    const idf = Math.log(1 + (2 - 1 + 0.5) / (1 + 0.5));
    expect(only?.index).toBe(0);
    expect(only?.score).toBeCloseTo(idf * ((1 * 2.2) / (1 + 1.2)), 10);
  });

  it('prefers rare words, and short documents among equals', () => {
    const documents = [
      words('tent order order'),
      words('zipper order order order order order'),
      words('zipper order'),
    ];
    expect(rankByBm25(['order', 'zipper'], documents).map(({ index }) => index)).toEqual([2, 1, 0]);
  });

  it('leaves out documents without any query word and survives empty input', () => {
    expect(rankByBm25(['x'], [words('a')])).toEqual([]);
    expect(rankByBm25([], [words('a')])).toEqual([]);
    expect(rankByBm25(['a'], [])).toEqual([]);
  });
});

describe('rating a reply', () => {
  const source = {
    number: 1,
    title: 'Returns and refunds',
    url: null,
    origin: 'help-center' as const,
    internal: false,
    text: 'You can return a damaged tent within 30 days and get the money back.',
  };
  const facts = {
    question: 'How can I return my damaged tent?',
    cited: [source],
    retrieved: 3,
    citationsDropped: 0,
    missing: 0,
    linksRemoved: 0,
    instructed: false,
  };

  it('is high for a cited answer that matches the question', () => {
    expect(rateReply(facts)).toMatchObject({ level: 'high' });
  });

  it('is below the floor with nothing found and facts missing', () => {
    expect(rateReply({ ...facts, cited: [], retrieved: 0, missing: 2 }).score).toBeLessThan(confidenceFloor);
  });

  it('says a reason for every point', () => {
    const { score, reasons } = rateReply({ ...facts, citationsDropped: 1, linksRemoved: 1, missing: 1 });
    expect(score).toBe(30 + reasons.reduce((sum, reason) => sum + reason.points, 0));
    expect(reasons.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['citation-dropped', 'links-removed', 'missing-facts']),
    );
  });
});
