const classOf = { space: 0, lower: 1, upper: 2, letter: 3, digit: 4, whole: 5, sign: 6 } as const;
type CharacterClass = (typeof classOf)[keyof typeof classOf];

/** Sums of estimated tokens over a text: what lies between two offsets costs one subtraction. */
export class TokenCounts {
  /** Hundredths of a token before each offset. */
  private readonly sums: Uint32Array;

  constructor(text: string) {
    this.sums = new Uint32Array(text.length + 1);
    let before: CharacterClass = classOf.space;
    let run = 0;
    let sum = 0;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      const current = classify(code);
      run = continues(before, current) ? run + 1 : 0;
      sum += weight(current, run, code);
      this.sums[at + 1] = sum;
      before = current;
    }
  }

  /** Estimated tokens from `start` up to `end`. */
  between(start: number, end: number): number {
    return ((this.sums[end] ?? 0) - (this.sums[start] ?? 0)) / 100;
  }
}

/** Estimated tokens of a text, by the lengths of its words; a multilingual tokenizer counts about as many or fewer. */
export function estimateTokens(text: string): number {
  return new TokenCounts(text).between(0, text.length);
}

function classify(code: number): CharacterClass {
  if (code < 0x80) {
    if (code <= 0x20) return classOf.space;
    if (code >= 0x61 && code <= 0x7a) return classOf.lower;
    if (code >= 0x41 && code <= 0x5a) return classOf.upper;
    return code >= 0x30 && code <= 0x39 ? classOf.digit : classOf.sign;
  }
  if (code === 0xa0 || code === 0x3000 || (code >= 0x2000 && code <= 0x200a)) return classOf.space;
  if (code < 0xc0) return classOf.sign;
  if (code < 0x0900) return classOf.letter;
  // Scripts without spaces or with syllables of their own, surrogates of rare letters and emoji.
  if ((code >= 0x1e00 && code < 0x2000) || (code >= 0xfb1d && code < 0xff00)) return classOf.letter;
  return classOf.whole;
}

/** A word goes on: small letters after letters, digits after digits. */
function continues(before: CharacterClass, current: CharacterClass): boolean {
  if (current === classOf.lower)
    return before === classOf.lower || before === classOf.upper || before === classOf.letter;
  if (current === classOf.upper) return before === classOf.upper;
  if (current === classOf.letter)
    return before === classOf.letter || before === classOf.lower || before === classOf.upper;
  return current === classOf.digit && before === classOf.digit;
}

function weight(current: CharacterClass, run: number, code: number): number {
  switch (current) {
    case classOf.space:
      return code === 0x0a ? 20 : 2;
    case classOf.lower:
      return run === 0 ? 90 : run < 4 ? 6 : 20;
    case classOf.upper:
      return run === 0 ? 100 : 45;
    case classOf.letter:
      return run === 0 ? 95 : 38;
    case classOf.digit:
      return run === 0 ? 80 : 40;
    case classOf.whole:
      if (code >= 0xd800 && code < 0xe000) return 150;
      // Indic scripts, Thai, Lao, Khmer: several characters a syllable.
      return code < 0x10a0 || (code >= 0x1780 && code < 0x1800) ? 60 : 95;
    default:
      return 75;
  }
}
