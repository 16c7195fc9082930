import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startProviderSimulator,
  type ProviderSimulator,
} from '../../simulators/providers/provider-simulator.ts';
import { startZendeskSimulator } from '../../simulators/zendesk/start-zendesk-simulator.ts';
import { SMALL_CONTENT } from '../../simulators/zendesk/test-account.ts';
import { newSubscription, testDecision } from '../../test/support/calls.ts';
import { engines } from '../../test/support/database.ts';
import { openOperator, type TestOperator } from '../../test/support/operators.ts';
import { zendeskParts } from '../../test/support/zendesk-oauth.ts';
import { createConfluence } from '../adapters/confluence/create-confluence.ts';
import { createEgress } from '../adapters/egress/create-egress.ts';
import { createLogger } from '../adapters/logging/logger.ts';
import { createMetrics } from '../adapters/metrics/metrics.ts';
import { createModelProvider } from '../adapters/providers/create-model-provider.ts';
import { systemClock } from '../adapters/system/clock.ts';
import type { BookkeepingDatabase } from '../ports/database.ts';
import type { Egress } from '../ports/egress.ts';
import { createAccount } from '../services/accounts/create-account.ts';
import { connectSandbox, parseSandbox } from '../services/sandbox/connect-sandbox.ts';
import { eraseSubscription } from '../services/subscriptions/erase-subscription.ts';
import { refuseStored } from './refuse-unsafe.ts';
import { storedFindings } from './stored-findings.ts';

describe.each(engines.filter(({ available }) => available))(
  'a database that held a demo on $name',
  (engine) => {
    let database: BookkeepingDatabase;
    let simulator: ProviderSimulator;
    let egress: Egress;
    let operator: TestOperator;
    const ownModel = createServer((_request, response) => response.writeHead(404).end('{}'));

    beforeAll(async () => {
      database = await engine.open();
      operator = await openOperator(database);
      simulator = await startProviderSimulator({ port: 0 });
      await new Promise<void>((resolve) => ownModel.listen(0, '127.0.0.1', resolve));
      egress = createEgress({ allowedPrivate: [new URL(simulator.url).host, new URL(ownModelUrl()).host] });
    });
    afterAll(async () => {
      await Promise.all([egress?.close(), simulator?.close(), database?.close()]);
      ownModel.close();
    });
    const ownModelUrl = (): string => `http://127.0.0.1:${(ownModel.address() as AddressInfo).port}/v1`;

    const addProvider = async (baseUrl: string | null, demo: boolean): Promise<string> => {
      const call = await newSubscription(database);
      const { subscriptionId } = call;
      const key = await operator.ports.secretBox.seal('sk', {
        subscriptionId,
        table: 't',
        column: 'c',
        row: 'r',
      });
      await database.write(call, testDecision, (tx) =>
        sql`insert into app.provider_connection (subscription_id, kind, label, base_url, model, api_key, key_last_four, demo)
        values (${call.subscriptionId}, 'openai-compatible', 'x', ${baseUrl}, 'm', ${key}, 'abcd', ${demo})`.execute(
          tx,
        ),
      );
      return call.subscriptionId;
    };

    it('R33: is refused in production with its demo model and its simulators; a model of one’s own is not', async () => {
      await addProvider(null, false);
      await addProvider('https://models.example.com/v1', false);
      await addProvider(ownModelUrl(), false);
      expect(await storedFindings({ database, egress })).toEqual([]);
      const withDemo = await addProvider(null, true);
      const withSimulator = await addProvider(`${simulator.url}/compatible/v1`, false);
      const findings = await storedFindings({ database, egress });
      expect(findings).toHaveLength(2);
      expect(findings.join()).toContain(withDemo);
      expect(findings.join()).toContain(withSimulator);
      await expect(refuseStored({ database, egress })).rejects.toThrow('INDESK_MODE');
    });

    it('R33: is refused in production with the subscription the sandbox made and its accounts, until that is erased', async () => {
      const before = await storedFindings({ database, egress });
      const zendesk = await startZendeskSimulator({
        port: 0,
        content: SMALL_CONTENT,
        subdomain: 'acme',
        sidebarUrl: 'http://127.0.0.1:1/',
      });
      const { secretBox } = operator.ports;
      const parts = zendeskParts({ database, secretBox, origins: { acme: zendesk.url } });
      const modelProvider = createModelProvider({
        dispatcherFor: (purpose) => egress.dispatcherFor(purpose),
        clock: systemClock,
      });
      // The simulated account below names no Confluence.
      const { site: confluenceSite } = createConfluence({
        egress,
        logger: createLogger({ level: 'silent' }),
        metrics: createMetrics(),
        clock: systemClock,
      });
      const { subscriptionId } = await newSubscription(database);
      const call = {
        ...operator.callFor(subscriptionId),
        ports: { ...parts.ports, ...operator.ports, egress, modelProvider, confluenceSite },
      };
      const described = await fetch(`${zendesk.url}/_sandbox/connection`);
      const connection = parseSandbox({
        ...((await described.json()) as object),
        provider: { baseUrl: `${simulator.url}/compatible/v1`, apiKey: 'sk-sim', model: 'indesk-demo' },
      });
      for (let start = 0; start < 2; start += 1) await connectSandbox(call, operator.settings, connection);
      await createAccount(call, { email: 'lead@example.com', role: 'admin' });
      // Connecting real accounts does not make the people and what they did real.
      await database.bookkeep(call, (tx) => tx.deleteFrom('app.provider_connection').execute());
      const added = (await storedFindings({ database, egress })).filter((one) => !before.includes(one));
      expect(added).toEqual([expect.stringMatching(`^INDESK_MODE.*${subscriptionId}.* 1 demo accounts`)]);
      await eraseSubscription(call, operator.ending);
      expect(await storedFindings({ database, egress })).toEqual(before);
      await Promise.all([parts.close(), zendesk.close()]);
    });
  },
);
