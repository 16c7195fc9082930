const longestWord = 60;
const mostSearches = 3;

/** Single words for Zendesk's search: lower case, no operators, quotes or colons, each once. */
export function searchableWords(words: readonly string[]): string[] {
  const parts = words.flatMap((word) =>
    word
      .normalize('NFKC')
      .toLowerCase()
      .split(/[^\p{L}\p{M}\p{N}_.'’-]+/u),
  );
  const clean = parts
    .map((part) => part.replace(/^[_.'’-]+|[_.'’-]+$/g, ''))
    .filter((part) => part !== '' && part.length <= longestWord);
  return [...new Set(clean)];
}

/** Up to three sets of words, because Zendesk joins words by AND: pairs of the weightiest, so that one odd word does not empty the result. */
export function wordSets(words: readonly string[]): string[][] {
  const [first, second, third, fourth] = words;
  if (first === undefined) return [];
  if (second === undefined) return [[first]];
  if (third === undefined) return [[first, second], [first], [second]];
  return [[first, second], [first, third], fourth === undefined ? [second, third] : [second, fourth]];
}

/** The weightiest words alone, for when no pair found anything. */
export function singleWords(words: readonly string[]): string[][] {
  return words.length < 3 ? [] : words.slice(0, mostSearches).map((word) => [word]);
}

/** Joins ranked lists: what stands high in several comes first. */
export function mergeRanked<T extends { readonly id: number }>(
  lists: readonly (readonly T[])[],
  limit: number,
): T[] {
  const scores = new Map<number, { item: T; score: number }>();
  for (const list of lists) {
    list.forEach((item, rank) => {
      const known = scores.get(item.id);
      scores.set(item.id, { item: known?.item ?? item, score: (known?.score ?? 0) + 1 / (60 + rank) });
    });
  }
  return [...scores.values()]
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ item }) => item);
}
