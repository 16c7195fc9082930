import type { MacroSuggestions } from '../../contract/abilities.ts';
import { changedFields, type MacroLibrary } from '../macros/macro-library.ts';
import { isEverydayTerm } from '../../kernel/text/everyday-words.ts';
import { writtenTerms } from '../../kernel/text/words.ts';
import { rankReplies } from './reply-match.ts';
import type { AcceptanceModel } from './macro-acceptance.ts';
import { percent } from './tickets.ts';
import { withMeaning } from '../ranking/meanings.ts';

type Suggestion = MacroSuggestions['macros'][number];

/** A macro of average acceptance is rated 50 when its text has this many points for each that a word of one macro alone is worth. */
const halfMatch = 5;
const rarityPower = 1.3;
/** Below this a macro only happens to use the same words. */
const leastScore = 25;
/** From here on the best macro of a list is counted as fitting the ticket. */
export const fittingScore = 45;
/** How far acceptance moves a macro, against its text: the square root of how much better than the mean it is, at most these. */
const acceptancePower = 0.5;
const mostPush = 2;
const wordsShown = 5;

/** Says what a ticket is about: no everyday word, no number or abbreviation alone. */
const isTelling = (term: string): boolean =>
  !isEverydayTerm(term) && !/^(?:\p{N}+|[a-z\d]{1,2})$/u.test(term);

/** What a word that stands in one of so many macros is worth to the text match: more in larger accounts. */
const rareWord = (macros: number): number => Math.log(1 + (macros - 0.5) / 1.5) ** rarityPower;

/** How much more (above 1) or less agents take this macro than others, tempered. */
export function pushOf({ byMacro, mean }: AcceptanceModel, macroId: number): number {
  const rate = byMacro.get(macroId)?.rate ?? mean;
  return Math.min(mostPush, Math.max(1 / mostPush, (rate / mean) ** acceptancePower));
}

/**
 * The macros that fit what the customer wrote (subject included), best first: text match times push. `usable` says
 * which macros this agent may use. Where there are likenesses by meaning, both orders count alike.
 */
export function rankMacros(
  { macros, index, acceptance }: MacroLibrary,
  usable: (macro: MacroLibrary['macros'][number]) => boolean,
  customerTexts: readonly string[],
  limit: number,
  meanings: ReadonlyMap<number, number> = new Map(),
): Suggestion[] {
  const text = customerTexts.join('\n');
  const written = new Map(writtenTerms(text).map((term) => [term.term, term.written]));
  const rarity = index.texts.byView.words.rarity;
  const half = halfMatch * rareWord(macros.length);
  const scoreOf = (points: number): number => percent(points / (points + half));
  const byWords = rankReplies(index, customerTexts)
    .flatMap(({ index: at, score, sharedTerms }) => {
      const macro = macros[at];
      const match = Math.max(0, score);
      // By text alone: what is not taken is shown lower, but it keeps its chance.
      if (macro === undefined || !usable(macro) || scoreOf(match) < leastScore) return [];
      if (!sharedTerms.some(isTelling)) return [];
      const shared = sharedTerms.toSorted((a, b) => (rarity.get(b) ?? 0) - (rarity.get(a) ?? 0));
      return [{ macro, points: match * pushOf(acceptance, macro.id), shared }];
    })
    .toSorted((a, b) => b.points - a.points || a.macro.id - b.macro.id);
  return withMeaning(byWords, meanings, ({ macro }) => macro.id)
    .slice(0, limit)
    .map(({ macro, points, shared }, place) => {
      const known = acceptance.byMacro.get(macro.id);
      return {
        id: macro.id,
        title: macro.title,
        rank: place + 1,
        score: scoreOf(points),
        why: {
          shared: shared.slice(0, wordsShown).map((term) => written.get(term) ?? term),
          acceptance: known === undefined ? null : percent(known.rate),
          applied: known?.applied ?? 0,
          shown: known?.shown ?? 0,
        },
        changes: changedFields(macro),
      };
    });
}
