import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  startProviderSimulator,
  type ProviderSimulator,
} from '../../simulators/providers/provider-simulator.ts';
import { createEgress } from '../../src/adapters/egress/create-egress.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { createModelProvider } from '../../src/adapters/providers/create-model-provider.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import type { CopilotServices } from '../../src/copilot/copilot-call.ts';
import { MacroReader } from '../../src/copilot/macros/macro-reader.ts';
import { tieBreaker } from '../../src/copilot/triage/break-ties.ts';
import { proposeBy } from '../../src/copilot/triage/propose.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import type { Ports } from '../../src/ports/ports.ts';
import { BudgetKeeper } from '../../src/services/budgets/budget-keeper.ts';
import { addProvider } from '../../src/services/integrations/add-provider.ts';
import { QuotaKeeper } from '../../src/services/quotas/quota-keeper.ts';
import { CallLedger, type LedgerEntry } from '../../src/services/usage/call-ledger.ts';
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

/** Solved tickets that are as often of the one priority as of the other, and always of one type. */
const words = 'parcel lost courier delivery never arrived';
const priorities = ['high', 'low'];
const solvedTickets = 30;
/** What the neighbours leave open is only suggested, and what a model chooses is written. */
const rules = {
  ...applyRules,
  fields: [{ field: 'priority', applyFrom: 70, suggestFrom: 0 }],
};

describe.each(engines.filter(({ available }) => available))('ties of triage on $name', (engine) => {
  let database: BookkeepingDatabase;
  let triage: TriageTest;
  let stage: TriageStage;
  let simulator: ProviderSimulator;
  let ports: Ports;
  let services: CopilotServices;
  const records: LedgerEntry[] = [];

  beforeAll(async () => {
    database = await engine.open();
    triage = await openTriage(database);
    simulator = await startProviderSimulator({ demo: true });
    const egress = createEgress({ allowedPrivate: [new URL(simulator.url).host] });
    const modelProvider = createModelProvider({
      dispatcherFor: (purpose) => egress.dispatcherFor(purpose),
      clock: systemClock,
    });
    const base = { ...triage.parts.ports, egress, modelProvider, clock: systemClock, ids: uuidIds };
    ports = { ...base, logger: createLogger({ level: 'silent' }) } as unknown as Ports;
    const ledger = new CallLedger(ports);
    const record = ledger.record.bind(ledger);
    ledger.record = (subscriptionId, made) => {
      records.push(made);
      record(subscriptionId, made);
    };
    services = {
      settings: triage.parts.settings,
      macros: new MacroReader(ports),
      ledger,
      quotas: new QuotaKeeper({ ...ports, database }),
      budgets: new BudgetKeeper(ports, ledger),
    };
    for (let number = 0; number < solvedTickets; number += 1)
      await newTicket(triage.zendesk, {
        announce: false,
        words: `${words}, order ${number}.`,
        subject: `${words} ${number}`,
        status: 'solved',
        requester: 2,
        type: 'problem',
        priority: priorities[number % priorities.length],
        tags: [],
      });
    await triage.settings({ searchLagMilliseconds: 0 });
  });
  beforeEach(async () => {
    stage = await beginStage(triage);
    await triage.must('PUT', '/v1/triage/rules', rules);
    triage.between.proposeFor = (context) =>
      proposeBy(tieBreaker({ ...context, ports: { ...context.ports, ...ports } }, services));
    simulator.reset();
    records.length = 0;
  });
  afterEach(() => endStage(triage));
  afterAll(async () => {
    await triage?.close();
    await simulator?.close();
    await database?.close();
  });

  const useProvider = async (apiKey: string): Promise<void> => {
    const { subscriptionId } = stage;
    const call = { subscriptionId, requestId: 'test', signal: new AbortController().signal, ports };
    await addProvider(
      { ...call, actor: { kind: 'system', id: 'test' } },
      { kind: 'openai-compatible', model: 'm', apiKey, baseUrl: `${simulator.url}/compatible/v1` },
    );
    triage.parts.settings.forget(subscriptionId);
  };
  const asked = () => simulator.requests.filter(({ method }) => method === 'POST');
  const undecided = (more: object = {}) => newTicket(triage.zendesk, { words, subject: words, ...more });
  /** The priority that stands behind a letter in what the model was sent. */
  const behind = (letter: string): string =>
    new RegExp(`  ${letter}: (high|low)`).exec(asked().at(-1)?.text ?? '')?.[1] ?? '';

  it('S119: a storm of deliveries of an undecided ticket asks a model once, and what it chose is written once', async () => {
    await useProvider('sk-sim.n=1');
    simulator.answerWith('{"field_1":"b"}');
    const ticket = await undecided();
    const again = () => send(stage.hook.address, sign(stage.hook, stage.hook.signingSecret, ticket.id));
    await Promise.all(Array.from({ length: 20 }, again));
    const change = await stage.oneEffect(ticket);
    expect(change).toMatchObject({ outcome: 'applied', fields: ['priority'], band: 'medium' });
    expect(asked()).toHaveLength(1);
    expect(behind('b')).toMatch(/high|low/);
    expect(ticket.priority).toBe(behind('b'));
    expect(JSON.stringify(asked()[0]?.body)).toContain('"enum":["a","b"]');
    expect(
      records.map(({ receipt, zendeskAgentId }) => [receipt.feature, receipt.providerCalls, zendeskAgentId]),
    ).toEqual([['triage-ticket', 1, null]]);
  });

  it('asks no second time when a person changes the ticket meanwhile', async () => {
    await useProvider('sk-sim.n=1');
    simulator.answerWith('{"field_1":"a"}', '{"field_1":"b"}');
    const ticket = await undecided();
    triage.between.before = () => {
      triage.between.before = () => {};
      humanChanges(triage.zendesk, ticket, { subject: `${words} again` });
    };
    await stage.oneEffect(ticket);
    expect(asked()).toHaveLength(1);
    expect(ticket.priority).toBe(behind('a'));
  });

  it.each([
    ['names something else', 'sk-sim.n=1', ['{"field_1":"urgent","status":"solved","requester_id":1}']],
    ['names a letter that stands for nothing', 'sk-sim.n=1', ['{"field_1":"c"}']],
    ['cannot tell', 'sk-sim.n=1', ['{"field_1":null}']],
    ['obeys the ticket', 'sk-sim.obedient', []],
    ['fails', 'sk-sim.status=503', []],
    ['answers with something broken', 'sk-sim.badjson=2', []],
  ])('leaves it at what the solved tickets say when the model %s', async (_, apiKey, answers) => {
    await useProvider(apiKey);
    simulator.answerWith(...answers);
    const ticket = await undecided({ words: `${words} give:key+rules case:tie host:evil~example` });
    const change = await stage.oneEffect(ticket);
    expect(change).toMatchObject({ outcome: 'suggested', fields: ['priority'], band: 'low' });
    expect(ticket).toMatchObject({ priority: null, status: 'new' });
    expect(ticket.comments.at(-1)?.public).toBe(false);
    expect(asked().length).toBeGreaterThan(0);
    expect(records).toHaveLength(1);
  });

  it('asks nobody without a provider, past the quota, or for a field that no rule fills', async () => {
    const triageOne = async (): Promise<void> => {
      const ticket = await undecided();
      await expect.poll(() => ownAudits(ticket).length, { timeout: 30_000 }).toBe(1);
      expect(ticket.priority).toBeNull();
    };
    await triageOne();
    await useProvider('sk-sim.n=1');
    const { subscriptionId } = stage;
    const forget = () => triage.parts.settings.forget(subscriptionId);
    await database.bookkeep({ subscriptionId }, (tx) =>
      tx.updateTable('app.subscription').set({ request_quota: '0' }).execute(),
    );
    forget();
    await triageOne();
    await database.bookkeep({ subscriptionId }, (tx) =>
      tx.updateTable('app.subscription').set({ request_quota: null }).execute(),
    );
    forget();
    await triage.must('PUT', '/v1/triage/rules', {
      ...rules,
      fields: [
        { field: 'priority', applyFrom: 100, suggestFrom: 80 },
        { field: 'type', suggestFrom: 0 },
      ],
    });
    await triageOne();
    expect(asked()).toEqual([]);
    expect(records).toEqual([]);
  });
});
