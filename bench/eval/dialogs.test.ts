import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { findDuplicates, indexCandidates } from '../../src/copilot/evidence/duplicates.ts';
import { assessEscalation } from '../../src/copilot/evidence/escalation.ts';
import { indexReplies, rankReplies } from '../../src/copilot/evidence/reply-match.ts';
import { noCourse } from '../../src/copilot/evidence/ticket-course.ts';
import { readText } from '../../src/copilot/ranking/text-features.ts';
import { exchangesOf, splitAtFirstAnswer, type Dialog } from './dialogs.ts';
import { sameIssuePairs, scorePairs, splitTicketPairs } from './duplicates.ts';
import { scoreEscalation } from './escalation.ts';
import { questionsOf, scoreReplies } from './replies.ts';

/** A conversation written as `c:` and `a:` lines. */
function dialog(
  id: string,
  lines: string,
  summaries: string[] = [],
  negative: boolean | null = null,
): Dialog {
  const turns = lines.split('|').map((line) => ({
    role: line.trim().startsWith('a:') ? ('agent' as const) : ('customer' as const),
    text: line.trim().slice(2).trim(),
  }));
  return { id, turns, summaries, is_negative: negative };
}

const dialogs: readonly Dialog[] = [
  dialog(
    '1',
    'c: My train to Bristol is late | c: again! | a: Which train, please? | c: the 10:04 to Bristol',
    ['Late train to Bristol', 'The customer complains about a delayed Bristol train'],
    false,
  ),
  dialog(
    '2',
    'c: This router is terrible, worst purchase ever | a: Please restart the router | c: Restarted, still no wifi',
    ['Router does not work', 'Customer says that the wifi router is broken'],
    true,
  ),
  dialog(
    '3',
    'c: Where can I download my invoice? | a: You find the invoice under Billing | c: Found it, thanks',
    ['Wants an invoice', 'Customer asks where the invoice is'],
    // Labelled otherwise than the words say, so that a wrong answer is counted too.
    true,
  ),
  dialog('4', 'a: How can we help? | c: I lost my hat in your shop', ['Lost hat'], null),
];
const compared = (id: number, text: string) => ({
  id,
  requesterId: null,
  subject: '',
  text,
  createdAt: null,
});

describe('reading conversations', () => {
  it('parts the customer’s words at the first answer', () => {
    expect(dialogs.map(splitAtFirstAnswer)).toMatchObject([
      { before: ['My train to Bristol is late', 'again!'], after: ['the 10:04 to Bristol'] },
      { before: [expect.any(String)], after: ['Restarted, still no wifi'] },
      { before: [expect.any(String)], after: ['Found it, thanks'] },
      { before: [], after: ['I lost my hat in your shop'] },
    ]);
    expect(exchangesOf(dialogs[0] as Dialog)).toEqual([
      { question: 'My train to Bristol is late\nagain!', answer: 'Which train, please?' },
    ]);
    expect(sameIssuePairs(dialogs)).toHaveLength(3);
    expect(splitTicketPairs(dialogs)).toHaveLength(3);
    expect(questionsOf(dialogs)).toHaveLength(3);
  });
});

describe('the evaluations', () => {
  it('measure the very function that find-duplicates ranks with', () => {
    const pairs = [
      ...splitTicketPairs(dialogs),
      // Nearer to another's text than to its own: found second.
      { query: 'The router and the wifi are slow', target: 'The wifi could be faster' },
    ];
    const index = indexCandidates(pairs.map(({ target }, at) => compared(at + 1, target)));
    const ranks = pairs.map(
      ({ query }, at) => findDuplicates(compared(0, query), index).findIndex(({ id }) => id === at + 1) + 1,
    );
    expect(ranks).toEqual(expect.arrayContaining([0, 1, 2]));
    const { hit1, mrr, tested } = scorePairs(pairs);
    expect(tested).toBe(4);
    expect(hit1).toBeCloseTo(ranks.filter((rank) => rank === 1).length / 4, 3);
    expect(mrr).toBeCloseTo(ranks.reduce((sum, rank) => sum + (rank === 0 ? 0 : 1 / rank), 0) / 4, 3);
  });

  it('measure the very function that predict-escalation assesses with', () => {
    const angry = dialogs.map(
      ({ turns }) =>
        assessEscalation({
          messages: turns.map(({ role, text }) => ({ author: role, text })),
          priority: null,
          tags: [],
          reopens: 0,
          waitMinutes: null,
          minutesToTarget: null,
          badRating: false,
          noReplyMinutes: null,
          course: noCourse,
        }).level !== 'low',
    );
    expect(angry.slice(0, 3)).toEqual([false, true, false]);
    expect(scoreEscalation(dialogs)).toEqual({
      f1: 0.6667,
      macroF1: 0.6667,
      precision: 1,
      recall: 0.5,
      tested: 3,
    });
  });

  it('measure the very function that suggest-macros ranks with', () => {
    const questions = questionsOf(dialogs);
    const index = indexReplies(questions.map(({ reply }) => readText(reply)));
    const first = questions.filter(
      ({ customerTexts }, own) => rankReplies(index, customerTexts)[0]?.index === own,
    );
    const score = scoreReplies(questions, { rounds: 2, answered: false, size: 3 });
    expect(score.tested).toBe(6);
    expect(score.recall1).toBeCloseTo(first.length / 3, 3);
    expect(score.recall5).toBe(1);
  });

  it('keep the group’s own conversations out of the tickets answered before', () => {
    // Nothing but its own turns could lead from such a question to its reply.
    const questions = questionsOf(
      ['qix', 'wub', 'zot'].map((word, at) =>
        dialog(word, `c: ${word} | a: ${['later', 'sooner', 'elsewhere'][at]}`),
      ),
    );
    expect(scoreReplies(questions, { rounds: 2, answered: false, size: 3 }).recall1).toBeLessThan(1);
    expect(scoreReplies(questions, { rounds: 2, answered: true, size: 3 })).toEqual(
      scoreReplies(questions, { rounds: 2, answered: false, size: 3 }),
    );
  });

  it.each([
    ['duplicates.ts', 'evidence/duplicates.ts', 'findDuplicates', ['find-duplicates', 'similar-tickets']],
    ['escalation.ts', 'evidence/escalation.ts', 'assessEscalation', ['predict-escalation']],
    ['replies.ts', 'evidence/reply-match.ts', 'rankReplies', ['suggest-macros']],
  ])('%s imports what its features import: %s, %s', (evaluation, module, name, features) => {
    expect(modulesGiving(name, join(here, evaluation))).toContain(join(copilot, module));
    // A feature that is not written yet is held to it from its first day.
    const written = features.filter((feature) => existsSync(join(copilot, 'features', `${feature}.ts`)));
    for (const feature of written)
      expect(modulesGiving(name, join(copilot, 'features', `${feature}.ts`)), feature).toContain(
        join(copilot, module),
      );
  });
});

const here = import.meta.dirname;
const copilot = join(here, '../../src/copilot');

/** The modules from which a file, or what it imports within the copilot, imports the name. */
function modulesGiving(name: string, file: string, seen = new Set<string>()): string[] {
  if (seen.has(file)) return [];
  seen.add(file);
  const imports = [...readFileSync(file, 'utf8').matchAll(/import (type )?([^;]*?) from '(\.[^']+)'/g)];
  return imports.flatMap(([, type, names = '', path = '']) => {
    const target = join(dirname(file), path);
    if (type !== undefined) return [];
    if (new RegExp(String.raw`\b${name}\b`).test(names)) return [target];
    return target.startsWith(copilot) ? modulesGiving(name, target, seen) : [];
  });
}
