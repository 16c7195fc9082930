const digitZeros = [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50, 0xff10];
const plainForms: Readonly<Record<string, string>> = {
  '＠': '@',
  '＋': '+',
  '．': '.',
  '（': '(',
  '）': ')',
  '：': ':',
  '／': '/',
  '﹢': '+',
};
const foldable =
  /[\u00a0\u0660-\u0669\u06f0-\u06f9\u0966-\u096f\u09e6-\u09ef\u0e50-\u0e59\u2000-\u200a\u2010-\u2015\u202f\u205f\u2212\u3000\ufe62\uff08\uff09\uff0b\uff0d\uff0e\uff0f\uff10-\uff1a\uff20]/g;

/** Writes digits, spaces, dashes and signs of other scripts in ASCII, one for one: a position in the result is the same position in the text. */
export function foldText(text: string): string {
  return text.replace(foldable, (character) => {
    const code = character.charCodeAt(0);
    const zero = digitZeros.find((one) => code >= one && code <= one + 9);
    if (zero !== undefined) return String(code - zero);
    const plain = plainForms[character];
    if (plain !== undefined) return plain;
    return (code >= 0x2010 && code <= 0x2015) || code === 0x2212 || code === 0xff0d ? '-' : ' ';
  });
}
