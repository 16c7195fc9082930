import { expect, it } from 'vitest';
import { AiAgentSettings } from '../../../src/contract/ai-agents.ts';
import { readDraft, toDraft } from './settings-draft.ts';
import { joinDays } from './statistics.ts';
import { readRoute } from './route.ts';
import { takeLink } from './link.ts';

const whole = AiAgentSettings.parse({
  greeting: 'Hello',
  starters: ['One?', 'Two?'],
  languages: ['en', 'pt-BR'],
  refusedTopics: ['Politics'],
  model: { providerId: null, tier: 'fast', temperature: 0.3 },
  handOff: { enabled: true, when: ['A refund is asked for'], afterUnanswered: null, groupId: 42 },
  businessHours: {
    timeZone: 'Europe/Berlin',
    week: [
      [
        { from: '09:00', to: '12:00' },
        { from: '13:00', to: '24:00' },
      ],
      [],
      [],
      [],
      [],
      [],
      [],
    ],
    holidays: ['2026-12-25'],
  },
  dailyBudget: { metric: 'nano-usd', most: 2_500_000_000 },
  allowedOrigins: ['https://shop.example', 'http://localhost:3000'],
});

it.each([whole, AiAgentSettings.parse({})])('settings go into the form and come out the same', (settings) => {
  expect(readDraft(toDraft(settings))).toEqual({ ok: true, settings });
});

it.each([
  ['allowedOrigins', { allowedOrigins: 'shop.example' }],
  ['week', { week: ['9 to 5', '', '', '', '', '', ''] }],
  ['timeZone', { timeZone: 'Berlin' }],
  ['holidays', { holidays: '25.12.2026' }],
  ['turnLimit', { turnLimit: 'many' }],
  ['temperature', { temperature: '2' }],
  ['budgetMost', { budgetMost: '' }],
  ['groupId', { groupId: 'Support' }],
  ['languages', { languages: 'German!' }],
  ['starters', { starters: 'a\nb\nc\nd\ne\nf\ng' }],
])('says that %s is wrong, and nothing else', (field, change) => {
  expect(readDraft({ ...toDraft(whole), ...change })).toEqual({ ok: false, errors: { [field]: true } });
});

it('takes times and numbers as people type them', () => {
  const read = readDraft({
    ...toDraft(whole),
    week: ['9:00 – 12:00', '', '', '', '', '', ''],
    temperature: '0,5',
  });
  expect(read).toMatchObject({
    settings: {
      businessHours: { week: [[{ from: '09:00', to: '12:00' }], [], [], [], [], [], []] },
      model: { temperature: 0.5 },
    },
  });
});

it('sums days, and counts a conversation nobody has looked for in Zendesk as unknown', () => {
  const day = {
    day: '2026-11-24',
    conversations: 3,
    turns: 7,
    unanswered: 1,
    handOffs: 0,
    verdictsUp: 1,
    verdictsDown: 0,
    inputTokens: 10,
    outputTokens: 5,
    costNanoUsd: 9,
    unpricedTurns: 0,
  };
  const ended = {
    day: '2026-11-25',
    conversations: 2,
    handedOff: 0,
    confirmed: 1,
    silent: 0,
    cameBack: 0,
    unknown: 1,
    countedAt: null,
  };
  const { days, total } = joinDays([day, { ...day, day: '2026-11-25', conversations: 2 }], [ended]);
  expect(days.map(({ day: of, unknown }) => [of, unknown])).toEqual([
    ['2026-11-25', 1],
    ['2026-11-24', 3],
  ]);
  expect(total).toMatchObject({ conversations: 5, confirmed: 1, unknown: 4, tokens: 30 });
});

it('knows its places, and takes the token of a link out of the address', () => {
  const id = '0198f000-0000-7000-8000-00000000abcd';
  expect(readRoute(`#/agents/${id}/try`)).toEqual({ page: 'agent', id, tab: 'try' });
  expect(readRoute(`#/agents/${id}/nowhere`)).toEqual({ page: 'agent', id, tab: 'settings' });
  expect(readRoute('#/agents/../x')).toEqual({ page: 'agents' });
  const replaced: unknown[] = [];
  const history = { replaceState: (...given: unknown[]) => replaced.push(given[2]) } as unknown as History;
  const token = 'a'.repeat(43);
  expect(takeLink({ hash: `#invite=${token}`, pathname: '/console' } as Location, history)).toEqual({
    kind: 'invite',
    token,
  });
  expect(replaced).toEqual(['/console']);
  expect(takeLink({ hash: '#/agents', pathname: '/console' } as Location, history)).toBeNull();
});
