const saturation = 1.2;
const lengthWeight = 0.75;

export interface Ranked {
  readonly index: number;
  readonly score: number;
  /** Share of the query's weight (by rarity) that this document covers, 0 to 1. */
  readonly coverage: number;
}

/** Okapi BM25 over documents given as term lists; best first, documents without any query term left out. */
export function rankByBm25(query: readonly string[], documents: readonly (readonly string[])[]): Ranked[] {
  const averageLength =
    documents.reduce((sum, terms) => sum + terms.length, 0) / Math.max(1, documents.length) || 1;
  const counts = documents.map((terms) => {
    const count = new Map<string, number>();
    for (const term of terms) count.set(term, (count.get(term) ?? 0) + 1);
    return count;
  });
  const queryCounts = new Map<string, number>();
  for (const term of query) queryCounts.set(term, (queryCounts.get(term) ?? 0) + 1);
  const rarity = new Map<string, number>();
  let queryWeight = 0;
  for (const [term, inQuery] of queryCounts) {
    const holding = counts.reduce((sum, count) => sum + (count.has(term) ? 1 : 0), 0);
    const idf = Math.log(1 + (documents.length - holding + 0.5) / (holding + 0.5));
    rarity.set(term, idf);
    if (holding > 0) queryWeight += idf * Math.min(inQuery, 3);
  }
  const ranked: Ranked[] = [];
  counts.forEach((count, index) => {
    const length = documents[index]?.length ?? 0;
    let score = 0;
    let covered = 0;
    for (const [term, inQuery] of queryCounts) {
      const frequency = count.get(term);
      if (frequency === undefined) continue;
      const idf = rarity.get(term) ?? 0;
      const weight = Math.min(inQuery, 3);
      score +=
        weight *
        idf *
        ((frequency * (saturation + 1)) /
          (frequency + saturation * (1 - lengthWeight + (lengthWeight * length) / averageLength)));
      covered += idf * weight;
    }
    if (score > 0) ranked.push({ index, score, coverage: queryWeight === 0 ? 0 : covered / queryWeight });
  });
  return ranked.sort((a, b) => b.score - a.score || a.index - b.index);
}
