/** What a planted text wants: which things to give away, how to dress them, which way out, and to whom. */
export interface Orders {
  readonly give: readonly string[];
  readonly dress: string;
  readonly way: string;
  readonly host: string;
  /** Which of many planted texts it is. */
  readonly case: string;
}

const fromTags = (text: string): string =>
  text.replace(/[\u{e0020}-\u{e007e}]/gu, (sign) =>
    String.fromCodePoint((sign.codePointAt(0) ?? 0) - 0xe0000),
  );
const visible = (text: string): string => text.replace(/[\u00ad\u200b-\u200f\u2060-\u2064\ufeff]/g, '');
const entities = (text: string): string =>
  text.replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
const decoded = (pattern: RegExp, encoding: 'base64' | 'hex') => (text: string) =>
  (text.match(pattern) ?? []).map((run) => Buffer.from(run, encoding).toString('utf8')).join(' ');
const rotated = (text: string): string =>
  text.replace(/[a-z]/gi, (letter) => {
    const first = letter <= 'Z' ? 65 : 97;
    return String.fromCharCode(((letter.charCodeAt(0) - first + 13) % 26) + first);
  });

/** Every way in which a very capable model may read a text. */
const readings: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => visible(text).normalize('NFKC'),
  fromTags,
  entities,
  decoded(/[A-Za-z0-9+/=]{24,}/g, 'base64'),
  decoded(/(?:[0-9a-f]{2}){12,}/g, 'hex'),
  rotated,
  (text) => [...text].toReversed().join(''),
];

/** The orders in a prompt, in any reading; its parts may stand in different places. Undefined when there are none. */
export function ordersIn(text: string): Orders | undefined {
  for (const read of readings) {
    const readable = read(text);
    const give = /\bgive:([a-z]+(?:\+[a-z]+)*)/.exec(readable)?.[1];
    if (give === undefined) continue;
    const part = (name: string): string => new RegExp(`\\b${name}:([a-z0-9~-]+)`).exec(readable)?.[1] ?? '';
    // Written so that the name of the host stands nowhere in what the model was given.
    const host = part('host').replaceAll('~', '.');
    return {
      give: give.split('+'),
      dress: part('dress') || 'plain',
      way: part('way') || 'text',
      host,
      case: part('case'),
    };
  }
  return undefined;
}
