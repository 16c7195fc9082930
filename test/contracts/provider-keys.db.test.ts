import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startProviderSimulator,
  type ProviderSimulator,
} from '../../simulators/providers/provider-simulator.ts';
import { createEgress } from '../../src/adapters/egress/create-egress.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { createModelProvider } from '../../src/adapters/providers/create-model-provider.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import type { Call } from '../../src/ports/call.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Ports } from '../../src/ports/ports.ts';
import { addProvider } from '../../src/services/integrations/add-provider.ts';
import { checkProviderKey } from '../../src/services/integrations/check-provider-key.ts';
import { readProviders } from '../../src/services/integrations/integration-queries.ts';
import { newSubscription } from '../support/calls.ts';
import { engines } from '../support/database.ts';
import { openWithClock, type ClockedDatabase } from '../support/database-clock.ts';
import { openTestSecrets } from '../support/secrets.ts';

const dayMs = 24 * 3_600_000;

describe.each(engines.filter(({ available }) => available))('provider keys on $name', (engine) => {
  let clocked: ClockedDatabase;
  let simulator: ProviderSimulator;
  let ports: Ports;
  let ahead = 0;
  const clock: Clock = { ...systemClock, now: () => new Date(Date.now() + ahead) };

  beforeAll(async () => {
    clocked = await openWithClock(engine);
    simulator = await startProviderSimulator({});
    const egress = createEgress({ allowedPrivate: [new URL(simulator.url).host] });
    const { secretBox } = await openTestSecrets(clocked.database);
    const modelProvider = createModelProvider({
      dispatcherFor: (purpose) => egress.dispatcherFor(purpose),
      clock,
    });
    const logger = createLogger({ level: 'silent' });
    const parts = {
      database: clocked.database,
      secretBox,
      modelProvider,
      egress,
      ids: uuidIds,
      clock,
      logger,
    };
    ports = parts as unknown as Ports;
  });
  afterAll(async () => {
    await simulator?.close();
    await clocked?.close();
  });

  it('are tried when they are saved and once a day, and show how they fared', async () => {
    const made = await newSubscription(clocked.database);
    const call: Call<keyof Ports> = { ...made, signal: new AbortController().signal, ports };
    const add = (label: string, apiKey: string) =>
      addProvider(call, {
        kind: 'openai-compatible',
        label,
        model: 'm',
        apiKey,
        baseUrl: `${simulator.url}/compatible/v1`,
      });
    await add('good', 'sk-sim.n=3');
    const { id } = await add('later wrong', 'sk-sim.n=4');
    const states = async () =>
      (await clocked.database.read(call, readProviders)).map(({ label, keyState }) => [label, keyState]);
    const due = async () => {
      const all = await clocked.database.lookup((lookups) => lookups.keysToCheck(100));
      return all.filter(({ subscriptionId }) => subscriptionId === call.subscriptionId);
    };
    expect(await states()).toEqual([
      ['good', 'valid'],
      ['later wrong', 'valid'],
    ]);
    expect(await due()).toEqual([]);
    ahead = dayMs + 60_000;
    await clocked.moveClock(25);
    expect(await due()).toHaveLength(2);
    const sealed = await ports.secretBox.seal('wrong-key', {
      subscriptionId: call.subscriptionId,
      table: 'provider_connection',
      column: 'api_key',
      row: id,
    });
    await clocked.database.bookkeep(call, (tx) =>
      tx.updateTable('app.provider_connection').set({ api_key: sealed }).where('id', '=', id).execute(),
    );
    for (const { providerId } of await due()) await checkProviderKey(call, providerId);
    expect(await states()).toEqual([
      ['good', 'valid'],
      ['later wrong', 'invalid'],
    ]);
    expect(await due()).toEqual([]);
    await checkProviderKey(call, uuidIds.next());
  });
});
