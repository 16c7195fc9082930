const opening = ['Thank', 'you', 'for', 'your', 'message.'];
const wordList = (
  'We have checked your order and it left the warehouse yesterday. The parcel travels with the usual carrier and arrives ' +
  'within three days. You can follow it with the link in the message we sent. Please tell us when it has not come by then.'
).split(' ');

const known = new Map<number, string>();

/** Always the same `count` words, beginning with "Thank you", each followed by a space. */
export function plainText(count: number): string {
  const before = known.get(count);
  if (before !== undefined) return before;
  const words = Array.from(
    { length: count },
    (_, index) => opening[index] ?? wordList[(index - opening.length) % wordList.length],
  );
  const text = words.map((word) => `${word} `).join('');
  if (known.size < 1_000) known.set(count, text);
  return text;
}

/** Cuts text into chunks: words in groups, or runs of characters for JSON and for scripts without spaces. */
export function chunksOf(
  text: string,
  options: { readonly words: number; readonly characters: number },
): string[] {
  const isJson = text.startsWith('{') || text.startsWith('[');
  const parts = isJson
    ? runsOf(text, options.characters)
    : (text.match(/\s*\S+\s*/g) ?? [text]).flatMap((part) => runsOf(part, 24));
  if (isJson || options.words === 1) return parts;
  const groups: string[] = [];
  for (let index = 0; index < parts.length; index += options.words)
    groups.push(parts.slice(index, index + options.words).join(''));
  return groups;
}

function runsOf(text: string, size: number): string[] {
  if (text.length <= size) return [text];
  const runs: string[] = [];
  let from = 0;
  while (from < text.length) {
    let to = Math.min(text.length, from + size);
    // A surrogate pair stays in one chunk, as a real tokenizer's decoder would keep it.
    if (to < text.length && /[\ud800-\udbff]/.test(text[to - 1] ?? '')) to += 1;
    runs.push(text.slice(from, to));
    from = to;
  }
  return runs;
}
