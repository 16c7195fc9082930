import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { TriageRules } from '../../src/contract/triage.ts';
import { proposeBy } from '../../src/copilot/triage/propose.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { engines } from '../support/database.ts';
import { beginStage, endStage, type TriageStage } from '../support/triage-stage.ts';
import {
  applyRules,
  humanChanges,
  newTicket,
  openTriage,
  ownAudits,
  send,
  sign,
  type TriageTest,
} from '../support/triage.ts';

describe.each(engines.filter(({ available }) => available))('automatic triage on $name', (engine) => {
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

  it('writes nothing more once triage is stopped, also when the stop comes between reading and writing', async () => {
    const stopped: TriageRules = { ...applyRules, mode: 'off' };
    const ticket = await newTicket(triage.zendesk);
    let decisions = 0;
    triage.between.deciding = async () => {
      decisions += 1;
      await triage.must('POST', '/v1/triage/stop');
    };
    await expect.poll(() => decisions, { timeout: 30_000 }).toBe(1);
    await stage.quiet();
    expect((await triage.must('GET', '/v1/triage'))['rules']).toEqual(stopped);
    // One that waits for its time, and one that comes after.
    await triage.must('PUT', '/v1/triage/rules', applyRules);
    const waiting = await newTicket(triage.zendesk);
    await expect.poll(async () => (await stage.jobs()).length).toBe(2);
    await triage.must('POST', '/v1/triage/stop');
    expect(await send(stage.hook.address, sign(stage.hook, stage.hook.signingSecret, waiting.id))).toBe(200);
    await stage.quiet();
    expect([...ownAudits(ticket), ...ownAudits(waiting)]).toEqual([]);
    expect(await stage.jobs()).toHaveLength(2);
    expect(decisions).toBe(1);
    expect(await stage.changes()).toEqual([]);
  });

  it('undoes a change from Zendesk’s own audit and leaves what a person has changed since', async () => {
    const ticket = await newTicket(triage.zendesk);
    const { id } = await stage.oneEffect(ticket);
    await sleep(1_100);
    humanChanges(triage.zendesk, ticket, { priority: 'urgent' });
    const answer = await triage.must('POST', `/v1/triage/changes/${id}/undo`);
    expect(answer).toEqual({ restored: ['custom_fields_360001', 'type', 'tags'], kept: ['priority'] });
    expect(ticket).toMatchObject({ priority: 'urgent', type: null });
    expect(ticket.customFields.get(360001)).toBeNull();
    expect(ticket.tags.toSorted()).toEqual(['indesk_triaged', 'web']);
    expect((await stage.changes())[0]?.undoneAt).not.toBeNull();
    expect((await triage.ask('POST', `/v1/triage/changes/${id}/undo`)).status).toBe(409);
    await stage.quiet();
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
      await expect.poll(async () => (await stage.jobs()).length).toBeGreaterThan(0);
      await stage.quiet();
      expect(ownAudits(outside)).toEqual([]);
    }
    expect((await stage.changes()).map(({ outcome }) => outcome)).toEqual(['suggested', 'suggested']);
  });

  it('gives a ticket what the solved tickets like it have, by evidence alone', async () => {
    triage.between.propose = proposeBy(async (_, proposal) => proposal);
    const kinds = [
      { words: 'parcel lost courier delivery never arrived', reason: 'lost_parcel', group: 702 },
      { words: 'invoice copy tax number accounting', reason: 'invoice', group: 701 },
    ];
    for (const { words, reason, group } of kinds)
      for (let number = 0; number < 15; number += 1)
        await newTicket(triage.zendesk, {
          announce: false,
          words: `${words}, order ${number}.`,
          subject: `${words} ${number}`,
          status: 'solved',
          requester: 2,
          group,
          priority: 'high',
          // A drop-down and its tag are one thing.
          tags: [reason, `about_${reason}`],
          custom_fields: [{ id: 360001, value: reason }],
        });
    await triage.settings({ searchLagMilliseconds: 0 });
    const fields = ['custom_fields_360001', 'group_id', 'tags'];
    await triage.must('PUT', '/v1/triage/rules', {
      ...applyRules,
      fields: fields.map((field) => ({ field, applyFrom: 60, suggestFrom: 50 })),
    });
    const ticket = await newTicket(triage.zendesk, {
      words: 'My parcel never arrived, the courier lost it',
    });
    await stage.oneEffect(ticket);
    expect(ticket.customFields.get(360001)).toBe('lost_parcel');
    expect(ticket.groupId).toBe(702);
    expect(ticket.tags).toContain('about_lost_parcel');
  });

  it('never touches a ticket of a brand that the connection does not cover', async () => {
    const { subscriptionId } = stage;
    await database.bookkeep({ subscriptionId }, (tx) =>
      tx.updateTable('app.zendesk_connection').set({ brand_ids: '[999]' }).execute(),
    );
    triage.parts.settings.forget(subscriptionId);
    const ticket = await newTicket(triage.zendesk);
    await expect.poll(async () => (await stage.jobs()).length).toBe(1);
    await stage.quiet();
    expect(ticket.audits).toHaveLength(1);
    expect(await stage.changes()).toEqual([]);
  });

  it('removes webhook and triggers from Zendesk when it is disconnected, and refuses what is still on its way', async () => {
    const ticket = await newTicket(triage.zendesk, { announce: false });
    const late = sign(stage.hook, stage.hook.signingSecret, ticket.id);
    expect(await triage.must('DELETE', '/v1/triage/webhook')).toEqual({ removed: true });
    expect(await send(stage.hook.address, late)).toBe(401);
    expect((await triage.must('GET', '/v1/triage'))['webhook']).toBeNull();
    await newTicket(triage.zendesk);
    expect(await stage.jobs()).toEqual([]);
    expect((await triage.ask('DELETE', '/v1/triage/webhook')).status).toBe(404);
  });
});
