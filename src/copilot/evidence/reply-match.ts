import { scoreByBm25 } from '../../kernel/text/bm25.ts';
import { expectedAnswerTerms } from '../ranking/expected-answers.ts';
import { readText, type TextFeatures } from '../ranking/text-features.ts';
import {
  indexTexts,
  scoreTexts,
  typicalScores,
  type TextIndex,
  type ViewWeights,
} from '../ranking/text-index.ts';

/** What a customer wrote in another ticket and what an agent answered to it. */
export interface AnsweredTurn {
  readonly question: TextFeatures;
  readonly answer: TextFeatures;
}

export interface ReplyIndex {
  readonly replies: readonly TextFeatures[];
  readonly texts: TextIndex;
  readonly answered: readonly AnsweredTurn[];
  readonly questions: TextIndex;
  /** What each reply scores on average for the questions of other tickets. */
  readonly typical: Float64Array;
}

export interface RankedReply {
  /** Place in the list of replies. */
  readonly index: number;
  readonly score: number;
  /** Terms that the conversation and the reply share (see `terms`). */
  readonly sharedTerms: readonly string[];
  /** Part of the score, 0 to 1, that comes from what agents answered to similar questions. */
  readonly fromAnswers: number;
}

const replyWeights: ViewWeights = { words: 1, grams: 0.1, meanings: 0.8, entities: 0.5 };
const questionWeights: ViewWeights = { words: 1, grams: 0, meanings: 0.5, entities: 0.5 };
const answerWeights: ViewWeights = { words: 1, grams: 0.1, meanings: 0.5, entities: 0 };
const everydayFactor = 0.5;
/** Weight of the terms that a reply to such a question usually holds. */
const expectedWeight = 0.3;
/** Weight of likeness to the answers given to similar questions. */
const answeredWeight = 2;
const similarQuestions = 15;

/**
 * Makes replies or macros ready to be ranked. `answered` are turns of other tickets that Zendesk returned for this
 * call: they show which words are rare in this account, and what agents answer to such questions.
 */
export function indexReplies(
  replies: readonly TextFeatures[],
  answered: readonly AnsweredTurn[] = [],
): ReplyIndex {
  const background = answered.flatMap(({ question, answer }) => [question, answer]);
  const texts = indexTexts(replies, background, everydayFactor);
  return {
    replies,
    texts,
    typical: typicalScores(
      texts,
      answered.map(({ question }) => question),
      (query) => scoreDirectly(texts, query),
    ),
    answered,
    questions: indexTexts(
      answered.map(({ question }) => question),
      [],
      everydayFactor,
    ),
  };
}

/**
 * Ranks the replies for a conversation, best first; each reply appears. The texts are all the customer wrote so far,
 * subject included: the last message alone seldom says what it is about. What agents wrote stays out, or the reply
 * that was already sent would come first.
 */
export function rankReplies(index: ReplyIndex, customerTexts: readonly string[]): RankedReply[] {
  const query = readText(customerTexts.join('\n'));
  const direct = scoreDirectly(index.texts, query);
  const answers = scoreByAnswers(index, query);
  const words = new Set(query.words);
  return index.replies
    .map((reply, at) => {
      const own = direct[at] ?? 0;
      const learnt = answeredWeight * (answers[at] ?? 0);
      return {
        index: at,
        score: own + learnt - (index.typical[at] ?? 0),
        sharedTerms: [...new Set(reply.words)].filter((word) => words.has(word)),
        fromAnswers: own + learnt === 0 ? 0 : learnt / (own + learnt),
      };
    })
    .toSorted((a, b) => b.score - a.score || a.index - b.index);
}

/** What the replies share with the question itself, and what replies to such questions usually say. */
function scoreDirectly(texts: TextIndex, query: TextFeatures): Float64Array {
  const expected = scoreByBm25(texts.byView.words, expectedAnswerTerms(query.words), {
    saturation: 0.6,
    lengthWeight: 0.6,
    queryLimit: 2,
  });
  return scoreTexts(texts, query, replyWeights).map(
    (score, at) => score + expectedWeight * (expected[at] ?? 0),
  );
}

/** How like each reply is to the answers of the most similar questions, each counted by its similarity. */
function scoreByAnswers(index: ReplyIndex, query: TextFeatures): Float64Array {
  const total = new Float64Array(index.replies.length);
  const similarity = scoreTexts(index.questions, query, questionWeights);
  const nearest = [...similarity]
    .map((score, at) => ({ score, answer: index.answered[at]?.answer }))
    .filter(({ score }) => score > 0)
    .toSorted((a, b) => b.score - a.score)
    .slice(0, similarQuestions);
  const sum = nearest.reduce((all, { score }) => all + score, 0);
  for (const { score, answer } of nearest) {
    if (answer === undefined) continue;
    for (const [at, likeness] of scoreTexts(index.texts, answer, answerWeights).entries())
      total[at] = (total[at] ?? 0) + (score / sum) * likeness;
  }
  return total;
}
