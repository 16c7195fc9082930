import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { QualityReview } from '../../src/contract/abilities.ts';
import { signInLead, type Lead } from '../browser/lead.ts';
import { openHouse, outputOf, type House } from '../support/house.ts';

let house: House;
let token: string;
let lead: Lead;

beforeAll(async () => {
  house = await openHouse();
  token = await house.signIn(1001);
  lead = await signInLead(house);
});
afterAll(() => house?.close());

const numberField = 360_005;
const scorecard = (writeScoreTo: object | null) =>
  lead.put('/v1/copilot-settings/scorecard', { lines: [], writeScoreTo });

async function send(path: string, body: object, as = token) {
  const response = await fetch(`${house.serverUrl}/v1/sidebar/quality-scores${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${as}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
const preview = (ticketId: number, score: number, as = token) => send('/preview', { ticketId, score }, as);
const write = (ticketId: number, score: number, updatedAt: unknown, as = token) =>
  send('', { ticketId, score, updatedAt }, as);

async function addTicket(more: object = {}): Promise<number> {
  const comments = [
    { html: '<p>Where is my parcel?</p>' },
    { html: '<p>Hello, it arrives tomorrow. Anything else?</p>', author: 9001 },
  ];
  const ticket = { subject: 'Parcel', status: 'open', tags: ['parcel'], comments, ...more };
  return ((await house.sandbox('zendesk', 'POST', 'tickets', ticket)) as { ticket: { id: number } }).ticket
    .id;
}
const atZendesk = async (path: string, init: object = {}): Promise<Record<string, unknown>> =>
  (
    await fetch(`${house.zendeskUrl}/api/v2/tickets/${path}.json`, {
      headers: { authorization: 'Bearer sandbox-agent-9002', 'content-type': 'application/json' },
      ...init,
    })
  ).json() as Promise<Record<string, unknown>>;
const ticketOf = async (id: number) =>
  (await atZendesk(String(id)))['ticket'] as {
    status: string;
    tags: string[];
    requester_id: number;
    custom_fields: { id: number; value: unknown }[];
  };
const auditsOf = async (id: number) => (await atZendesk(`${id}/audits`))['audits'] as unknown[];
const slug = (body: Record<string, unknown>): string => String(body['type']).split('/').at(-1) ?? '';

describe('the score of a review', () => {
  it('is written nowhere until the lead chooses where', async () => {
    const id = await addTicket();
    const refused = await preview(id, 85);
    expect([refused.status, slug(refused.body)]).toEqual([409, 'score-target-missing']);
    const review = await house.run('review-quality', { ticketId: id, locale: 'en' }, { token });
    expect(outputOf<QualityReview>(review)?.writable).toBe(false);
  });

  it('goes to the number field that was shown, once, and nothing else changes', async () => {
    await scorecard({ kind: 'number', fieldId: numberField });
    const id = await addTicket();
    const before = await ticketOf(id);
    const review = await house.run('review-quality', { ticketId: id, locale: 'en' }, { token });
    expect(outputOf<QualityReview>(review)?.writable).toBe(true);
    const draft = { ticketId: id, locale: 'en', draft: 'Hello, it arrives today.' };
    const ofDraft = await house.run('review-quality', draft, { token });
    expect(outputOf<QualityReview>(ofDraft)?.writable).toBe(false);

    const shown = await preview(id, 85);
    expect(shown.body).toMatchObject({ target: 'number', title: 'Quality score', from: null, to: '85' });
    const audits = (await auditsOf(id)).length;
    const { updatedAt } = shown.body;
    const both = await Promise.all([write(id, 85, updatedAt), write(id, 85, updatedAt)]);
    // Side by side, Zendesk may still refuse the slower one, or find nothing to do.
    expect(both.map(({ status }) => status).filter((status) => status === 200)).not.toEqual([]);
    expect((await write(id, 85, updatedAt)).body).toEqual({ written: false });
    expect(await auditsOf(id)).toHaveLength(audits + 1);
    const after = await ticketOf(id);
    expect(after.custom_fields.find((field) => field.id === numberField)?.value).toEqual(85);
    expect([after.status, after.requester_id, after.tags]).toEqual([
      before.status,
      before.requester_id,
      before.tags,
    ]);
    expect((await preview(id, 60)).body).toMatchObject({ from: '85', to: '60' });
  });

  it('is not written to a ticket that changed since it was shown', async () => {
    await scorecard({ kind: 'number', fieldId: numberField });
    const id = await addTicket();
    const { updatedAt } = (await preview(id, 85)).body;
    await sleep(1_100);
    await atZendesk(String(id), { method: 'PUT', body: JSON.stringify({ ticket: { priority: 'high' } }) });
    const refused = await write(id, 85, updatedAt);
    expect([refused.status, slug(refused.body)]).toEqual([409, 'ticket-changed']);
  });

  it('is refused when somebody changes the ticket at the same moment', async () => {
    const id = await addTicket();
    const { updatedAt } = (await preview(id, 85)).body;
    await house.sandbox('zendesk', 'POST', 'faults', {
      match: `^PUT /api/v2/tickets/${id}`,
      kind: 'status',
      status: 409,
    });
    const refused = await write(id, 85, updatedAt);
    await house.sandbox('zendesk', 'DELETE', 'faults');
    expect([refused.status, slug(refused.body)]).toEqual([409, 'ticket-changed']);
  });

  it('replaces its own earlier tag and keeps the others', async () => {
    await scorecard({ kind: 'tag', prefix: 'qa_' });
    const id = await addTicket({ tags: ['parcel', 'qa_30', 'qa_team'] });
    await atZendesk(String(id), { method: 'PUT', body: JSON.stringify({ ticket: { priority: 'low' } }) });
    // In the second in which a ticket changes, its stamp does not protect what else happens to its tags.
    const early = await write(id, 87, (await preview(id, 87)).body['updatedAt']);
    expect(slug(early.body)).toBe('ticket-changed');
    await sleep(2_100);
    const shown = await preview(id, 87);
    expect(shown.body).toMatchObject({ target: 'tag', title: null, from: 'qa_30', to: 'qa_80' });
    expect((await write(id, 87, shown.body['updatedAt'])).body).toEqual({ written: true });
    expect((await ticketOf(id)).tags.toSorted()).toEqual(['parcel', 'qa_80', 'qa_team']);
  });

  it('goes only to tickets that the agent may see, that are not closed, and while the ability is on', async () => {
    await scorecard({ kind: 'number', fieldId: numberField });
    const billing = await addTicket({ group: 703 });
    const restricted = await house.signIn(billing, 9006);
    expect(slug((await preview(billing, 85, restricted)).body)).toBe('ticket-not-allowed');
    const stamp = '2026-11-01T00:00:00Z';
    expect(slug((await write(billing, 85, stamp, restricted)).body)).toBe('ticket-not-allowed');
    const closed = await addTicket({ status: 'closed' });
    expect(slug((await preview(closed, 85)).body)).toBe('ticket-refused-change');
    expect((await preview(billing, 101)).status).toBe(400);
    await lead.put('/v1/features/review-quality', { enabled: false });
    expect(slug((await preview(billing, 85)).body)).toBe('feature-disabled');
    await lead.put('/v1/features/review-quality', { enabled: true });
  });
});
