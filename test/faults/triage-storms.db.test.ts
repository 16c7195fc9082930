import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { publicTestSecret } from '../../src/services/triage/webhook-secret.ts';
import { engines } from '../support/database.ts';
import { beginStage, endStage, type TriageStage } from '../support/triage-stage.ts';
import {
  humanChanges,
  newTicket,
  openTriage,
  ownAudits,
  send,
  sign,
  ticketOf,
  type TriageTest,
} from '../support/triage.ts';

describe.each(engines.filter(({ available }) => available))('storms of webhooks on $name', (engine) => {
  let database: BookkeepingDatabase;
  let triage: TriageTest;
  let stage: TriageStage;

  beforeAll(async () => {
    database = await engine.open();
    triage = await openTriage(database);
  });
  beforeEach(async () => {
    stage = await beginStage(triage);
  });
  afterEach(() => endStage(triage));
  afterAll(async () => {
    await triage?.close();
    await database?.close();
  });

  it('S120: changes a ticket once, and the triggers that its own change fires change nothing more', async () => {
    // A trigger of the account's own calls our webhook at every change, ours included.
    await triage.addTrigger(stage.hook.webhookId, '{"v":1,"event":"comment","ticket_id":"{{ticket.id}}"}', {
      all: [{ field: 'status', operator: 'is_not', value: 'closed' }],
      any: [],
    });
    const ticket = await newTicket(triage.zendesk);
    const change = await stage.oneEffect(ticket);
    // Our change has called the webhook, maybe while its job was under way; this one surely comes after.
    expect(
      await send(
        stage.hook.address,
        sign(stage.hook, stage.hook.signingSecret, ticket.id, { event: 'comment' }),
      ),
    ).toBe(200);
    await stage.quiet();
    expect((await stage.jobs()).length).toBeGreaterThan(1);
    expect(ownAudits(ticket)).toHaveLength(1);
    expect(ticket).toMatchObject({ priority: 'high', type: null });
    expect(ticket.customFields.get(360001)).toBe('lost_parcel');
    expect(ticket.tags).toEqual(expect.arrayContaining(['web', 'parcel', 'lost_parcel', 'indesk_triaged']));
    expect(ticket.status).toBe('new');
    // What is less certain is a private note.
    expect(ticket.comments.at(-1)).toMatchObject({ public: false });
    expect(ticket.comments.at(-1)?.text).toContain('Type: Incident (70 %)');
    expect(change).toMatchObject({
      outcome: 'applied',
      band: 'medium',
      fields: ['priority', 'custom_fields_360001', 'type', 'tags'],
    });
  });

  it('R16: makes one change of twenty deliveries at once, of twenty retries, and of twenty replays', async () => {
    const ticket = await newTicket(triage.zendesk, { announce: false });
    const invocation = 'INV-1';
    const now = Date.now();
    const retry = (index: number) =>
      sign(stage.hook, stage.hook.signingSecret, ticket.id, { at: new Date(now - index), invocation });
    const first = retry(0);
    const retries = [first, ...Array.from({ length: 19 }, (_, index) => retry(index + 1))];
    const statuses = await Promise.all([
      ...retries.map((one) => send(stage.hook.address, one)),
      ...Array.from({ length: 20 }, (_, index) =>
        send(
          stage.hook.address,
          sign(stage.hook, stage.hook.signingSecret, ticket.id, { at: new Date(now - 100 - index) }),
        ),
      ),
    ]);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const replays = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        // Whoever replays can write what he likes into what is not signed.
        send(stage.hook.address, {
          ...first,
          headers: { ...first.headers, 'x-zendesk-webhook-invocation-id': `other-${index}` },
        }),
      ),
    );
    expect(new Set(replays)).toEqual(new Set([401]));
    expect(await stage.jobs()).toHaveLength(1);
    await stage.oneEffect(ticket);
  });

  it('bears deliveries that come twice and in the wrong order', async () => {
    for (const webhookMode of ['duplicate', 'reorder']) {
      await triage.settings({ webhookMode });
      const ticket = await newTicket(triage.zendesk);
      humanChanges(triage.zendesk, ticket, { comment: { body: 'Still nothing here.', public: true } });
      await triage.settings({ webhookMode: 'normal' });
      await expect.poll(() => ownAudits(ticket).length, { timeout: 30_000 }).toBe(1);
      await stage.quiet();
      expect(ownAudits(ticket)).toHaveLength(1);
    }
    expect(await stage.changes()).toHaveLength(2);
  });

  it('S119: refuses what is forged, stale, signed by another tenant or with the public test secret, without a trace', async () => {
    const ticket = await newTicket(triage.zendesk, { announce: false });
    const good = sign(stage.hook, stage.hook.signingSecret, ticket.id);
    const other = await otherTenant();
    const without = (name: string) => ({
      ...good,
      headers: Object.fromEntries(Object.entries(good.headers).filter(([key]) => key !== name)),
    });
    const attempts = {
      forged: [stage.hook.address, sign(stage.hook, 'a guess', ticket.id)],
      'test secret': [stage.hook.address, sign(stage.hook, publicTestSecret, ticket.id)],
      'test secret without webhook': [
        stage.hook.address,
        sign({ webhookId: 'TEST' }, publicTestSecret, ticket.id),
      ],
      'other tenant’s secret': [stage.hook.address, sign(stage.hook, other.hook.signingSecret, ticket.id)],
      'other tenant’s webhook at our address': [
        stage.hook.address,
        sign(other.hook, other.hook.signingSecret, ticket.id),
      ],
      'other tenant’s address': [other.address, good],
      'no such address': [`${stage.hook.address.slice(0, -4)}AAAA`, good],
      stale: [
        stage.hook.address,
        sign(stage.hook, stage.hook.signingSecret, ticket.id, {
          at: new Date(Date.now() - 5 * 60_000 - 1_000),
        }),
      ],
      'from the future': [
        stage.hook.address,
        sign(stage.hook, stage.hook.signingSecret, ticket.id, {
          at: new Date(Date.now() + 5 * 60_000 + 5_000),
        }),
      ],
      'other body': [stage.hook.address, { ...good, body: good.body.replace('created', 'comment') }],
      're-serialised': [
        stage.hook.address,
        { ...good, body: JSON.stringify(JSON.parse(good.body), null, 1) },
      ],
      'no signature': [stage.hook.address, without('x-zendesk-webhook-signature')],
      'no time': [stage.hook.address, without('x-zendesk-webhook-signature-timestamp')],
      'no webhook': [stage.hook.address, without('x-zendesk-webhook-id')],
      'no invocation': [stage.hook.address, without('x-zendesk-webhook-invocation-id')],
    } as const;
    const seen: Record<string, number> = {};
    for (const [name, [to, delivery]] of Object.entries(attempts)) seen[name] = await send(to, delivery);
    expect(seen).toEqual(Object.fromEntries(Object.keys(attempts).map((name) => [name, 401])));
    const large = sign(stage.hook, stage.hook.signingSecret, ticket.id);
    expect(await send(stage.hook.address, { ...large, body: large.body.padEnd(1_000_000) })).toBe(413);
    expect(await stage.jobs()).toEqual([]);
    expect(await stage.changes()).toEqual([]);
    expect(ticket.audits).toHaveLength(1);
    // What the attempts tried to copy is taken, once.
    expect(await send(stage.hook.address, sign(stage.hook, stage.hook.signingSecret, ticket.id))).toBe(200);
    await stage.oneEffect(ticket);
  });

  /** Another subscription on the same account, and its webhook; the first is signed in again afterwards. */
  const otherTenant = async () => {
    const { hook } = await beginStage(triage);
    await triage.must('DELETE', '/v1/triage/webhook');
    triage.signIn(stage.subscriptionId);
    return { hook, address: hook.address };
  };

  it('decides anew when a person changes the ticket meanwhile, and leaves what the person has set', async () => {
    let conflicts = 0;
    triage.between.before = async (ticketId) => {
      if (conflicts >= 2) return;
      conflicts += 1;
      humanChanges(triage.zendesk, ticketOf(triage.zendesk, ticketId), {
        priority: conflicts === 1 ? 'urgent' : 'low',
      });
    };
    const ticket = await newTicket(triage.zendesk);
    const change = await stage.oneEffect(ticket);
    expect(conflicts).toBe(2);
    expect(ticket.priority).toBe('low');
    expect(ticket.customFields.get(360001)).toBe('lost_parcel');
    expect(change.fields).not.toContain('priority');
  });

  it('makes one change when Zendesk answers late, not at all, or with an error after it has changed the ticket', async () => {
    const faults = [
      { kind: 'delay', delayMs: 5_500, times: 1 },
      { kind: 'cut', times: 1 },
      { kind: 'malformed', times: 1 },
      { kind: 'status', status: 503, times: 1 },
      { kind: 'status', status: 409, times: 2 },
      { kind: 'status', status: 429, retryAfterSeconds: 1, times: 1 },
    ];
    for (const [index, fault] of faults.entries()) {
      await triage.faultAt('^PUT /api/v2/tickets', fault);
      const ticket = await newTicket(triage.zendesk);
      await expect.poll(async () => (await stage.changes()).length, { timeout: 30_000 }).toBe(index + 1);
      await stage.quiet();
      expect([fault.kind, ownAudits(ticket).length]).toEqual([fault.kind, 1]);
    }
    expect(await stage.audited()).toHaveLength(faults.length);
  }, 120_000);
});
