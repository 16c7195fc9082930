import fc from 'fast-check';
import { countTokens } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, it } from 'vitest';
import type { DocumentBlock, KnowledgeDocument } from '../../../kernel/document-blocks.ts';
import { chunkDocument } from './chunk-document.ts';
import { mostChunks, mostTokens, mostPrefixTokens, sizeRefusal } from './chunk-limits.ts';
import { estimateTokens } from './estimate-tokens.ts';
import { renderDocument } from './render-document.ts';

const sentences = [
  'You can return unused items within 30 days of delivery. ',
  'Haftpflichtversicherungsbedingungen gelten auch für Rücksendungen aus Österreich. ',
  '未使用の商品は、お届けから30日以内であれば返品できます。',
  '未使用的商品可在收货后30天内退货。',
  'يمكنك إرجاع المنتجات غير المستخدمة خلال 30 يومًا من التسليم. ',
  'คุณสามารถคืนสินค้าที่ยังไม่ได้ใช้ภายใน 30 วัน ',
  '👍🏽 AB-12345-XL costs 1,299.00 € ',
  'x'.repeat(90),
  'line one\nline two\n\n',
];
const prose = fc
  .array(fc.oneof(fc.constantFrom(...sentences), fc.string({ unit: 'binary', maxLength: 30 })), {
    minLength: 1,
    maxLength: 120,
  })
  .map((parts) => parts.join(''));
const shortText = fc.oneof(fc.constantFrom(...sentences), fc.string({ maxLength: 60 }));
const block: fc.Arbitrary<DocumentBlock> = fc.oneof(
  fc.record({
    kind: fc.constant('heading' as const),
    level: fc.integer({ min: 1, max: 6 }),
    text: shortText,
  }),
  fc.record({ kind: fc.constantFrom('text' as const, 'item' as const, 'code' as const), text: prose }),
  fc.record(
    {
      kind: fc.constant('table' as const),
      header: shortText,
      rows: fc.array(fc.oneof(shortText, prose), { minLength: 1, maxLength: 30 }),
    },
    { requiredKeys: ['kind', 'rows'] },
  ),
  fc.record({ kind: fc.constant('answer' as const), question: shortText, text: prose }),
);
const documents: fc.Arbitrary<KnowledgeDocument> = fc.record({
  title: shortText,
  blocks: fc.array(block, { maxLength: 12 }),
});

const words = (count: number): string => 'parcel '.repeat(count).trim();
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();

describe('chunkDocument', () => {
  it('gives the same chunks for the same document', () => {
    fc.assert(
      fc.property(documents, (document) => {
        expect(chunkDocument(structuredClone(document))).toEqual(chunkDocument(document));
      }),
    );
  });

  it('says exactly where each chunk stands, in order and without overlap', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const canonical = renderDocument(document);
        let before = 0;
        chunkDocument(document).forEach((chunk, index) => {
          const own = canonical.slice(chunk.start, chunk.end);
          expect(chunk.ordinal).toBe(index);
          expect(chunk.start).toBeGreaterThanOrEqual(before);
          expect(own.trim()).not.toBe('');
          expect(chunk.text.endsWith(own)).toBe(true);
          expect(chunk.searchText.endsWith(chunk.text)).toBe(true);
          before = chunk.end;
        });
      }),
    );
  });

  it('loses no text: what is in no chunk is a heading that stands in a path', () => {
    fc.assert(
      fc.property(documents, (document) => {
        const canonical = renderDocument(document);
        const chunks = chunkDocument(document);
        const paths = new Set(chunks.flatMap(({ headingPath }) => headingPath));
        const headings = document.blocks.flatMap((one) =>
          one.kind === 'heading' ? [oneLine(one.text)] : [],
        );
        let at = 0;
        const gaps: string[] = [];
        for (const { start, end } of chunks) {
          gaps.push(canonical.slice(at, start));
          at = end;
        }
        gaps.push(canonical.slice(at));
        for (const gap of gaps)
          for (let rest = oneLine(gap); rest !== '';) {
            const heading = headings.find((one) => one !== '' && rest.startsWith(one) && paths.has(one));
            expect(heading, rest).toBeDefined();
            rest = rest.slice(heading?.length ?? rest.length).trim();
          }
      }),
    );
  });

  it('keeps every chunk and every prefix under its cap', () => {
    fc.assert(
      fc.property(documents, (document) => {
        for (const { text, searchText } of chunkDocument(document)) {
          expect(estimateTokens(text)).toBeLessThanOrEqual(mostTokens);
          const prefix = searchText.slice(0, searchText.length - text.length - 1);
          expect(estimateTokens(prefix)).toBeLessThanOrEqual(mostPrefixTokens);
        }
      }),
    );
  });

  it('parts no character as people see it', () => {
    const document = { title: 'Emoji', blocks: [{ kind: 'text' as const, text: '👩‍👩‍👧‍👦'.repeat(400) }] };
    const chunks = chunkDocument(document);
    expect(chunks.length).toBeGreaterThan(1);
    for (const { text } of chunks) expect(text.replaceAll('👩‍👩‍👧‍👦', '')).toBe('');
  });

  it.each(sentences.slice(0, 6))('fits 512 tokens of a real tokenizer: %s', (sentence) => {
    const document = { title: 'Guide', blocks: [{ kind: 'text' as const, text: sentence.repeat(300) }] };
    const chunks = chunkDocument(document);
    expect(chunks.length).toBeGreaterThan(5);
    for (const { searchText } of chunks) expect(countTokens(searchText)).toBeLessThanOrEqual(512);
  });

  it('never crosses a heading, and puts the path in front', () => {
    const chunks = chunkDocument({
      title: 'Shop guide',
      blocks: [
        { kind: 'text', text: 'Welcome.' },
        { kind: 'heading', level: 1, text: 'Returns' },
        { kind: 'heading', level: 2, text: 'Deadlines' },
        { kind: 'text', text: '30 days.' },
        { kind: 'heading', level: 2, text: 'Fees' },
        { kind: 'text', text: 'None.' },
        { kind: 'heading', level: 1, text: 'Shipping' },
        { kind: 'text', text: 'Free.' },
      ],
    });
    expect(chunks.map(({ searchText }) => searchText)).toEqual([
      'Shop guide\nWelcome.',
      'Shop guide > Returns > Deadlines\n30 days.',
      'Shop guide > Returns > Fees\nNone.',
      'Shop guide > Shipping\nFree.',
    ]);
  });

  it('keeps a heading with nothing under it as text', () => {
    const chunks = chunkDocument({
      title: 'T',
      blocks: [
        { kind: 'heading', level: 2, text: 'We ship on Saturdays' },
        { kind: 'heading', level: 2, text: 'We are closed in August' },
      ],
    });
    expect(chunks.map(({ text }) => text)).toEqual(['We ship on Saturdays\n\nWe are closed in August']);
  });

  it('keeps a table that fits whole, and repeats the header of one that does not', () => {
    const small = { kind: 'table' as const, header: 'Size | Price', rows: [words(120), words(120)] };
    expect(chunkDocument({ title: 'T', blocks: [{ kind: 'text', text: words(200) }, small] })).toHaveLength(
      2,
    );
    const rows = Array.from({ length: 60 }, (_, at) => `Size ${at} | ${at} € | ${words(10)}`);
    const chunks = chunkDocument({
      title: 'T',
      blocks: [{ kind: 'table', header: 'Size | Price | Note', rows }],
    });
    expect(chunks.length).toBeGreaterThan(2);
    for (const { text } of chunks) expect(text.startsWith('Size | Price | Note\n')).toBe(true);
    for (const { text } of chunks) for (const row of text.split('\n').slice(1)) expect(rows).toContain(row);
    expect(chunks.flatMap(({ text }) => text.split('\n').slice(1))).toEqual(rows);
  });

  it('gives every question a chunk of its own, and says it again when the answer is long', () => {
    const question = 'How long does a refund take?';
    const chunks = chunkDocument({
      title: 'FAQ',
      blocks: [
        { kind: 'answer', question: 'Is it free?', text: 'Yes.' },
        { kind: 'answer', question, text: `${words(60)}. `.repeat(12) },
      ],
    });
    expect(chunks[0]?.text).toBe('Is it free?\nYes.');
    expect(chunks.length).toBeGreaterThan(3);
    for (const { text } of chunks.slice(1)) expect(text.startsWith(`${question}\n`)).toBe(true);
  });

  it('says the page of a PDF where a chunk begins', () => {
    const chunks = chunkDocument({
      title: 'Manual',
      blocks: [
        { kind: 'text', text: words(180), page: 3 },
        { kind: 'text', text: words(180), page: 4 },
      ],
    });
    expect(chunks.map(({ page }) => page)).toEqual([3, 4]);
  });

  it('changes the hash of what changed, and of nothing else', () => {
    const of = (text: string): readonly string[] =>
      chunkDocument({
        title: 'T',
        blocks: [
          { kind: 'heading', level: 1, text: 'A' },
          { kind: 'text', text: 'One.' },
          { kind: 'heading', level: 1, text: 'B' },
          { kind: 'text', text },
        ],
      }).map(({ hash }) => hash);
    const [before, after] = [of('Two.'), of('Three.')];
    expect(after[0]).toBe(before[0]);
    expect(after[1]).not.toBe(before[1]);
  });
});

describe('sizeRefusal', () => {
  it('refuses too much text and too many chunks, counted with those of other sources', () => {
    expect(sizeRefusal({ textBytes: 2 * 1024 * 1024, chunks: 10 }, mostChunks - 10)).toBeNull();
    expect(sizeRefusal({ textBytes: 2 * 1024 * 1024 + 1, chunks: 10 }, 0)).toBe('too-much-text');
    expect(sizeRefusal({ textBytes: 100, chunks: 10 }, mostChunks - 9)).toBe('too-many-chunks');
  });
});
