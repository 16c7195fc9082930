import { stem } from '../../../kernel/text/words.ts';
import type { ChanceFloor } from './chance-floor.ts';
import type { PassageIndex } from './passage-index.ts';
import type { FloorCheck } from '../passage.ts';
import { passageWords } from './passage-words.ts';

/** Earlier turns tell what "it" is; the newest one what is asked. */
const newestWeight = 3;
const turnsRead = 12;

export interface Ranking {
  /** Places in the index, best first; what shares no word is left out. */
  readonly ranked: readonly { readonly index: number; readonly score: number }[];
  /** False: no passage holds more of the question than chance gives. */
  readonly sure: boolean;
  /** What that was judged by. */
  readonly check: FloorCheck | undefined;
}

/** Words and pairs of a conversation, newest last. */
export function questionOf(turns: readonly string[]): {
  readonly words: ReadonlyMap<string, number>;
  readonly pairs: ReadonlyMap<string, number>;
} {
  const words = new Map<string, number>();
  const pairs = new Map<string, number>();
  const recent = turns.slice(-turnsRead);
  recent.forEach((turn, at) => {
    const weight = at === recent.length - 1 ? newestWeight : 1;
    const list = passageWords(turn);
    const add = (to: Map<string, number>, term: string): void => {
      to.set(term, (to.get(term) ?? 0) + weight);
    };
    list.forEach((word, place) => {
      add(words, word);
      const next = list[place + 1];
      if (next !== undefined) add(pairs, `${word} ${next}`);
    });
  });
  return { words, pairs };
}

/** Ranks passages by words for the newest turn of a conversation. */
export function rankPassages(
  index: PassageIndex,
  floor: ChanceFloor,
  turns: readonly string[],
  options: { readonly limit: number; readonly background?: PassageIndex },
): Ranking {
  const { words, pairs } = questionOf(turns);
  const scores = index.score(words, pairs, options.background);
  const ranked = [...scores]
    .map((score, at) => ({ index: at, score }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score || a.index - b.index)
    .slice(0, options.limit);
  return { ranked, ...judge(index, floor, turns, new Set(ranked.slice(0, 5).map((one) => one.index))) };
}

/** Judged by the newest turn, and where that is short by what came before it as well. */
function judge(
  index: PassageIndex,
  floor: ChanceFloor,
  turns: readonly string[],
  best: ReadonlySet<number>,
): Pick<Ranking, 'sure' | 'check'> {
  if (best.size === 0) return { sure: false, check: undefined };
  const checkOf = (text: string): FloorCheck => {
    const stems = [...new Set(passageWords(text).map(stem))];
    if (stems.length === 0) return { reached: 0, needed: 1 };
    return { reached: index.bestCoverage(stems, best), needed: floor.of(stems.length) };
  };
  const reaches = ({ reached, needed }: FloorCheck): boolean => reached >= needed;
  const newest = turns.at(-1) ?? '';
  const alone = checkOf(newest);
  if (reaches(alone) || turns.length < 2 || passageWords(newest).length >= 4)
    return { sure: reaches(alone), check: alone };
  const together = checkOf(turns.slice(-3).join('\n'));
  return { sure: reaches(together), check: together };
}
