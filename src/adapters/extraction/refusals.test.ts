import { afterAll, describe, expect, it } from 'vitest';
import { documentXml, docxFrame, makeDocx, paragraph } from '../../../test/support/documents/make-docx.ts';
import { encryptedTrailer, makePdf, textPage } from '../../../test/support/documents/make-pdf.ts';
import { deflatedMebibytes, makeZip } from '../../../test/support/documents/make-zip.ts';
import type { ExtractionRefusal } from '../../ports/text-extractor.ts';
import { createTextExtractor } from './create-text-extractor.ts';
import { residentMiB } from './watch-memory.ts';

const extractor = createTextExtractor();
afterAll(() => extractor.close());

async function outcome(name: string, bytes: Uint8Array | string): Promise<ExtractionRefusal | 'read'> {
  const file = { name, bytes: Buffer.from(bytes as string) };
  const extraction = await extractor.extract(file, new AbortController().signal);
  return extraction.kind === 'read' ? 'read' : extraction.reason;
}

const pdf = makePdf([textPage(['Some text.'])]);
const docx = makeDocx(paragraph('Some text.'));
const gibibyte = 1024 * 1024 * 1024;
const spaces = (mebibytes: number): Buffer => deflatedMebibytes(mebibytes, 0x20);
const eightMebibytes = { data: spaces(8), unpacked: 8 * 1024 * 1024 };

describe('what a file is', () => {
  const cases: readonly (readonly [string, string, Uint8Array | string, ExtractionRefusal])[] = [
    [
      'a PDF that is a ZIP too',
      'a.pdf',
      Buffer.concat([pdf, makeZip([{ name: 'x', data: 'x' }])]),
      'wrong-format',
    ],
    ['a Word document with a PDF before it', 'a.docx', Buffer.concat([pdf, docx]), 'wrong-format'],
    ['a picture that is a script too', 'a.txt', 'GIF89a/*x*/=1;alert(1)', 'wrong-format'],
    ['a page named as text', 'a.txt', '<!DOCTYPE html><script>x</script>', 'wrong-format'],
    ['a page named as Markdown', 'a.md', '\n<html><body>x', 'wrong-format'],
    ['text that is a ZIP too', 'a.csv', Buffer.concat([Buffer.from('a,b\n'), docx]), 'wrong-format'],
    ['a PDF named as text', 'a.txt', pdf, 'wrong-format'],
    ['a program named as a document', 'a.docx', Buffer.from('MZ\x90\0\x03'), 'wrong-format'],
    ['a program named as text', 'a.txt', Buffer.from('MZ\x90\0\x03', 'latin1'), 'wrong-format'],
    ['another ZIP named as Word', 'a.docx', makeZip([{ name: 'x.xml', data: '<x/>' }]), 'wrong-format'],
    ['words named as a page', 'a.html', 'no page at all', 'wrong-format'],
    ['text with NUL in it', 'a.txt', 'text\0text and more', 'wrong-format'],
    ['a name that ends otherwise', 'report.pdf.exe', pdf, 'unsupported'],
    ['a name without an ending', 'report', 'text', 'unsupported'],
    ['a name that turns the reading direction', 'report\u202Efdp.txt', 'text', 'unsafe-name'],
    ['a name with NUL', 'report.txt\0.pdf', pdf, 'unsafe-name'],
    ['a name that is a path', '../report.txt', 'text', 'unsafe-name'],
    ['a name of 300 characters', `${'n'.repeat(296)}.txt`, 'text', 'unsafe-name'],
    ['nothing', 'a.txt', '', 'no-text'],
    ['nothing but space', 'a.txt', ' \n\t\n', 'no-text'],
    ['more than 10 MiB', 'a.txt', Buffer.alloc(10 * 1024 * 1024 + 1, 'x'), 'too-large-file'],
    [
      'an encoding nobody named',
      'a.txt',
      Buffer.from([0xcf, 0xf0, 0xe8, 0xe2, 0xe5, 0xf2]),
      'unknown-encoding',
    ],
    ['a damaged PDF', 'a.pdf', '%PDF-1.7\nnothing', 'unreadable'],
    ['a damaged Word document', 'a.docx', docx.subarray(0, docx.length - 40), 'unreadable'],
  ];

  it.each(cases)('S104: refuses %s', async (_what, name, bytes, reason) => {
    expect(await outcome(name, bytes)).toBe(reason);
  });

  it('S104: reads honest files, whatever their names end with besides', async () => {
    expect(await outcome('report.v1.2.PDF', pdf)).toBe('read');
    expect(await outcome('Rückgabe 2026.docx', docx)).toBe('read');
  });

  it('tells a password from a scan', async () => {
    expect(await outcome('a.pdf', makePdf([textPage(['x'])], { trailer: encryptedTrailer }))).toBe(
      'encrypted',
    );
    expect(await outcome('a.pdf', makePdf([[], []]))).toBe('no-text');
    const packed = Buffer.concat([
      Buffer.from([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]),
      Buffer.from('EncryptedPackage', 'utf16le'),
    ]);
    expect(await outcome('a.docx', packed)).toBe('encrypted');
    const locked = makeZip([...docxFrame, { name: 'word/document.xml', data: documentXml(''), flags: 1 }]);
    expect(await outcome('a.docx', locked)).toBe('encrypted');
  });

  it('refuses more than 2 MiB of text', async () => {
    const line = 'A line of text, and more of it.\n\n';
    expect(await outcome('a.txt', line.repeat(60_000))).toBe('read');
    expect(await outcome('a.txt', line.repeat(70_000))).toBe('too-much-text');
    expect(await outcome('a.md', line.repeat(200_000))).toBe('too-much-text');
  });
});

// Other tests share this process; every bomb here would take more.
const mostGrowth = 200;

describe('bombs', () => {
  const laughs =
    '<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>';
  const outside = '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>';
  const withMain = (xml: string): Buffer => makeZip([...docxFrame, { name: 'word/document.xml', data: xml }]);
  const cases: readonly (readonly [
    string,
    string,
    () => Uint8Array,
    readonly (ExtractionRefusal | 'read')[],
  ])[] = [
    [
      'a part of 1 GiB in a Word document',
      'a.docx',
      () => makeDocx(paragraph('x'), [{ name: 'word/x.xml', data: spaces(1_024), unpacked: gibibyte }]),
      ['too-large-inside'],
    ],
    [
      'a part that says it is small',
      'a.docx',
      () =>
        makeDocx(paragraph('x'), [
          { name: 'word/x.xml', data: spaces(1_024), unpacked: gibibyte, declared: 500 },
        ]),
      ['too-large-inside'],
    ],
    [
      'parts that lie over each other',
      'a.docx',
      () =>
        makeDocx(paragraph('x'), [
          { name: 'word/0.xml', ...eightMebibytes },
          ...Array.from({ length: 2_000 }, (_, at) => ({
            name: `word/${at + 1}.xml`,
            ...eightMebibytes,
            overlaps: 'word/0.xml',
          })),
        ]),
      ['too-large-inside'],
    ],
    [
      'tens of thousands of parts',
      'a.docx',
      () =>
        makeZip(Array.from({ length: 30_000 }, (_, at) => ({ name: `${at}.xml`, data: '', unpacked: 0 }))),
      ['too-large-inside'],
    ],
    [
      'entities that grow',
      'a.docx',
      () => withMain(documentXml(paragraph('&c;'), laughs)),
      ['too-large-inside'],
    ],
    [
      'entities that read files',
      'a.docx',
      () => withMain(documentXml(paragraph('&a;'), outside)),
      ['too-large-inside'],
    ],
    [
      'a Word document of a million elements',
      'a.docx',
      () => withMain(documentXml('<w:p/>'.repeat(1_000_000))),
      ['too-large-inside'],
    ],
    [
      'a Word document nested without end',
      'a.docx',
      () => withMain(documentXml('<w:tbl><w:tr><w:tc>'.repeat(40_000))),
      ['too-large-inside', 'unreadable', 'timed-out'],
    ],
    [
      'a page of 1 GiB in a PDF',
      'a.pdf',
      () =>
        makePdf([[]], {
          content: {
            dictionary: '/Filter /FlateDecode',
            data: Buffer.concat([Buffer.from([0x78, 0xda]), spaces(1_024)]),
          },
        }),
      ['out-of-memory', 'timed-out'],
    ],
    [
      'a PDF of a hundred thousand pages',
      'a.pdf',
      () => makePdf([textPage(['x'])], { repeated: 100_000 }),
      ['too-large-inside'],
    ],
    [
      'a CSV of a million columns',
      'a.csv',
      () => Buffer.from(`${'a,'.repeat(1_000_000)}a\n`),
      ['too-large-inside'],
    ],
    [
      'a page nested without end',
      'a.html',
      () => Buffer.from(`<html><body>${'<div>'.repeat(1_000_000)}x`),
      ['read', 'no-text', 'too-large-inside', 'timed-out'],
    ],
    [
      'a list nested without end',
      'a.md',
      () => Buffer.from('> '.repeat(200_000)),
      ['no-text', 'too-large-inside', 'timed-out'],
    ],
  ];

  it.each(cases)(
    'S105: refuses %s, and the memory of the server stays as it was',
    async (_what, name, make, reasons) => {
      const bytes = make();
      const before = (await residentMiB('self')) ?? 0;
      expect(reasons).toContain(await outcome(name, bytes));
      expect(((await residentMiB('self')) ?? 0) - before).toBeLessThan(mostGrowth);
    },
    60_000,
  );

  it('S105: the next file is read after a bomb', async () => {
    expect(await outcome('a.pdf', pdf)).toBe('read');
  });

  it('S107: PDF.js is of a version that makes no code from fonts', async () => {
    const { version } = (await import('unpdf/pdfjs')) as { readonly version: string };
    expect(Number(version.split('.')[0])).toBeGreaterThanOrEqual(5);
  });

  it('S107: a PDF runs no script: code cannot be made from text, and its actions are not looked at', async () => {
    const script = '(globalThis.stolen = 1; while (true) {})';
    const actions = `/OpenAction << /S /JavaScript /JS ${script} >> /AA << /WC << /S /JavaScript /JS ${script} >> >>`;
    expect(await outcome('a.pdf', makePdf([textPage(['Text.'])], { catalogue: actions }))).toBe('read');
    // The hole of 2024: a font's matrix that ends a call and begins another.
    const matrix = '/FontMatrix [1 2 3 4 5 (0\\); while \\(true\\) {} //)]';
    expect(await outcome('a.pdf', makePdf([textPage(['Text.'])], { font: matrix }))).toBe('read');
  });
});
