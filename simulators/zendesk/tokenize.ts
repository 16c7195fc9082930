const CONTINUOUS_SCRIPT = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}ー]+/gu;

/**
 * Splits text into search terms: folded to lower case without accents, a plural "s" dropped, and
 * scripts written without spaces cut into pairs of characters.
 */
export function tokenize(text: string): string[] {
  const terms: string[] = [];
  const folded = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  for (const word of folded.match(/[\p{L}\p{N}_]+/gu) ?? []) {
    const rest = word.replace(CONTINUOUS_SCRIPT, (run) => {
      terms.push(...pairsOf(run));
      return ' ';
    });
    for (const part of rest.split(' ')) if (part !== '') terms.push(stem(part));
  }
  return terms;
}

function pairsOf(run: string): string[] {
  const characters = Array.from(run);
  if (characters.length < 2) return characters;
  return characters.slice(1).map((character, index) => `${characters[index] ?? ''}${character}`);
}

function stem(word: string): string {
  return /^[a-z]{3,}[^s]s$/.test(word) ? word.slice(0, -1) : word;
}
