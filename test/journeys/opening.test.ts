import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { TicketInsight } from '../../src/contract/abilities.ts';
import type { StreamEvent } from '../../src/contract/stream-events.ts';
import { openHouse, outputOf, problemOf, type House } from '../support/house.ts';

let house: House;
let token: string;
const cards = [
  'find-duplicates',
  'predict-escalation',
  'similar-tickets',
  'suggest-macros',
  'suggest-tags',
  'triage-ticket',
];

beforeAll(async () => {
  house = await openHouse();
  token = await house.signIn(1001);
});
afterEach(() => house.sandbox('zendesk', 'DELETE', 'faults'));
afterAll(() => house?.close());

const open = (ticketId = 1001) => house.run('open', { ticketId, locale: 'en' }, { token });
const cardsOf = (events: readonly StreamEvent[]): string[] =>
  events.flatMap((event) => (event.type === 'card' ? [event.feature] : [])).toSorted();

describe('a ticket that is opened', () => {
  it('brings insight, summary and every card in one stream, with one call of the model', async () => {
    const answer = await open();
    expect(problemOf(answer)).toBeUndefined();
    expect(cardsOf(answer.events)).toEqual(cards);
    const insight = outputOf<TicketInsight>(answer);
    expect(insight?.summary?.wants).not.toBe('');
    expect(insight?.language?.code).toBe('en');
    expect(insight?.escalation?.reasons.length).toBeGreaterThan(0);
    const usage = answer.events.find((event) => event.type === 'usage');
    expect(usage).toMatchObject({ receipt: { feature: 'ticket-insight', providerCalls: 1 } });
  });

  it('asks Zendesk at most twice in a row', async () => {
    await open();
    // Slow enough that what is asked side by side is seen side by side.
    await house.sandbox('zendesk', 'POST', 'faults', { match: '/api/v2/', kind: 'delay', delayMs: 250 });
    const chains: number[] = [];
    // Several times, because work in the background, such as reading macros, can only lengthen a chain.
    for (let round = 0; round < 4; round += 1) {
      await house.sandbox('zendesk', 'DELETE', 'requests');
      expect(cardsOf((await open()).events)).toEqual(cards);
      const { longestChain } = (await house.sandbox('zendesk', 'GET', 'requests')) as {
        longestChain: number;
      };
      chains.push(longestChain);
    }
    expect(Math.min(...chains)).toBe(2);
  });

  it('still shows the other cards when a search fails', async () => {
    await house.sandbox('zendesk', 'POST', 'faults', {
      match: 'tickets/requested',
      kind: 'status',
      status: 500,
    });
    const { events } = await open();
    expect(cardsOf(events)).toEqual(cards.filter((name) => name !== 'find-duplicates'));
    expect(events.filter((event) => event.type === 'card-problem')).toMatchObject([
      { feature: 'find-duplicates', problem: { type: '/problems/zendesk-unavailable' } },
    ]);
    expect(events.at(-1)).toEqual({ type: 'done' });
  });

  it('shows what needs no model when the provider is down, and says why', async () => {
    await house.useProvider('openai', 'sk-sim.status=503');
    const answer = await open();
    const output = answer.events.find((event) => event.type === 'output');
    expect(output).toMatchObject({ degraded: expect.stringContaining('provider-') });
    expect(outputOf<TicketInsight>(answer)?.summary).toBeNull();
    expect(cardsOf(answer.events)).toEqual(cards);
  });
});
