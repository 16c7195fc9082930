import { expect } from 'vitest';
import type { StoredTicket } from '../../simulators/zendesk/model.ts';
import type { TriageChange } from '../../src/contract/triage.ts';
import { applyRules, ownAudits, type MadeWebhook, type TriageTest } from './triage.ts';

/** A subscription with webhook and rules, and what can be seen of it. */
export interface TriageStage {
  readonly subscriptionId: string;
  readonly hook: MadeWebhook;
  jobs(): Promise<readonly { readonly finished_at: Date | null }[]>;
  /** Until no job is left to do. */
  quiet(): Promise<void>;
  /** As the console lists them. */
  changes(): Promise<readonly TriageChange[]>;
  /** Actions of the audit log that say what triage did. */
  audited(): Promise<readonly string[]>;
  /** One change at Zendesk, one in the list, one audit event, and nothing left to do. */
  oneEffect(ticket: StoredTicket): Promise<TriageChange>;
}

const patience = { timeout: 30_000 };

export async function beginStage(triage: TriageTest): Promise<TriageStage> {
  const subscriptionId = await triage.connect();
  await triage.must('PUT', '/v1/triage/rules', applyRules);
  await triage.must('PUT', '/v1/triage/webhook');
  const hook = triage.hooks.at(-1);
  if (hook === undefined) throw new Error('no webhook was made');
  const { database } = triage;
  const stage: TriageStage = {
    subscriptionId,
    hook,
    jobs: () =>
      database.read({ subscriptionId }, (tx) =>
        tx.selectFrom('app.job_outbox').select('finished_at').where('name', '=', 'triage.ticket').execute(),
      ),
    quiet: async () => {
      const waiting = async () => (await stage.jobs()).filter(({ finished_at: at }) => at === null).length;
      await expect.poll(waiting, patience).toBe(0);
    },
    changes: async () =>
      (await triage.must('GET', '/v1/triage/changes'))['changes'] as readonly TriageChange[],
    audited: async () =>
      (
        await database.read({ subscriptionId }, (tx) =>
          tx
            .selectFrom('app.audit_event')
            .select('action')
            .where('action', 'in', ['triage.applied', 'triage.suggested', 'triage.nothing'])
            .execute(),
        )
      ).map(({ action }) => action),
    oneEffect: async (ticket) => {
      await expect.poll(async () => (await stage.changes()).length, patience).toBe(1);
      await stage.quiet();
      expect(ownAudits(ticket)).toHaveLength(1);
      expect(await stage.audited()).toHaveLength(1);
      const [change] = await stage.changes();
      if (change === undefined) throw new Error('no change is listed');
      expect(change).toMatchObject({ ticketId: ticket.id, auditId: ownAudits(ticket)[0]?.id });
      return change;
    },
  };
  return stage;
}

/** Ends a stage: real work goes on as if no test had been. */
export async function endStage(triage: TriageTest): Promise<void> {
  Object.assign(triage.between, {
    deciding: () => {},
    before: () => {},
    after: () => {},
    propose: undefined,
    proposeFor: undefined,
  });
  await triage.settings({ webhookMode: 'normal' });
  await triage.ask('DELETE', '/v1/triage/webhook');
}
