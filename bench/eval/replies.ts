import { indexReplies, rankReplies, type AnsweredTurn } from '../../src/copilot/evidence/reply-match.ts';
import { rankByBm25 } from '../../src/kernel/text/bm25.ts';
import { readText, type TextFeatures } from '../../src/copilot/ranking/text-features.ts';
import { terms } from '../../src/kernel/text/words.ts';
import { printResult } from '../report.ts';
import { exchangesOf, readDialogs, splitAtFirstAnswer, type Dialog } from './dialogs.ts';
import { evaluationArguments, progress, rounded, seededRandom, shuffled, stop } from './support.ts';

const groupSize = 100;

/** A conversation up to the first answer, and that answer. */
interface Question {
  readonly customerTexts: readonly string[];
  readonly reply: string;
  readonly replyFeatures: TextFeatures;
  readonly turns: readonly AnsweredTurn[];
}

export interface ReplyScore {
  readonly recall1: number;
  readonly recall5: number;
  readonly mrr: number;
  readonly baselineRecall1: number;
  readonly tested: number;
}

export function questionsOf(dialogs: readonly Dialog[]): Question[] {
  return dialogs.flatMap((dialog) => {
    const customerTexts = splitAtFirstAnswer(dialog).before;
    const reply = dialog.turns.find(({ role }) => role === 'agent')?.text;
    if (reply === undefined || customerTexts.length === 0) return [];
    const turns = exchangesOf(dialog).map(({ question, answer }) => ({
      question: readText(question),
      answer: readText(answer),
    }));
    return [{ customerTexts, reply, replyFeatures: readText(reply), turns }];
  });
}

/**
 * Draws groups of `size` conversations; each conversation's first answer is to be found among the group's. With
 * `answered`, the conversations outside the group serve as tickets answered before; none of the group's does.
 */
export function scoreReplies(
  questions: readonly Question[],
  options: { readonly rounds: number; readonly answered: boolean; readonly size?: number },
): ReplyScore {
  const size = options.size ?? groupSize;
  const random = seededRandom(1);
  const sum = { first: 0, five: 0, mrr: 0, baseline: 0, tested: 0 };
  for (let round = 0; round < options.rounds; round += 1) {
    const order = shuffled(questions, random);
    for (let start = 0; start + size <= order.length; start += size) {
      const group = order.slice(start, start + size);
      const others = [...order.slice(0, start), ...order.slice(start + size)];
      const index = indexReplies(
        group.map(({ replyFeatures }) => replyFeatures),
        options.answered ? others.flatMap(({ turns }) => turns) : [],
      );
      const plain = group.map(({ reply }) => terms(reply));
      group.forEach(({ customerTexts }, own) => {
        const rank = rankReplies(index, customerTexts).findIndex((ranked) => ranked.index === own) + 1;
        sum.tested += 1;
        sum.mrr += 1 / rank;
        if (rank === 1) sum.first += 1;
        if (rank <= 5) sum.five += 1;
        if (rankByBm25(terms(customerTexts.join('\n')), plain)[0]?.index === own) sum.baseline += 1;
      });
    }
  }
  const share = (count: number): number => rounded(count / Math.max(1, sum.tested));
  return {
    recall1: share(sum.first),
    recall5: share(sum.five),
    mrr: share(sum.mrr),
    baselineRecall1: share(sum.baseline),
    tested: sum.tested,
  };
}

export function run(args: string[]): void {
  const options = evaluationArguments(args, 'replies --dialogs JSONL [--quick]', ['dialogs']);
  const questions = questionsOf(readDialogs(options.dialogs));
  if (questions.length < groupSize)
    stop(
      `1 of ${groupSize} needs at least ${groupSize} answered conversations; there are ${questions.length}.`,
    );
  const rounds = options.quick ? 1 : 5;
  progress(`Ranking ${groupSize} replies for ${questions.length} conversations, ${rounds} drawings`);
  const score = scoreReplies(questions, { rounds, answered: true });
  const alone = scoreReplies(questions, { rounds, answered: false });
  printResult(
    `Replies: the agent's first answer among ${groupSize}, groups drawn ${rounds} times${options.quick ? ' (quick)' : ''}`,
    {
      recall1: score.recall1,
      recall5: score.recall5,
      mrr: score.mrr,
      withoutAnsweredTickets: { recall1: alone.recall1, recall5: alone.recall5, mrr: alone.mrr },
      baselineRecall1: score.baselineRecall1,
      tested: score.tested,
    },
    false,
  );
}
