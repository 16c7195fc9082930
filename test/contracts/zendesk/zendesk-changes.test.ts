import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { Transient } from '../../../src/kernel/transient.ts';
import type { TicketValues } from '../../../src/ports/help-desk-changes.ts';
import { shown, startSimulatedAccount, type SimulatedAccount } from './simulated-account.ts';

let account: SimulatedAccount;

beforeAll(async () => {
  account = await startSimulatedAccount();
  account = { ...account, connection: { ...account.connection, scopes: 'read write' } };
});
afterEach(() => account.control('DELETE', 'faults'));
afterAll(() => account.close());

const call = () => account.call({ connection: account.connection });
const ticketOf = async (id: number) => shown(await account.helpDesk.ticketWithComments(call(), id)).ticket;
const newTicket = () => account.addTicket([{ html: '<p>The tent arrived damaged.</p>' }]);

async function change(id: number, values: TicketValues, basedOn?: string) {
  const stamp = basedOn ?? (await ticketOf(id)).updatedAt;
  return account.helpDesk.changeTicket(
    call(),
    id,
    Transient.of({ values, basedOn: stamp, deliveryId: 'd-77' }),
  );
}

describe('changing a ticket', () => {
  it('writes the named values, leaves the others, and tells the audit that holds the old ones', async () => {
    const id = await newTicket();
    const before = await ticketOf(id);
    const { auditId } = await change(id, { priority: 'high', tags: ['refund'] });
    expect(await ticketOf(id)).toMatchObject({ priority: 'high', tags: ['refund'], status: before.status });
    const audits = shown(await account.helpDesk.audits(call(), id));
    const own = audits.find((audit) => audit.id === auditId);
    expect(own?.changes.map(({ field }) => field)).toEqual(expect.arrayContaining(['priority']));
    expect(own?.deliveryId).toBe('d-77');
  });

  it('refuses to overwrite what somebody changed meanwhile', async () => {
    const id = await newTicket();
    const { updatedAt } = await ticketOf(id);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await change(id, { priority: 'low' });
    await expect(change(id, { priority: 'urgent' }, updatedAt)).rejects.toMatchObject({
      type: 'ticket-changed',
    });
    expect((await ticketOf(id)).priority).toBe('low');
  });

  it('does not send a change again that may have arrived', async () => {
    const id = await newTicket();
    const { updatedAt } = await ticketOf(id);
    await account.control('POST', 'faults', { match: 'PUT /api/v2/tickets', kind: 'status', status: 503 });
    await account.control('DELETE', 'requests');
    await expect(change(id, { priority: 'high' }, updatedAt)).rejects.toMatchObject({
      type: 'zendesk-unavailable',
    });
    const { endpoints } = (await account.control('GET', 'requests')) as { endpoints: Record<string, number> };
    const puts = Object.entries(endpoints).filter(([endpoint]) => endpoint.startsWith('PUT '));
    expect(puts.map(([, count]) => count)).toEqual([1]);
  });
});

describe('macros', () => {
  it('shows what a macro would change and changes nothing', async () => {
    const id = await newTicket();
    const before = await ticketOf(id);
    const macros = shown(await account.helpDesk.macros(call()));
    const macro = macros.find(({ actions }) => actions.some(({ field }) => field === 'comment_value'));
    const preview = shown(await account.helpDesk.previewMacro(call(), id, macro?.id ?? 0));
    expect(preview.values.comment?.body.length).toBeGreaterThan(5);
    expect(preview.values.comment?.body).not.toContain('{{');
    expect(await ticketOf(id)).toEqual(before);
  });
});

describe('merging', () => {
  it('is a job of Zendesk’s that closes the source', async () => {
    const [target, source] = [await newTicket(), await newTicket()];
    const jobId = await account.helpDesk.mergeTickets(
      call(),
      target,
      [source],
      Transient.of({ target: 'Merged in.', source: 'Merged away.' }),
    );
    let job = await account.helpDesk.job(call(), jobId);
    for (let round = 0; round < 100 && job.status !== 'completed'; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 50));
      job = await account.helpDesk.job(call(), jobId);
    }
    expect(job).toMatchObject({ status: 'completed', failed: 0 });
    expect((await ticketOf(source)).status).toBe('closed');
  });
});

describe('webhooks', () => {
  const wish = (endpoint: string) => ({
    name: 'InDesk triage',
    endpoint,
    triggers: [
      {
        title: 'InDesk: new ticket',
        body: '{"v":1,"event":"created","ticket_id":"{{ticket.id}}"}',
        conditions: { all: [{ field: 'update_type', operator: 'is', value: 'Create' }], any: [] },
      },
    ],
  });

  it('come with their signing secret, and go with their triggers, however often', async () => {
    const made = await account.helpDesk.connectWebhook(call(), wish('https://indesk.example/hook'));
    expect(made.signingSecret.length).toBeGreaterThan(16);
    expect(made.triggerIds).toHaveLength(1);
    await account.helpDesk.disconnectWebhook(call(), made);
    await account.helpDesk.disconnectWebhook(call(), made);
  });

  it('leave nothing behind when a trigger cannot be made', async () => {
    await account.control('POST', 'faults', { match: 'POST /api/v2/triggers', kind: 'status', status: 422 });
    const before = JSON.stringify(await account.control('GET', 'requests'));
    await expect(
      account.helpDesk.connectWebhook(call(), wish('https://indesk.example/other')),
    ).rejects.toMatchObject({ type: 'ticket-refused-change' });
    const after = JSON.stringify(await account.control('GET', 'requests'));
    expect(after).not.toBe(before);
    expect(after).toMatch(/DELETE \/api\/v2\/webhooks/);
  });
});
