import { makeZip, type ZipPart } from './make-zip.ts';

const contentTypes = `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`;
const relations = `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`;
const word = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const styles = `<?xml version="1.0" encoding="UTF-8"?><w:styles ${word}>${[1, 2, 3]
  .map(
    (level) =>
      `<w:style w:type="paragraph" w:styleId="H${level}"><w:name w:val="heading ${level}"/></w:style>`,
  )
  .join('')}</w:styles>`;

/** WordprocessingML of one paragraph. */
export function paragraph(
  text: string,
  options: { readonly heading?: number; readonly hidden?: boolean } = {},
): string {
  const style = options.heading === undefined ? '' : `<w:pPr><w:pStyle w:val="H${options.heading}"/></w:pPr>`;
  const properties = options.hidden === true ? '<w:rPr><w:vanish/></w:rPr>' : '';
  return `<w:p>${style}<w:r>${properties}<w:t xml:space="preserve">${escape(text)}</w:t></w:r></w:p>`;
}

/** WordprocessingML of a table. */
export function table(rows: readonly (readonly string[])[]): string {
  const cells = (row: readonly string[]): string =>
    row.map((cell) => `<w:tc><w:tcPr/>${paragraph(cell)}</w:tc>`).join('');
  const header = '<w:trPr><w:tblHeader/></w:trPr>';
  return `<w:tbl>${rows.map((row, at) => `<w:tr>${at === 0 ? header : ''}${cells(row)}</w:tr>`).join('')}</w:tbl>`;
}

/** The main part of a document with this body. */
export function documentXml(body: string, before = ''): string {
  return `<?xml version="1.0" encoding="UTF-8"?>${before}<w:document ${word}><w:body>${body}</w:body></w:document>`;
}

/** The parts of a DOCX beside its main one. */
export const docxFrame: readonly ZipPart[] = [
  { name: '[Content_Types].xml', data: contentTypes },
  { name: '_rels/.rels', data: relations },
  { name: 'word/styles.xml', data: styles },
];

/** A DOCX with this body and any more parts. */
export function makeDocx(body: string, more: readonly ZipPart[] = []): Buffer {
  return makeZip([
    ...docxFrame,
    {
      name: 'word/_rels/document.xml.rels',
      data: `<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="s" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/styles" Target="styles.xml"/></Relationships>`,
    },
    { name: 'word/document.xml', data: documentXml(body) },
    ...more,
  ]);
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
