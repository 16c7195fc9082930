import { randomBytes } from 'node:crypto';
import { parseRootKey, type RootKey } from '../../src/adapters/crypto/key-file.ts';
import { MasterKeys, type MasterKeyOptions } from '../../src/adapters/crypto/master-keys.ts';
import {
  openSecretBox,
  type OpenedSecretBox,
  type SecretBoxOptions,
} from '../../src/adapters/crypto/secret-box.ts';
import { createLogger } from '../../src/adapters/logging/logger.ts';
import { uuidIds } from '../../src/adapters/system/clock.ts';
import type { BookkeepingDatabase } from '../../src/ports/database.ts';

const logger = createLogger({ level: 'silent' });

/** A random root key, as a file would hold it. */
export const newRootKey = (): RootKey => parseRootKey(randomBytes(32).toString('base64'), 'The test');

/** The master keys of a database under a root key. */
export const openTestMasterKeys = (
  database: BookkeepingDatabase,
  rootKey: RootKey,
  options: Partial<MasterKeyOptions> = {},
): Promise<MasterKeys> =>
  MasterKeys.open({ database, ids: uuidIds, logger, rootKey: () => rootKey, ...options });

/** The SecretBox and KeyRing of a database of its own; a test that opens it twice names the root key. */
export async function openTestSecrets(
  database: BookkeepingDatabase,
  rootKey = newRootKey(),
  options: Partial<SecretBoxOptions> = {},
): Promise<OpenedSecretBox> {
  const keyEncryption = options.keyEncryption ?? (await openTestMasterKeys(database, rootKey));
  return openSecretBox({ database, ids: uuidIds, logger, ...options, keyEncryption });
}
