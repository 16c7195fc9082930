/** How much of a text that still grows is whole sentences; characters from its beginning. */
export function wholeSentences(text: string, language: string): number {
  const segments = [...new Intl.Segmenter(language, { granularity: 'sentence' }).segment(text)];
  const last = segments.at(-1);
  if (last === undefined) return 0;
  // A line that has ended is whole, whatever follows; a number with a point may only be the mark of a list.
  return /\n\s*$/.test(last.segment) ? text.length : last.index;
}
