/** A piece of a draft: plain words, or a citation marker such as `[2]`. */
export type ReplyPiece =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'marker'; readonly source: number };

/** Splits a draft at its markers; a number without a source stays text. */
export function splitMarkers(text: string, known: ReadonlySet<number>): ReplyPiece[] {
  const pieces: ReplyPiece[] = [];
  let from = 0;
  for (const match of text.matchAll(/\[(\d{1,2}(?:\s*,\s*\d{1,2})*)\](?!\()/g)) {
    const numbers = (match[1] ?? '').split(',').map(Number);
    if (!numbers.every((number) => known.has(number))) continue;
    if (match.index > from) pieces.push({ kind: 'text', text: text.slice(from, match.index) });
    for (const source of numbers) pieces.push({ kind: 'marker', source });
    from = match.index + match[0].length;
  }
  if (from < text.length) pieces.push({ kind: 'text', text: text.slice(from) });
  return pieces;
}

/** The draft as the customer may read it: no citation markers and no gaps where they stood. */
export function stripMarkers(text: string): string {
  return text
    .replace(/[ \t\u00a0]*\[\d{1,2}(?:\s*,\s*\d{1,2})*\](?!\()/g, '')
    .replace(/[ \t]+$/gm, '')
    .trim();
}

/** An unfinished marker at the end of streamed text, which would flicker, is held back. */
export function withoutOpenMarker(text: string): string {
  return text.replace(/\[\d{0,2}$/, '');
}

/** The instruction for a new draft from what the agent said and answered; empty when nothing was. */
export function composeInstruction(
  said: string,
  answers: readonly { question: string; answer: string }[],
): string {
  const answered = answers
    .filter(({ answer }) => answer.trim() !== '')
    .map(({ question, answer }) => `${question} ${answer.trim()}`);
  return [said.trim(), ...answered]
    .filter((line) => line !== '')
    .join('\n')
    .slice(0, 2_000);
}
