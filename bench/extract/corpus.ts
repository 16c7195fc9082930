import { makeDocx, paragraph, table } from '../../test/support/documents/make-docx.ts';
import { makePdf, type PlacedText } from '../../test/support/documents/make-pdf.ts';

export interface CorpusFile {
  readonly name: string;
  readonly bytes: Buffer;
  /** Words that have to be in what is read. */
  readonly expected: string;
}

const sentence =
  'Unused items can be returned within 30 days of delivery, free of charge, from any post office. ';

/** Files of every format with about so many kilobytes of text, all written here. */
export function corpus(kilobytes: number): readonly CorpusFile[] {
  const sections = Math.max(1, Math.round((kilobytes * 1_024) / (sentence.length * 10)));
  const numbers = Array.from({ length: sections }, (_, index) => index + 1);
  const expected = `Section ${sections}`;
  const body = sentence.repeat(10).trim();
  const file = (name: string, bytes: Buffer | string): CorpusFile => ({
    name,
    bytes: Buffer.from(bytes as string),
    expected,
  });
  return [
    file('guide.txt', numbers.map((number) => `Section ${number}\n=======\n\n${body}`).join('\n\n')),
    file('guide.md', numbers.map((number) => `## Section ${number}\n\n${body}\n\n- one\n- two`).join('\n\n')),
    file(
      'guide.html',
      `<html><head><title>Guide</title></head><body><nav>Menu</nav><main>${numbers
        .map((number) => `<h2>Section ${number}</h2><p>${body}</p>`)
        .join('')}</main></body></html>`,
    ),
    file('guide.csv', `Name,Note\n${numbers.map((number) => `Section ${number},"${body}"`).join('\n')}`),
    file(
      'guide.docx',
      makeDocx(
        numbers.map((number) => paragraph(`Section ${number}`, { heading: 2 }) + paragraph(body)).join('') +
          table([
            ['Size', 'Price'],
            ['S', '5 €'],
          ]),
      ),
    ),
    file('guide.pdf', makePdf(numbers.map(pdfPage))),
  ];
}

function pdfPage(number: number): readonly PlacedText[] {
  return [
    { text: 'Shop guide', y: 820, size: 8 },
    { text: `Section ${number}`, y: 730, size: 18 },
    ...Array.from({ length: 10 }, (_, line) => ({ text: sentence.trim(), y: 700 - line * 14 })),
    { text: `Page ${number}`, y: 20, size: 8 },
  ];
}
