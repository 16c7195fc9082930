// Writes the demo shop's PDF and DOCX from simulators/content/knowledge/manuals.json. Run it after changing that file:
//   node scripts/make-demo-manuals.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeDocx, paragraph } from '../test/support/documents/make-docx.ts';
import { makePdf, type PlacedText } from '../test/support/documents/make-pdf.ts';

interface Manual {
  readonly title: string;
  readonly sections: readonly (readonly [heading: string, text: string])[];
}

const folder = join(import.meta.dirname, '../simulators/content/knowledge');
const lineLength = 84;
const [top, bottom] = [780, 60];

function linesOf(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines.at(-1) ?? '';
    if (line !== '' && line.length + 1 + word.length > lineLength) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  return lines;
}

/** Title, headings and paragraphs down the page; a section that no longer fits begins the next one. */
function pdfOf({ title, sections }: Manual): Buffer {
  const pages: PlacedText[][] = [[{ text: title, y: top, size: 20 }]];
  let y = top - 40;
  for (const [heading, text] of sections) {
    const lines = linesOf(text);
    if (y - 20 - lines.length * 14 < bottom) {
      pages.push([]);
      y = top;
    }
    const page = pages.at(-1);
    page?.push({ text: heading, y, size: 15 });
    lines.forEach((line, at) => page?.push({ text: line, y: y - 22 - at * 14 }));
    y -= 22 + lines.length * 14 + 20;
  }
  return makePdf(pages);
}

const docxOf = ({ title, sections }: Manual): Buffer =>
  makeDocx(
    [
      paragraph(title, { heading: 1 }),
      ...sections.flatMap(([heading, text]) => [paragraph(heading, { heading: 2 }), paragraph(text)]),
    ].join(''),
  );

const manuals = JSON.parse(readFileSync(join(folder, 'manuals.json'), 'utf8')) as Record<string, Manual>;
for (const [name, manual] of Object.entries(manuals))
  writeFileSync(join(folder, name), name.endsWith('.pdf') ? pdfOf(manual) : docxOf(manual));
