import { setTimeout as sleep } from 'node:timers/promises';
import type { House } from '../support/house.ts';
import type { Canaries } from './canaries.ts';
import type { Readers } from './exercise-console.ts';

const patienceMs = 30_000;

/** Marked macros: read into the cache, previewed and reported beside the marked ticket, and read again after a refusal. */
export async function exerciseMacros(
  house: House,
  canaries: Canaries,
  { admin }: Readers,
  ticketId: number,
): Promise<void> {
  const macroId = 70_001;
  await house.sandbox('zendesk', 'POST', 'macros', {
    id: macroId,
    title: `Lamp flickers ${canaries.plant('macro: title')}`,
    description: `Reset the lamp ${canaries.plant('macro: description')}`,
    actions: [
      { field: 'comment_value', value: ['channel:all', `Hold the button ${canaries.plant('macro: reply')}`] },
      { field: 'current_tags', value: canaries.plant('macro: tag').toLowerCase() },
    ],
  });
  await readMacros(admin);
  const token = await house.signIn(ticketId);
  canaries.mark('sidebar session', token);
  const post = (path: string, body: object): Promise<Response> =>
    fetch(`${house.serverUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const preview = (id: number, ticket: number | string): Promise<Response> =>
    post(`/v1/sidebar/macros/${id}/preview`, { ticketId: ticket });
  const shown = await (await preview(macroId, ticketId)).text();
  if (!shown.includes(canaries.value('macro: reply'))) throw new Error(`no preview: ${shown}`);
  await preview(macroId, canaries.plant('ticket of a preview'));
  await preview(88_888_888, ticketId);
  const events = [{ macroId, rankShown: 1, event: 'shown' }];
  const look = { groupId: null, bestScore: 50 };
  await post('/v1/sidebar/macro-events', { ticketId, totalShown: 1, events, look });
  await post('/v1/sidebar/macro-events', {
    ticketId,
    totalShown: 1,
    events: [{ macroId, rankShown: 1, event: canaries.plant('macro event') }],
  });
  await house.sandbox('zendesk', 'POST', 'faults', {
    match: '/api/v2/',
    kind: 'status',
    status: 422,
    times: 500,
  });
  await preview(macroId, ticketId);
  await admin.send('POST', '/v1/macros/sync');
  await sleep(1_500);
  await house.sandbox('zendesk', 'DELETE', 'faults');
}

/** Has the macros read and waits until they are. */
async function readMacros(admin: Readers['admin']): Promise<void> {
  const until = Date.now() + patienceMs;
  await admin.send('POST', '/v1/macros/sync');
  for (;;) {
    const { body } = await admin.send('GET', '/v1/macros/sync');
    if (body['state'] === 'done') return;
    if (Date.now() > until) throw new Error(`the macros were not read: ${JSON.stringify(body)}`);
    await sleep(200);
  }
}
