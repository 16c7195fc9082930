// Replaces the data key of a subscription again and again until it is killed: connection, subscription, key file.
import { openSecrets } from '../../src/adapters/crypto/open-secrets.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { openPostgres } from '../../src/adapters/postgres/open-postgres.ts';
import { uuidIds } from '../../src/adapters/system/clock.ts';
import { rotateDataKey } from '../../src/services/secrets/rotate-data-key.ts';

const [connectionString = '', subscriptionId = '', keyFile = ''] = process.argv.slice(2);
const logger = createLogger({ level: 'silent' });
const database = await openPostgres({ connectionString, logger });
const { secretBox, keyRing } = await openSecrets(
  { database, logger, ids: uuidIds },
  { keyFile, mayMakeKeyFile: false },
);
process.stdout.write('ready\n');
for (;;) {
  const call = {
    subscriptionId,
    actor: { kind: 'operator', id: 'command-line' },
    requestId: uuidIds.next(),
    signal: new AbortController().signal,
    ports: { database, secretBox, keyRing },
  } as const;
  try {
    await rotateDataKey(call, 0);
    process.stdout.write('rotated\n');
  } catch (error) {
    // A row or key that others hold for longer than a second: the next round goes on.
    process.stdout.write(`again ${error instanceof Error ? error.name : ''}\n`);
  }
}
