import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StoredTicket } from '../../simulators/zendesk/model.ts';
import type { TriageChange, TriageRules } from '../../src/contract/triage.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { ConnectedWebhook, WebhookWish } from '../../src/ports/help-desk-changes.ts';
import { publicTestSecret } from '../../src/services/triage/webhook-secret.ts';
import { engines } from '../support/database.ts';
import {
  applyRules,
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
  let subscriptionId: string;
  let hook: ConnectedWebhook;
  let address: string;

  beforeAll(async () => {
    database = await engine.open();
    triage = await openTriage(database);
  });
  beforeEach(async () => {
    subscriptionId = await triage.connect();
    await triage.must('PUT', '/v1/triage/rules', applyRules);
    await triage.must('PUT', '/v1/triage/webhook');
    hook = triage.hooks.at(-1) ?? fail();
    address = await endpointOf(hook);
  });
  afterEach(async () => {
    triage.between.deciding = () => {};
    triage.between.before = () => {};
    triage.between.after = () => {};
    await sandbox({ webhookMode: 'normal' });
    await triage.ask('DELETE', '/v1/triage/webhook');
  });
  afterAll(async () => {
    await triage?.close();
    await database?.close();
  });

  const fail = (): never => {
    throw new Error('no webhook was made');
  };
  const sandbox = (settings: object) =>
    fetch(`${triage.zendesk.url}/_sandbox/settings`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(settings),
    });
  const access = async () => {
    const { zendesk } = await triage.parts.settings.get(subscriptionId);
    if (zendesk === undefined) throw new Error('not connected');
    return { connection: zendesk, signal: new AbortController().signal };
  };
  const endpointOf = async ({ webhookId }: ConnectedWebhook): Promise<string> => {
    const { connection } = await access();
    const token = (await (
      await fetch(`${triage.zendesk.url}/oauth/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          grant_type: 'client_credentials',
          client_id: connection.clientId,
          client_secret: connection.clientSecret,
          scope: 'read',
        }),
      })
    ).json()) as { access_token: string };
    const shown = (await (
      await fetch(`${triage.zendesk.url}/api/v2/webhooks/${webhookId}`, {
        headers: { authorization: `Bearer ${token.access_token}` },
      })
    ).json()) as { webhook: { endpoint: string } };
    return shown.webhook.endpoint;
  };
  const jobs = () =>
    database.read({ subscriptionId }, (tx) =>
      tx
        .selectFrom('app.job_outbox')
        .select(['finished_at', 'error_code', 'ids'])
        .where('name', '=', 'triage.ticket')
        .execute(),
    );
  const quiet = () =>
    expect
      .poll(async () => (await jobs()).filter(({ finished_at: at }) => at === null).length, {
        timeout: 30_000,
      })
      .toBe(0);
  const changes = async (): Promise<readonly TriageChange[]> =>
    (await triage.must('GET', '/v1/triage/changes'))['changes'] as readonly TriageChange[];
  const audited = async (): Promise<readonly string[]> =>
    (
      await database.read({ subscriptionId }, (tx) =>
        tx
          .selectFrom('app.audit_event')
          .select('action')
          .where('action', 'in', ['triage.applied', 'triage.suggested', 'triage.nothing'])
          .execute(),
      )
    ).map(({ action }) => action);
  /** One change at Zendesk, one in the log, one audit event, and nothing left to do. */
  const expectOneEffect = async (ticket: StoredTicket): Promise<TriageChange> => {
    await expect.poll(async () => (await changes()).length, { timeout: 30_000 }).toBe(1);
    await quiet();
    expect(ownAudits(ticket)).toHaveLength(1);
    expect(await audited()).toHaveLength(1);
    const [change] = await changes();
    expect(change).toMatchObject({ ticketId: ticket.id, auditId: ownAudits(ticket)[0]?.id });
    return change ?? fail();
  };

  it('S120: changes a ticket once, and the triggers that its own change fires change nothing more', async () => {
    // The customer's own trigger calls our webhook at every change, ours included.
    const { webhookId } = hook;
    const always = { all: [{ field: 'status', operator: 'is_not', value: 'closed' }], any: [] };
    await addTrigger(webhookId, {
      title: 'Loop',
      conditions: always,
      body: '{"v":1,"event":"comment","ticket_id":"{{ticket.id}}"}',
    });
    const ticket = await newTicket(triage.zendesk);
    const change = await expectOneEffect(ticket);
    // Our change has called the webhook, maybe while its job was under way; this one surely comes after.
    expect(await send(address, sign(hook, hook.signingSecret, ticket.id, { event: 'comment' }))).toBe(200);
    await quiet();
    expect((await jobs()).length).toBeGreaterThan(1);
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

  const addTrigger = async (
    webhookId: string,
    trigger: Pick<WebhookWish['triggers'][number], 'title' | 'body' | 'conditions'>,
  ) => {
    const { connection } = await access();
    const token = (await (
      await fetch(`${triage.zendesk.url}/oauth/tokens`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({
          grant_type: 'client_credentials',
          client_id: connection.clientId,
          client_secret: connection.clientSecret,
          scope: 'read write',
        }),
      })
    ).json()) as { access_token: string };
    await fetch(`${triage.zendesk.url}/api/v2/triggers`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token.access_token}` },
      body: JSON.stringify({
        trigger: {
          title: trigger.title,
          active: true,
          conditions: trigger.conditions,
          actions: [{ field: 'notification_webhook', value: [webhookId, trigger.body] }],
        },
      }),
    });
  };

  it('R16: makes one change of twenty deliveries at once, of twenty retries, and of twenty replays', async () => {
    const ticket = await newTicket(triage.zendesk, false);
    const invocation = 'INV-1';
    const now = Date.now();
    const retries = Array.from({ length: 20 }, (_, index) =>
      sign(hook, hook.signingSecret, ticket.id, { at: new Date(now - index), invocation }),
    );
    const first = retries[0] ?? fail();
    const statuses = await Promise.all([
      ...retries.map((one) => send(address, one)),
      ...Array.from({ length: 20 }, (_, index) =>
        send(address, sign(hook, hook.signingSecret, ticket.id, { at: new Date(now - 100 - index) })),
      ),
    ]);
    expect(new Set(statuses)).toEqual(new Set([200]));
    const replays = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        // Whoever replays can write what he likes into what is not signed.
        send(address, {
          ...first,
          headers: { ...first.headers, 'x-zendesk-webhook-invocation-id': `other-${index}` },
        }),
      ),
    );
    expect(new Set(replays)).toEqual(new Set([401]));
    expect(await jobs()).toHaveLength(1);
    await expectOneEffect(ticket);
  });

  it('bears deliveries that come twice and in the wrong order', async () => {
    for (const webhookMode of ['duplicate', 'reorder']) {
      await sandbox({ webhookMode });
      const ticket = await newTicket(triage.zendesk);
      humanChanges(triage.zendesk, ticket, { comment: { body: 'Still nothing here.', public: true } });
      await sandbox({ webhookMode: 'normal' });
      await expect.poll(() => ownAudits(ticket).length, { timeout: 30_000 }).toBe(1);
      await quiet();
      expect(ownAudits(ticket)).toHaveLength(1);
    }
    expect(await changes()).toHaveLength(2);
  });

  it('S119: refuses what is forged, stale, signed by another tenant or with the public test secret, without a trace', async () => {
    const ticket = await newTicket(triage.zendesk, false);
    const good = sign(hook, hook.signingSecret, ticket.id);
    const other = await otherTenant();
    const without = (name: string) => ({
      ...good,
      headers: Object.fromEntries(Object.entries(good.headers).filter(([key]) => key !== name)),
    });
    const attempts = {
      forged: [address, sign(hook, 'a guess', ticket.id)],
      'test secret': [address, sign(hook, publicTestSecret, ticket.id)],
      'test secret without webhook': [address, sign({ webhookId: 'TEST' }, publicTestSecret, ticket.id)],
      'other tenant’s secret': [address, sign(hook, other.hook.signingSecret, ticket.id)],
      'other tenant’s webhook at our address': [
        address,
        sign(other.hook, other.hook.signingSecret, ticket.id),
      ],
      'other tenant’s address': [other.address, good],
      'no such address': [`${address.slice(0, -4)}AAAA`, good],
      stale: [
        address,
        sign(hook, hook.signingSecret, ticket.id, { at: new Date(Date.now() - 5 * 60_000 - 1_000) }),
      ],
      'from the future': [
        address,
        sign(hook, hook.signingSecret, ticket.id, { at: new Date(Date.now() + 5 * 60_000 + 5_000) }),
      ],
      'other body': [address, { ...good, body: good.body.replace('created', 'comment') }],
      're-serialised': [address, { ...good, body: JSON.stringify(JSON.parse(good.body), null, 1) }],
      'no signature': [address, without('x-zendesk-webhook-signature')],
      'no time': [address, without('x-zendesk-webhook-signature-timestamp')],
      'no webhook': [address, without('x-zendesk-webhook-id')],
      'no invocation': [address, without('x-zendesk-webhook-invocation-id')],
    } as const;
    const seen: Record<string, number> = {};
    for (const [name, [to, delivery]] of Object.entries(attempts)) seen[name] = await send(to, delivery);
    expect(seen).toEqual(Object.fromEntries(Object.keys(attempts).map((name) => [name, 401])));
    const large = sign(hook, hook.signingSecret, ticket.id);
    expect(await send(address, { ...large, body: large.body.padEnd(1_000_000) })).toBe(413);
    expect(await jobs()).toEqual([]);
    expect(await changes()).toEqual([]);
    expect(ticket.audits).toHaveLength(1);
    // What the attempts tried to copy is taken, once.
    expect(await send(address, sign(hook, hook.signingSecret, ticket.id))).toBe(200);
    await expectOneEffect(ticket);
  });

  /** Another subscription on the same account; the first is signed in again afterwards. */
  const otherTenant = async () => {
    const mine = { subscriptionId, hook };
    subscriptionId = await triage.connect();
    await triage.must('PUT', '/v1/triage/webhook');
    const made = triage.hooks.at(-1) ?? fail();
    const found = { hook: made, address: await endpointOf(made) };
    await triage.must('DELETE', '/v1/triage/webhook');
    subscriptionId = mine.subscriptionId;
    await triage.signIn(subscriptionId);
    return found;
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
    const change = await expectOneEffect(ticket);
    expect(conflicts).toBe(2);
    expect(ticket.priority).toBe('low');
    expect(ticket.customFields.get(360001)).toBe('lost_parcel');
    expect(change.fields).not.toContain('priority');
  });

  it('writes nothing more once triage is stopped, also when the stop comes between reading and writing', async () => {
    const stopped: TriageRules = { ...applyRules, mode: 'off' };
    const ticket = await newTicket(triage.zendesk);
    let decisions = 0;
    triage.between.deciding = async () => {
      decisions += 1;
      await triage.must('POST', '/v1/triage/stop');
    };
    await expect.poll(() => decisions, { timeout: 30_000 }).toBe(1);
    await quiet();
    expect((await triage.must('GET', '/v1/triage'))['rules']).toEqual(stopped);
    // One that waits for its time, and one that comes after.
    await triage.must('PUT', '/v1/triage/rules', applyRules);
    const waiting = await newTicket(triage.zendesk);
    await expect.poll(async () => (await jobs()).length).toBe(2);
    await triage.must('POST', '/v1/triage/stop');
    expect(await send(address, sign(hook, hook.signingSecret, waiting.id))).toBe(200);
    await quiet();
    expect([...ownAudits(ticket), ...ownAudits(waiting)]).toEqual([]);
    expect(await jobs()).toHaveLength(2);
    expect(decisions).toBe(1);
    expect(await changes()).toEqual([]);
  });

  it('undoes a change from Zendesk’s own audit and leaves what a person has changed since', async () => {
    const ticket = await newTicket(triage.zendesk);
    const { id } = await expectOneEffect(ticket);
    await sleep(1_100);
    humanChanges(triage.zendesk, ticket, { priority: 'urgent' });
    const answer = await triage.must('POST', `/v1/triage/changes/${id}/undo`);
    expect(answer).toEqual({ restored: ['custom_fields_360001', 'type', 'tags'], kept: ['priority'] });
    expect(ticket).toMatchObject({ priority: 'urgent', type: null });
    expect(ticket.customFields.get(360001)).toBeNull();
    expect(ticket.tags.toSorted()).toEqual(['indesk_triaged', 'web']);
    expect((await changes())[0]?.undoneAt).not.toBeNull();
    expect((await triage.ask('POST', `/v1/triage/changes/${id}/undo`)).status).toBe(409);
    await quiet();
    expect(ownAudits(ticket)).toHaveLength(2);
  });

  it('suggests by tags or by a private note without touching a field, and not outside the rollout', async () => {
    await triage.must('PUT', '/v1/triage/rules', { ...applyRules, mode: 'suggest', suggestAs: 'tags' });
    const tagged = await newTicket(triage.zendesk);
    await expect.poll(() => ownAudits(tagged).length, { timeout: 30_000 }).toBe(1);
    expect(tagged).toMatchObject({ priority: null, type: null });
    expect(tagged.tags.toSorted()).toEqual([
      'indesk_suggested_contact_reason_lost_parcel',
      'indesk_suggested_priority_high',
      'indesk_suggested_tags_parcel',
      'indesk_suggested_type_incident',
      'indesk_triaged',
      'web',
    ]);
    expect(tagged.comments).toHaveLength(1);
    await triage.must('PUT', '/v1/triage/rules', { ...applyRules, mode: 'suggest', suggestAs: 'note' });
    const noted = await newTicket(triage.zendesk);
    await expect.poll(() => ownAudits(noted).length, { timeout: 30_000 }).toBe(1);
    expect(noted).toMatchObject({ priority: null, type: null });
    expect(noted.comments.at(-1)).toMatchObject({ public: false });
    for (const rollout of [{ groupIds: [702] }, { brandIds: [1] }, { formIds: [1] }]) {
      await triage.must('PUT', '/v1/triage/rules', { ...applyRules, rollout });
      const outside = await newTicket(triage.zendesk);
      await expect.poll(async () => (await jobs()).length).toBeGreaterThan(0);
      await quiet();
      expect(ownAudits(outside)).toEqual([]);
    }
    expect((await changes()).map(({ outcome }) => outcome)).toEqual(['suggested', 'suggested']);
  });

  it('removes webhook and triggers from Zendesk when it is disconnected, and refuses what is still on its way', async () => {
    const ticket = await newTicket(triage.zendesk, false);
    const late = sign(hook, hook.signingSecret, ticket.id);
    expect(await triage.must('DELETE', '/v1/triage/webhook')).toEqual({ removed: true });
    expect(await send(address, late)).toBe(401);
    expect((await triage.must('GET', '/v1/triage'))['webhook']).toBeNull();
    await newTicket(triage.zendesk);
    expect(await jobs()).toEqual([]);
    expect((await triage.ask('DELETE', '/v1/triage/webhook')).status).toBe(404);
  });
});
