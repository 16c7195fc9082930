import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MacroSuggestions } from '../../src/contract/abilities.ts';
import type { MacroPreviewAnswer } from '../../src/contract/macros.ts';
import { openHouse, outputOf, type House } from '../support/house.ts';

// The whole product and its simulators as processes.
let house: House;
let token: string;
let ticketId: number;

beforeAll(async () => {
  house = await openHouse();
  const made = (await house.sandbox('zendesk', 'POST', 'tickets', {
    subject: 'Ember 300 lantern flickers',
    status: 'open',
    requester: { name: 'Test Person', email: 'test.person@example.com' },
    comments: [{ public: true, html: '<p>My Ember 300 lantern flickers, the red button does nothing.</p>' }],
  })) as { readonly ticket: { readonly id: number } };
  ticketId = made.ticket.id;
  token = await house.signIn(ticketId);
});
afterAll(() => house?.close());

const suggest = async (as = token): Promise<MacroSuggestions | undefined> =>
  outputOf<MacroSuggestions>(await house.run('suggest-macros', { ticketId, locale: 'en' }, { token: as }));
const post = async (
  path: string,
  body: object,
): Promise<{ readonly status: number; readonly body: unknown }> => {
  const response = await fetch(`${house.serverUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: await response.json() };
};

describe('macros beside a ticket', () => {
  it('are suggested with reasons, previewed, reported and asked of Zendesk only until they were read', async () => {
    const first = await suggest();
    expect(first?.macros[0]).toMatchObject({ title: 'Warranty::Lantern reset steps', rank: 1 });
    expect(first?.macros[0]?.why.shared).toContain('lantern');
    const macroId = first?.macros[0]?.id ?? 0;
    expect(first?.total).toBeGreaterThan(10);

    const preview = await post(`/v1/sidebar/macros/${macroId}/preview`, { ticketId });
    expect(preview.status).toBe(200);
    const shown = preview.body as MacroPreviewAnswer;
    expect(shown.comment?.text).toContain('Test');
    expect(shown.comment?.text).not.toContain('{{');

    const requests = async (): Promise<number> => {
      const { endpoints } = (await house.sandbox('zendesk', 'GET', 'requests')) as {
        readonly endpoints: Readonly<Record<string, number>>;
      };
      return endpoints['GET /api/v2/macros'] ?? 0;
    };
    for (let second = 0; second < 40 && !house.output().includes('macros.sync'); second += 1)
      await sleep(1_000);
    expect(house.output()).toContain('macros.sync');
    await sleep(500);
    const before = await requests();
    expect(before).toBeGreaterThan(0);
    const later = await suggest();
    expect(later?.macros.map(({ id }) => id)).toEqual(first?.macros.map(({ id }) => id));
    expect(await requests()).toBe(before);

    const events = [{ macroId, rankShown: 1, event: 'shown' }];
    expect(await post('/v1/sidebar/macro-events', { ticketId, totalShown: 1, events })).toEqual({
      status: 200,
      body: { accepted: true },
    });
  });
});
