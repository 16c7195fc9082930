/** What the outbox shows of a message. */
export type ReadMessage = {
  readonly from: string;
  readonly to: string;
  readonly subject: string;
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
};

/** Reads a message of one text part, as plain mails are: folded headers, encoded words, quoted-printable or base64. */
export function readMessage(raw: Buffer): ReadMessage {
  const source = raw.toString('latin1');
  const end = source.search(/\r?\n\r?\n/);
  const head = end === -1 ? source : source.slice(0, end);
  const body = end === -1 ? '' : source.slice(end).replace(/^(?:\r?\n){2}/, '');
  const headers = new Map<string, string>();
  for (const line of head.replace(/\r?\n[ \t]+/g, ' ').split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).toLowerCase(), decodeWords(line.slice(colon + 1).trim()));
  }
  const bytes = decodeBody(body, headers.get('content-transfer-encoding')?.toLowerCase());
  return {
    from: headers.get('from') ?? '',
    to: headers.get('to') ?? '',
    subject: headers.get('subject') ?? '',
    headers,
    text: bytes.toString('utf8').replaceAll('\r\n', '\n').trimEnd(),
  };
}

function decodeBody(body: string, encoding: string | undefined): Buffer {
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding === 'quoted-printable') return quotedPrintable(body.replace(/=[ \t]*\r?\n/g, ''));
  return Buffer.from(body, 'latin1');
}

function quotedPrintable(text: string): Buffer {
  return Buffer.from(
    text.replace(/=([0-9A-Fa-f]{2})/g, (_all, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    'latin1',
  );
}

/** Encoded words of a header (RFC 2047); blanks between two of them are not part of the text. */
function decodeWords(value: string): string {
  const joined = value.replace(/(\?=)\s+(=\?)/g, '$1$2');
  return joined.replace(/=\?[^?]+\?([QqBb])\?([^?]*)\?=/g, (_all, encoding: string, text: string): string =>
    (encoding.toLowerCase() === 'b'
      ? Buffer.from(text, 'base64')
      : quotedPrintable(text.replaceAll('_', ' '))
    ).toString('utf8'),
  );
}
