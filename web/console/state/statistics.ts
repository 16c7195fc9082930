import type { AiAgentDay } from '../../../src/contract/ai-agents.ts';
import type { AiAgentOutcome } from '../../../src/contract/questions.ts';

/** A day with what the chat counted and what the tickets say. */
export interface StatisticsRow {
  readonly day: string;
  readonly conversations: number;
  readonly turns: number;
  readonly unanswered: number;
  readonly handOffs: number;
  readonly verdictsUp: number;
  readonly verdictsDown: number;
  readonly confirmed: number;
  readonly silent: number;
  readonly cameBack: number;
  readonly unknown: number;
  readonly tokens: number;
  readonly costNanoUsd: number;
  readonly unpricedTurns: number;
}

const numbers = [
  'conversations',
  'turns',
  'unanswered',
  'handOffs',
  'verdictsUp',
  'verdictsDown',
  'confirmed',
  'silent',
  'cameBack',
  'unknown',
  'tokens',
  'costNanoUsd',
  'unpricedTurns',
] as const;

/** Newest first, with the sum over all days. */
export function joinDays(
  days: readonly AiAgentDay[],
  outcomes: readonly AiAgentOutcome[],
): { readonly days: readonly StatisticsRow[]; readonly total: StatisticsRow } {
  const counted = new Map(days.map((day) => [day.day, day]));
  const ended = new Map(outcomes.map((day) => [day.day, day]));
  const all = [...new Set([...counted.keys(), ...ended.keys()])].toSorted().toReversed();
  const rows = all.map((day): StatisticsRow => {
    const chat = counted.get(day);
    const end = ended.get(day);
    return {
      day,
      conversations: chat?.conversations ?? 0,
      turns: chat?.turns ?? 0,
      unanswered: chat?.unanswered ?? 0,
      handOffs: chat?.handOffs ?? 0,
      verdictsUp: chat?.verdictsUp ?? 0,
      verdictsDown: chat?.verdictsDown ?? 0,
      confirmed: end?.confirmed ?? 0,
      silent: end?.silent ?? 0,
      cameBack: end?.cameBack ?? 0,
      unknown: end?.unknown ?? chat?.conversations ?? 0,
      tokens: (chat?.inputTokens ?? 0) + (chat?.outputTokens ?? 0),
      costNanoUsd: chat?.costNanoUsd ?? 0,
      unpricedTurns: chat?.unpricedTurns ?? 0,
    };
  });
  const total = Object.fromEntries(
    numbers.map((name) => [name, rows.reduce((sum, row) => sum + row[name], 0)]),
  ) as Omit<StatisticsRow, 'day'>;
  return { days: rows, total: { day: '', ...total } };
}
