// Zero-width, bidirectional-control, variation and tag characters: invisible to a reader, readable to a model.
const invisible =
  /[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u2800]|[\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]/gu;
/** A letter of a script that writes joiners; between others they would be a hidden text. */
const joined = String.raw`[^\P{L}\p{sc=Latin}\p{sc=Cyrillic}\p{sc=Greek}\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}\p{sc=Hangul}]`;
const joiners = new RegExp(`(?<=${joined})[\u200c\u200d](?=${joined})`, 'gu');
const plain = /^[\n\t\x20-\x7e]*$/;
const control = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f]/g;

/** Removes what a reader cannot see: HTML comments, invisible and control characters. Joiners that scripts need are kept between letters. */
export function cleanText(text: string): string {
  // Most text is plain: nothing to look for, and the patterns below cost more than this one.
  if (plain.test(text) && !text.includes('<!--')) return text.replace(/\n{3,}/g, '\n\n');
  return text
    .replace(/<!--[\s\S]{0,20000}?-->/g, '')
    .replace(joiners, '\u0001')
    .replace(invisible, '')
    .replaceAll('\u0001', '\u200c')
    .replace(control, '')
    .replace(/\r\n?/g, '\n')
    .replace(/\n{3,}/g, '\n\n');
}

const linkPattern = /\b(?:https?:\/\/|www\.)[^\s<>"'`\])}]+/giu;

/** Every web address in a text, without trailing punctuation. */
export function linksIn(text: string): string[] {
  return (text.match(linkPattern) ?? []).map((link) => link.replace(/[.,;:!?،。、؟]+$/u, ''));
}

/** A form in which quotes are compared: case, spacing, typographic quotes and dashes do not count. */
export function normalizeForQuote(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[‘’‚‛`´]/g, "'")
    .replace(/[“”„‟«»]/g, '"')
    .replace(/[‐-―]/g, '-')
    .replace(/\s+/g, ' ')
    .trim();
}
