import { expect, test } from 'vitest';
import { growingSummary, insightOf, notOpened, reduceOpening, type OpeningAction } from './opening.ts';

const evidence = {
  intent: null,
  sentiment: 'neutral',
  language: null,
  priority: null,
  group: null,
  escalation: null,
  entities: [],
  summary: null,
} as const;
const partial = (value: unknown): OpeningAction => ({ type: 'event', event: { type: 'partial', value } });
const after = (...actions: readonly OpeningAction[]) =>
  [{ type: 'start' } as const, ...actions].reduce(reduceOpening, notOpened);

test('evidence is kept beside the words that grow, whichever comes first', () => {
  const growing = partial({ sentiment: 'angry', summary: { wants: 'A ref' } });
  for (const opening of [after(partial(evidence), growing), after(growing, partial(evidence))]) {
    expect(insightOf(opening)?.sentiment).toBe('neutral');
    expect(growingSummary(opening)).toEqual({ wants: 'A ref' });
  }
});

test('the checked output replaces the evidence', () => {
  const opening = after(partial(evidence), {
    type: 'output',
    output: { ...evidence, sentiment: 'angry', entities: [] },
    degraded: null,
  });
  expect(insightOf(opening)?.sentiment).toBe('angry');
});

test('a card that cannot be read counts as failed, one of an unknown name as nothing', () => {
  const opening = after(
    { type: 'card', name: 'suggest-tags', value: { tags: [], compared: 3 } },
    { type: 'card', name: 'find-duplicates', value: { candidates: 'none' } },
    { type: 'card', name: 'constructor', value: {} },
  );
  expect(opening.cards['suggest-tags']).toEqual({ value: { tags: [], compared: 3 }, failure: null });
  expect(opening.cards['find-duplicates']?.failure).toEqual({ kind: 'unreachable' });
  expect(Object.keys(opening.cards)).toHaveLength(2);
});

test('cards outlive the end of the run, and a new start begins with none', () => {
  const card: OpeningAction = { type: 'card', name: 'suggest-tags', value: { tags: [], compared: 3 } };
  const stopped = after(card, { type: 'stop' });
  expect(stopped.cards['suggest-tags']).toBeDefined();
  expect(reduceOpening(stopped, { type: 'start' }).cards).toEqual({});
});
