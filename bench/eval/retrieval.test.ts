import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { ChanceFloor } from '../../src/services/knowledge/retrieval/chance-floor.ts';
import { rankPassages } from '../../src/services/knowledge/retrieval/rank-passages.ts';
import { evaluateLexical, indexOf } from './retrieval-lexical.ts';

const topics = [
  ['Returns', 'Unworn shoes may be returned within thirty days of delivery with their receipt.'],
  ['Parcels', 'A courier collects the parcel at your door; the prepaid label is in the box.'],
  ['Brakes', 'Hydraulic brakes are bled once a year by a mechanic in our workshop.'],
  ['Tubes', 'Tubes of twenty-eight inches fit tyres between thirty-two and forty-seven millimetres.'],
  ['Invoices', 'Companies pay by invoice within fourteen days after their first three orders.'],
  ['Vouchers', 'A voucher is valid for three years and may be spent in several parts.'],
] as const;
const chunks = topics.map(([heading, text]) => ({ chunk_link: heading, chunk_heading: heading, text }));
const asked = [
  { question: 'When are hydraulic brakes bled?', correct_chunks: ['Brakes'] },
  { question: 'How long is a voucher valid?', correct_chunks: ['Vouchers'] },
  { question: 'Do companies pay by invoice?', correct_chunks: ['Invoices'] },
];

describe('the evaluation of retrieval', () => {
  it('ranks by the function that the product calls', async () => {
    const product = await readFile('src/services/knowledge/retrieval/retrieve-passages.ts', 'utf8');
    const evaluation = await readFile('bench/eval/retrieval-lexical.ts', 'utf8');
    for (const text of [product, evaluation])
      expect(text).toMatch(/import \{ rankPassages \} from '.*rank-passages\.ts'/);
    const index = indexOf(chunks);
    const { ranked } = rankPassages(index, new ChanceFloor(index), ['bled brakes'], { limit: 3 });
    expect(ranked[0]?.index).toBe(2);
  });

  it('finds what is there and says so', () => {
    expect(evaluateLexical(chunks, asked)).toMatchObject({
      mode: 'lexical',
      mrr: 1,
      hit5: 1,
      recall3: 1,
      sure: 1,
    });
  });

  it('counts a passage that nobody asked for as wrong', () => {
    const wrong = asked.map((one) => ({ ...one, correct_chunks: ['Elsewhere'] }));
    expect(evaluateLexical(chunks, wrong)).toMatchObject({ mrr: 0, hit5: 0, recall3: 0 });
  });

  it('is not sure of a question about something else', () => {
    const index = indexOf(chunks);
    const floor = new ChanceFloor(index);
    for (const question of [
      'What is the weather in Lisbon tomorrow?',
      'Who wrote the opera about the barber of Seville?',
      'Convert ninety pounds sterling into Japanese yen',
      'Tell me a joke about penguins',
    ])
      expect(rankPassages(index, floor, [question], { limit: 5 }).sure).toBe(false);
  });

  it('reads scripts without spaces', () => {
    const index = indexOf([
      { chunk_link: 'a', chunk_heading: '返品', text: '未使用の靴は三十日以内に返品できます。' },
      { chunk_link: 'b', chunk_heading: '支払い', text: '請求書は十四日以内に支払います。' },
      { chunk_link: 'c', chunk_heading: 'الإرجاع', text: 'يمكن إرجاع الأحذية خلال ثلاثين يوما.' },
      { chunk_link: 'd', chunk_heading: '退货', text: '未穿过的鞋子可以在三十天内退货。' },
    ]);
    const best = (question: string) =>
      rankPassages(index, new ChanceFloor(index), [question], { limit: 1 }).ranked[0]?.index;
    expect(best('靴を返品したい')).toBe(0);
    expect(best('كيف يمكن إرجاع الأحذية؟')).toBe(2);
    expect(best('鞋子怎么退货')).toBe(3);
  });
});
