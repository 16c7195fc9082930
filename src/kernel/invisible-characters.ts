/** Text without invisible characters, and whether they could have carried a hidden message. */
export interface VisibleText {
  readonly text: string;
  readonly hiddenTextRemoved: boolean;
}

// Tag characters and supplementary variation selectors can spell out whole sentences that nobody sees.
const smuggling = /[\u{E0000}-\u{E0FFF}\uFFF9-\uFFFB]/gu;
const invisible =
  /[\p{Cc}\u00AD\u034F\u061C\u115F\u1160\u17B4\u17B5\u180B-\u180F\u200B\u200E\u200F\u202A-\u202E\u2060-\u206F\u3164\uFE00-\uFE0D\uFEFF\uFFA0]/gu;
const plain = /^[\n\t\x20-\x7E\xA0-\xAC\xAE-\u02FF]*$/;
const joiners = /[\u200C\u200D]+/gu;
const beforeJoiner =
  /[\p{Extended_Pictographic}\p{Emoji_Modifier}\uFE0F]$|[^\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}\P{L}]$|\p{M}$/u;

/** Removes control, zero-width, bidi and tag characters; keeps line breaks, tabs, and joiners that shape letters or emoji. */
export function removeInvisible(text: string): VisibleText {
  if (plain.test(text)) return { text, hiddenTextRemoved: false };
  const withoutSmuggling = text.replace(smuggling, '');
  const cleaned = withoutSmuggling
    .replace(invisible, (character) =>
      character === '\n' || character === '\t' ? character : character === '\r' ? '\n' : '',
    )
    .replace(joiners, (run, at: number, whole: string) =>
      run.length === 1 && beforeJoiner.test(whole.slice(Math.max(0, at - 2), at)) ? run : '',
    );
  return { text: cleaned, hiddenTextRemoved: withoutSmuggling.length !== text.length };
}

/** One line of text, such as a subject or a name, without what a reader cannot see. */
export function visibleLine(text: string): string {
  return removeInvisible(text).text.replace(/\s+/g, ' ').trim();
}
