import { entitiesIn } from '../ranking/text-features.ts';
import { isEverydayTerm } from '../../kernel/text/everyday-words.ts';
import { writtenTerms, type WrittenTerm } from '../../kernel/text/words.ts';

/** The same thing as each of two texts writes it. */
export interface SharedPassage {
  readonly here: string;
  readonly there: string;
}

export interface SharedEvidence {
  /** Words and runs of words that both texts have; the longest and rarest first. */
  readonly passages: readonly SharedPassage[];
  /** Order numbers, codes, amounts, dates, addresses that both texts name. */
  readonly entities: readonly string[];
}

const passagesShown = 6;
const termsCompared = 400;

interface Run {
  readonly here: number;
  readonly there: number;
  readonly length: number;
}

/** Longest runs of the same terms in both texts; each term of the first text stands in one run at most. */
function sharedRuns(here: readonly WrittenTerm[], there: readonly WrittenTerm[]): Run[] {
  const places = new Map<string, number[]>();
  there.forEach(({ term }, at) => places.set(term, [...(places.get(term) ?? []), at]));
  const runs: Run[] = [];
  for (let at = 0; at < here.length;) {
    let best: Run = { here: at, there: 0, length: 0 };
    for (const start of places.get(here[at]?.term ?? '') ?? []) {
      let length = 1;
      while (here[at + length] !== undefined && here[at + length]?.term === there[start + length]?.term)
        length += 1;
      if (length > best.length) best = { here: at, there: start, length };
    }
    if (best.length > 0) runs.push(best);
    at += Math.max(1, best.length);
  }
  return runs;
}

function passage(text: string, list: readonly WrittenTerm[], from: number, length: number): string {
  const first = list[from];
  const last = list[from + length - 1];
  if (first === undefined || last === undefined) return '';
  return text.slice(first.at, last.at + last.written.length).replaceAll(/\s+/g, ' ');
}

/** What two texts have in common, written side by side; `rarityOf` says how telling a term is (0: not at all). */
export function sharedEvidence(
  hereText: string,
  thereText: string,
  rarityOf: (term: string) => number,
): SharedEvidence {
  const here = writtenTerms(hereText).slice(0, termsCompared);
  const there = writtenTerms(thereText).slice(0, termsCompared);
  const seen = new Set<string>();
  const passages = sharedRuns(here, there)
    .map((run) => {
      const termsOfRun = here.slice(run.here, run.here + run.length).map(({ term }) => term);
      return {
        key: termsOfRun.join(' '),
        worth: termsOfRun.reduce((sum, term) => sum + rarityOf(term) * (isEverydayTerm(term) ? 0.3 : 1), 0),
        here: passage(hereText, here, run.here, run.length),
        there: passage(thereText, there, run.there, run.length),
      };
    })
    .toSorted((a, b) => b.worth - a.worth)
    .filter(({ key, worth }) => worth > 0 && !seen.has(key) && seen.add(key) !== undefined)
    .slice(0, passagesShown)
    .map(({ here: inHere, there: inThere }) => ({ here: inHere, there: inThere }));
  const named = new Set(entitiesIn(thereText));
  return { passages, entities: entitiesIn(hereText).filter((entity) => named.has(entity)) };
}
