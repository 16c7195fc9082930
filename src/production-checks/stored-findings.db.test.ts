import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  startProviderSimulator,
  type ProviderSimulator,
} from '../../simulators/providers/provider-simulator.ts';
import { newSubscription, testDecision } from '../../test/support/calls.ts';
import { engines } from '../../test/support/database.ts';
import { openTestSecrets } from '../../test/support/secrets.ts';
import { createEgress } from '../adapters/egress/create-egress.ts';
import type { BookkeepingDatabase } from '../ports/database.ts';
import type { SecretBox } from '../ports/secret-box.ts';
import type { Egress } from '../ports/egress.ts';
import { refuseStored } from './refuse-unsafe.ts';
import { storedFindings } from './stored-findings.ts';

describe.each(engines.filter(({ available }) => available))(
  'a database that held a demo on $name',
  (engine) => {
    let database: BookkeepingDatabase;
    let simulator: ProviderSimulator;
    let egress: Egress;
    let secretBox: SecretBox;
    const ownModel = createServer((_request, response) => response.writeHead(404).end('{}'));

    beforeAll(async () => {
      database = await engine.open();
      ({ secretBox } = await openTestSecrets(database));
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
      const key = await secretBox.seal('sk', { subscriptionId, table: 't', column: 'c', row: 'r' });
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
  },
);
