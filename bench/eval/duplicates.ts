import {
  findDuplicates,
  indexCandidates,
  type ComparedTicket,
} from '../../src/copilot/evidence/duplicates.ts';
import { rankByBm25 } from '../../src/kernel/text/bm25.ts';
import { terms } from '../../src/kernel/text/words.ts';
import { printResult } from '../report.ts';
import { readDialogs, splitAtFirstAnswer, type Dialog } from './dialogs.ts';
import { evaluationArguments, progress, rounded, stop } from './support.ts';

/** Two texts about one matter: the second is to be found from the first, among the second texts of all pairs. */
export interface Pair {
  readonly query: string;
  readonly target: string;
}

export interface PairScore {
  readonly hit1: number;
  readonly hit5: number;
  /** Mean of 1/rank; 0 beyond the first 50. */
  readonly mrr: number;
  /** Hit@1 of plain BM25 on the same pairs. */
  readonly baselineHit1: number;
  /** Share of the best candidates in the band "likely" that are right; null when there are none. */
  readonly likelyPrecision: number | null;
  /** Share of the queries whose best candidate is in that band. */
  readonly likelyShare: number;
  readonly tested: number;
}

const ranksRead = 50;
const quickQueries = 250;

/** Summary by a second person → summary of the same conversation by a first. */
export function sameIssuePairs(dialogs: readonly Dialog[]): Pair[] {
  return dialogs.flatMap(({ summaries: [first, second] }) =>
    first === undefined || second === undefined ? [] : [{ query: second, target: first }],
  );
}

/** What the customer wrote after the first answer, as if it were a ticket of its own → what they wrote before it. */
export function splitTicketPairs(dialogs: readonly Dialog[]): Pair[] {
  return dialogs.flatMap((dialog) => {
    const { before, after } = splitAtFirstAnswer(dialog);
    if (before.length === 0 || after.length === 0) return [];
    return [{ query: after.join('\n'), target: before.join('\n') }];
  });
}

/** The pairs' queries, at most `queries` of them evenly taken, against the targets of all pairs, through the function of `find-duplicates`. */
export function scorePairs(pairs: readonly Pair[], queries = pairs.length): PairScore {
  const ticket = (id: number, text: string): ComparedTicket => ({
    id,
    requesterId: null,
    subject: '',
    text,
    createdAt: null,
  });
  const index = indexCandidates(pairs.map(({ target }, at) => ticket(at + 1, target)));
  const targets = pairs.map(({ target }) => terms(target));
  const sum = { hit1: 0, hit5: 0, mrr: 0, baseline: 0, likely: 0, likelyRight: 0 };
  const step = Math.max(1, Math.ceil(pairs.length / queries));
  let tested = 0;
  pairs.forEach(({ query }, at) => {
    if (at % step !== 0) return;
    tested += 1;
    const found = findDuplicates(ticket(0, query), index, ranksRead);
    const rank = found.findIndex(({ id }) => id === at + 1) + 1;
    if (rank === 1) sum.hit1 += 1;
    if (rank >= 1 && rank <= 5) sum.hit5 += 1;
    if (rank >= 1) sum.mrr += 1 / rank;
    if (found[0]?.band === 'likely') {
      sum.likely += 1;
      if (rank === 1) sum.likelyRight += 1;
    }
    if (rankByBm25(terms(query), targets)[0]?.index === at) sum.baseline += 1;
  });
  const share = (count: number): number => rounded(count / Math.max(1, tested));
  return {
    hit1: share(sum.hit1),
    hit5: share(sum.hit5),
    mrr: share(sum.mrr),
    baselineHit1: share(sum.baseline),
    likelyPrecision: sum.likely === 0 ? null : rounded(sum.likelyRight / sum.likely),
    likelyShare: share(sum.likely),
    tested,
  };
}

export function run(args: string[]): void {
  const options = evaluationArguments(args, 'duplicates --dialogs JSONL [--quick]', ['dialogs']);
  const dialogs = readDialogs(options.dialogs);
  const summaries = sameIssuePairs(dialogs);
  const splits = splitTicketPairs(dialogs);
  if (summaries.length < 2 || splits.length < 2)
    stop('Too few conversations with two summaries, or with customer turns before and after an answer.');
  progress(`Comparing ${summaries.length} pairs of summaries`);
  const same = scorePairs(summaries, options.quick ? quickQueries : undefined);
  progress(`Comparing ${splits.length} split conversations`);
  const split = scorePairs(splits, options.quick ? quickQueries : undefined);
  printResult(
    `Duplicates: each text against ${summaries.length} summaries / ${splits.length} first messages${options.quick ? ' (quick: a part of the queries)' : ''}`,
    {
      sameIssueHit1: same.hit1,
      sameIssueMrr: same.mrr,
      sameIssueHit5: same.hit5,
      sameIssueBaselineHit1: same.baselineHit1,
      splitTicketHit1: split.hit1,
      splitTicketHit5: split.hit5,
      splitTicketMrr: split.mrr,
      splitTicketBaselineHit1: split.baselineHit1,
      likelyPrecision: { sameIssue: same.likelyPrecision, splitTicket: split.likelyPrecision },
      likelyShare: { sameIssue: same.likelyShare, splitTicket: split.likelyShare },
      tested: { sameIssue: same.tested, splitTicket: split.tested },
    },
    false,
  );
}
