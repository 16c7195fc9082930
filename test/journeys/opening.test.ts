import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Escalation, TicketInsight } from '../../src/contract/abilities.ts';
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

  it('says what the ticket went through, from Zendesk’s audits and the customer’s other tickets', async () => {
    const comments = [{ html: '<p>The zip of my bag is broken.</p>' }];
    const add = async (ticket: object): Promise<number> =>
      (
        (await house.sandbox('zendesk', 'POST', 'tickets', { subject: 'Zip', comments, ...ticket })) as {
          ticket: { id: number };
        }
      ).ticket.id;
    const change = async (id: number, ticket: object): Promise<void> => {
      const response = await fetch(`${house.zendeskUrl}/api/v2/tickets/${id}.json`, {
        method: 'PUT',
        headers: { authorization: 'Bearer sandbox-agent-9002', 'content-type': 'application/json' },
        body: JSON.stringify({ ticket }),
      });
      expect(response.status).toBe(200);
    };
    const requester = 2031;
    const before = new Date(Date.now() - 3 * 86_400_000).toISOString();
    await add({ requester, status: 'solved', satisfaction: { score: 'bad' } });
    const id = await add({ requester, group: 702, assignee: 9001, created_at: before });
    await change(id, { priority: 'normal', group_id: 703, assignee_id: 9002 });
    await change(id, { priority: 'urgent', status: 'solved' });
    await change(id, { status: 'open' });
    const { events } = await house.run('open', { ticketId: id, locale: 'en' }, { token });
    const card = events.find((event) => event.type === 'card' && event.feature === 'predict-escalation');
    const { reasons } = (card as unknown as { value: Escalation }).value;
    const amounts = Object.fromEntries(reasons.map(({ code, amount }) => [code, amount]));
    expect(amounts).toMatchObject({
      reopened: 1,
      'priority-raised': 1,
      'many-agents': 1,
      'many-groups': 1,
      'bad-ratings-before': 1,
      'no-reply-days': 3,
    });
    // The insight beside it counts the same.
    expect(
      outputOf<TicketInsight>({ status: 200, events, firstTokenMs: 0, totalMs: 0, body: undefined })
        ?.escalation?.reasons,
    ).toEqual(reasons);
  });

  it('still shows the card of the risk when Zendesk does not give the audits', async () => {
    await house.sandbox('zendesk', 'POST', 'faults', { match: '/audits', kind: 'status', status: 500 });
    expect(cardsOf((await open()).events)).toEqual(cards);
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
