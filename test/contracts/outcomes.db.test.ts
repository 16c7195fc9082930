import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import { AiAgentSettings } from '../../src/contract/ai-agents.ts';
import type { AiAgentOutcome } from '../../src/contract/questions.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { publishAiAgentVersion } from '../../src/services/ai-agents/change-ai-agent.ts';
import { countOutcomes, outcomeTags } from '../../src/services/ai-agents/count-outcomes.ts';
import { createAiAgent } from '../../src/services/ai-agents/create-ai-agent.ts';
import { listOutcomes } from '../../src/services/ai-agents/outcomes.ts';
import type { SecretBox } from '../../src/ports/secret-box.ts';
import { newSubscription, type TestCall } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { openTestSecrets } from '../support/secrets.ts';
import { startSimulatedAccount, type SimulatedAccount } from './zendesk/simulated-account.ts';

const daysAgo = (days: number): string => new Date(Date.now() - days * 86_400_000).toISOString();

describe.each(engines.filter(({ available }) => available))('how conversations ended, on $name', (engine) => {
  let account: SimulatedAccount;
  let database: BookkeepingDatabase;
  let secretBox: SecretBox;

  beforeAll(async () => {
    [account, database] = await Promise.all([startSimulatedAccount(), engine.open()]);
    ({ secretBox } = await openTestSecrets(database));
  });
  afterAll(() => Promise.all([account?.close(), database?.close()]));

  const open = async () => {
    const call: TestCall = await newSubscription(database);
    const ports = { database, secretBox, ids: uuidIds, clock: systemClock, helpDesk: account.helpDesk };
    const whole = { ...call, signal: new AbortController().signal, ports } as never;
    const { id } = await createAiAgent(whole, { name: 'Shop', settings: AiAgentSettings.parse({}) });
    await publishAiAgentVersion(whole, id, 1);
    const settings = { get: async () => ({ zendesk: account.connection }) } as never;
    return {
      id,
      count: () => countOutcomes(whole, settings),
      days: (): Promise<AiAgentOutcome[]> => listOutcomes(whole, id),
    };
  };
  let people = 0;
  /** A ticket of somebody new, or of a person by their id; returns whose it is. */
  const ticket = async (more: object, requester?: number): Promise<number> => {
    people += 1;
    const { ticket: made } = (await account.control('POST', 'tickets', {
      subject: 'A ticket',
      comments: [{ html: '<p>Hello</p>' }],
      requester: requester ?? { name: `Person ${people}`, email: `person-${people}@example.com` },
      ...more,
    })) as { ticket: { requester_id: number } };
    return made.requester_id;
  };
  const conversation = (id: string, at: string, tag: string, external = uuidIds.next(), requester?: number) =>
    ticket(
      {
        external_id: `indesk-chat:${external}`,
        created_at: at,
        tags: ['indesk_ai_agent', outcomeTags.ofAgent(id), tag],
      },
      requester,
    );

  it('is counted by the tags of tickets; a follow-up is no other conversation, and who comes again came back', async () => {
    const { id, count, days } = await open();
    await conversation(id, daysAgo(3), outcomeTags.handedOff);
    await conversation(id, daysAgo(3), outcomeTags.confirmed);
    const followed = uuidIds.next();
    const quiet = await conversation(id, daysAgo(3), outcomeTags.silent, followed);
    await conversation(id, daysAgo(2.9), outcomeTags.silent, followed, quiet);
    const back = await conversation(id, daysAgo(3), outcomeTags.silent);
    // Not a conversation, and still a sign that the answer did not help.
    await ticket({ created_at: daysAgo(1) }, back);
    await conversation(uuidIds.next(), daysAgo(3), outcomeTags.confirmed);
    await count();
    const [day] = await days();
    expect(day).toMatchObject({ handedOff: 1, confirmed: 1, silent: 2, cameBack: 1, unknown: 0 });
  });

  it('is counted again, not twice, until the seven days are over', async () => {
    const { id, count, days } = await open();
    const late = await conversation(id, daysAgo(3), outcomeTags.silent);
    await count();
    await count();
    await database.bookkeep(await subscriptionOf(id), (tx) =>
      tx
        .updateTable('app.ai_agent_outcome')
        .set({ counted_at: new Date(0) })
        .execute(),
    );
    await ticket({ created_at: daysAgo(0.5) }, late);
    await count();
    expect(await days()).toMatchObject([{ silent: 1, cameBack: 1 }]);
  });

  const subscriptionOf = async (id: string): Promise<{ readonly subscriptionId: string }> => {
    for (const subscriptionId of await database.lookup((lookups) => lookups.subscriptionIds())) {
      const found = await database.read({ subscriptionId }, (tx) =>
        tx.selectFrom('app.ai_agent').select('id').where('id', '=', id).executeTakeFirst(),
      );
      if (found !== undefined) return { subscriptionId };
    }
    throw new Error('no such AI agent');
  };
});
