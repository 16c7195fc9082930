import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { MergeRehearsal } from '../../src/contract/merging.ts';
import { openHouse, type House } from '../support/house.ts';

let house: House;
let token: string;
let otherToken: string;

beforeAll(async () => {
  house = await openHouse();
  token = await house.signIn(1001);
  otherToken = await house.signIn(1001, 9002);
});
afterAll(() => house?.close());

async function send(method: string, path: string, body?: object, as = token) {
  const response = await fetch(`${house.serverUrl}/v1/sidebar/${path}`, {
    method,
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}

const [person, stranger] = [2001, 2002];
async function addTicket(more: object = {}): Promise<number> {
  const comments = [{ public: true, html: '<p>The <b>blue lamp</b> of order BL-20771 flickers.</p>' }];
  const ticket = { subject: 'Lamp flickers', requester: person, status: 'open', comments, ...more };
  return ((await house.sandbox('zendesk', 'POST', 'tickets', ticket)) as { ticket: { id: number } }).ticket
    .id;
}
const rehearse = async (targetId: number, sourceIds: number[]): Promise<MergeRehearsal> => {
  const { status, body } = await send('POST', 'merges/rehearsal', { targetId, sourceIds });
  expect(body).toMatchObject({ confirmation: expect.any(String) });
  expect(status).toBe(200);
  return body as unknown as MergeRehearsal;
};
async function ended(jobId: string): Promise<string> {
  for (let round = 0; round < 100; round += 1) {
    const { body } = await send('GET', `merges/${jobId}`);
    if (['completed', 'failed', 'killed'].includes(String(body['status']))) return String(body['status']);
    await sleep(100);
  }
  return 'never';
}

describe('an agent who merges duplicates', () => {
  it('S114: sees the result first, confirms once, and follows the merge to its end', async () => {
    const [target, source] = [await addTicket(), await addTicket({ subject: 'Lamp flickers again' })];
    const rehearsal = await rehearse(target, [source]);
    expect(rehearsal.target).toMatchObject({ id: target, subject: 'Lamp flickers' });
    expect(rehearsal.sources).toMatchObject([{ id: source, subject: 'Lamp flickers again', comments: 1 }]);
    expect(rehearsal.targetComment).toContain('BL-20771');
    const { confirmation } = rehearsal;
    const [first, second] = await Promise.all([
      send('POST', 'merges', { confirmation }),
      send('POST', 'merges', { confirmation }),
    ]);
    expect([first.status, second.status].toSorted((a, b) => a - b)).toEqual([200, 404]);
    const jobId = String((first.status === 200 ? first : second).body['jobId']);
    expect(await ended(jobId)).toBe('completed');
    expect((await send('GET', `merges/${jobId}`, undefined, otherToken)).status).toBe(404);
    const answer = await house.run('find-duplicates', { ticketId: target }, { token });
    expect(JSON.stringify(answer.events)).not.toContain(`"id":${source},`);
  });

  it('S114: is stopped when a ticket changed after the rehearsal', async () => {
    const [target, source] = [await addTicket(), await addTicket()];
    const { confirmation } = await rehearse(target, [source]);
    await sleep(1_100);
    const other = await rehearse(target, [await addTicket()]);
    await ended(String((await send('POST', 'merges', { confirmation: other.confirmation })).body['jobId']));
    const refused = await send('POST', 'merges', { confirmation });
    expect(refused).toMatchObject({ status: 409, body: { type: '/problems/ticket-changed' } });
  });

  it('S114: cannot use another agent’s confirmation, nor merge what different people asked', async () => {
    const [target, source] = [await addTicket(), await addTicket()];
    const { confirmation } = await rehearse(target, [source]);
    expect((await send('POST', 'merges', { confirmation }, otherToken)).status).toBe(404);
    const strange = await addTicket({ requester: stranger });
    const refused = await send('POST', 'merges/rehearsal', { targetId: target, sourceIds: [strange] });
    expect(refused.status).toBe(400);
    expect(String(refused.body['detail'])).toContain('different requesters');
    const itself = await send('POST', 'merges/rehearsal', { targetId: target, sourceIds: [target] });
    expect(itself.status).toBe(400);
  });

  it('links the same problem of another customer instead', async () => {
    const incident = await addTicket();
    const problem = await addTicket({
      requester: stranger,
      type: 'problem',
    });
    expect(await send('POST', 'problem-links', { ticketId: incident, problemId: problem })).toMatchObject({
      status: 200,
      body: { linked: true },
    });
    const plain = await addTicket();
    expect((await send('POST', 'problem-links', { ticketId: incident, problemId: plain })).status).toBe(400);
  });
});
