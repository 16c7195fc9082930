import { randomBytes } from 'node:crypto';
import { parseRootKey } from '../../src/adapters/crypto/key-file.ts';
import { MasterKeys } from '../../src/adapters/crypto/master-keys.ts';
import { openSecretBox } from '../../src/adapters/crypto/secret-box.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { createMetrics } from '../../src/adapters/metrics/metrics.ts';
import { createMemoryKeyValueStore } from '../../src/adapters/memory/key-value-store.ts';
import { systemClock, uuidIds } from '../../src/adapters/system/clock.ts';
import type { Call } from '../../src/ports/call.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';
import { SettingsReader } from '../../src/services/settings/settings-reader.ts';
import type { Ending } from '../../src/services/subscriptions/withdraw-access.ts';

/** What the operator's services need, over a database of a test. */
export async function openOperator(database: BookkeepingDatabase) {
  const log: string[] = [];
  const logger = createLogger({
    level: 'info',
    destination: { write: (line: string) => void log.push(line) },
  });
  const rootKey = parseRootKey(randomBytes(32).toString('base64'), 'test');
  const keyEncryption = await MasterKeys.open({ database, ids: uuidIds, logger, rootKey: () => rootKey });
  const { secretBox, keyRing } = await openSecretBox({ database, keyEncryption, ids: uuidIds, logger });
  const ports = {
    database,
    secretBox,
    keyRing,
    logger,
    metrics: createMetrics(),
    clock: systemClock,
    ids: uuidIds,
    keyValues: createMemoryKeyValueStore(),
  };
  const settings = new SettingsReader(ports);
  const disconnected: string[] = [];
  const ending: Ending = {
    settings,
    forget: (subscriptionId) => settings.forget(subscriptionId),
    disconnectZendesk: async ({ subscriptionId }) => void disconnected.push(subscriptionId),
  };
  const callFor = (subscriptionId: string): Call<keyof typeof ports> => ({
    subscriptionId,
    actor: { kind: 'operator', id: 'test-operator' },
    requestId: uuidIds.next(),
    signal: new AbortController().signal,
    ports,
  });
  return { ports, settings, ending, callFor, log, disconnected };
}
export type TestOperator = Awaited<ReturnType<typeof openOperator>>;
