/** A line of a page; points from the lower left corner. */
export interface PlacedText {
  readonly text: string;
  readonly x?: number;
  readonly y: number;
  readonly size?: number;
}

export interface PdfOptions {
  /** Entries for the trailer, such as an /Encrypt dictionary. */
  readonly trailer?: string;
  /** So many times the first page stands in the tree of pages. */
  readonly repeated?: number;
  /** Entries for the font. */
  readonly font?: string;
  /** Takes the place of the first page's content. */
  readonly content?: { readonly dictionary: string; readonly data: Uint8Array };
  /** Entries for the document's catalogue. */
  readonly catalogue?: string;
}

/** A PDF with text in Helvetica; letters outside of Latin-1 are not written. */
export function makePdf(pages: readonly (readonly PlacedText[])[], options: PdfOptions = {}): Buffer {
  const objects: Buffer[] = [];
  const add = (body: string, data?: Uint8Array): number => {
    const stream =
      data === undefined ? '' : Buffer.concat([Buffer.from('\nstream\n'), data, Buffer.from('\nendstream')]);
    objects.push(Buffer.concat([Buffer.from(body, 'latin1'), Buffer.from(stream)]));
    return objects.length;
  };
  const [catalogue, tree, font] = [1, 2, 3];
  add(`<< /Type /Catalog /Pages ${tree} 0 R ${options.catalogue ?? ''} >>`);
  add('');
  add(
    `<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding ${options.font ?? ''} >>`,
  );
  const kids = pages.map((lines, index) => {
    const replaced = index === 0 ? options.content : undefined;
    const data = replaced?.data ?? Buffer.from(lines.map(drawn).join('\n'), 'latin1');
    const content = add(`<< /Length ${data.length} ${replaced?.dictionary ?? ''} >>`, data);
    return add(
      `<< /Type /Page /Parent ${tree} 0 R /MediaBox [0 0 595 842] /Contents ${content} 0 R /Resources << /Font << /F1 ${font} 0 R >> >> >>`,
    );
  });
  kids.push(...Array.from({ length: (options.repeated ?? 1) - 1 }, () => kids[0] ?? 0));
  objects[tree - 1] = Buffer.from(
    `<< /Type /Pages /Count ${kids.length} /Kids [${kids.map((kid) => `${kid} 0 R`).join(' ')}] >>`,
  );
  const parts = [Buffer.from('%PDF-1.7\n')];
  const offsets: number[] = [];
  let at = parts[0]?.length ?? 0;
  objects.forEach((body, index) => {
    const object = Buffer.concat([Buffer.from(`${index + 1} 0 obj\n`), body, Buffer.from('\nendobj\n')]);
    offsets.push(at);
    at += object.length;
    parts.push(object);
  });
  const rows = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  parts.push(
    Buffer.from(
      `xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${rows}trailer\n<< /Size ${objects.length + 1} /Root ${catalogue} 0 R ${options.trailer ?? ''} >>\nstartxref\n${at}\n%%EOF\n`,
    ),
  );
  return Buffer.concat(parts);
}

/** A page of running text from the top, a line each 14 points. */
export function textPage(lines: readonly string[]): readonly PlacedText[] {
  return lines.map((text, index) => ({ text, y: 780 - index * 14 }));
}

/** What makes a PDF ask for a password: keys that no empty password fits. */
export const encryptedTrailer = `/Encrypt << /Filter /Standard /V 1 /R 2 /O <${'5a'.repeat(32)}> /U <${'a5'.repeat(32)}> /P -4 >> /ID [<${'00'.repeat(16)}> <${'00'.repeat(16)}>]`;

function drawn({ text, x = 50, y, size = 11 }: PlacedText): string {
  const escaped = text.replace(/[\\()]/g, '\\$&');
  return `BT /F1 ${size} Tf 1 0 0 1 ${x} ${y} Tm (${escaped}) Tj ET`;
}
