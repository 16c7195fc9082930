import { platformSubscriptionId } from '../../kernel/platform.ts';
import type { Ids } from '../../ports/clock.ts';
import type { BookkeepingDatabase } from '../../ports/database.ts';
import type { Logger } from '../../ports/logger.ts';
import { parseRootKey, readKeyFile, readOrMakeKeyFile, type RootKey } from './key-file.ts';
import { MasterKeys } from './master-keys.ts';
import { openSecretBox, type OpenedSecretBox } from './secret-box.ts';
import { retireLostKeys } from './start-over.ts';

export interface SecretSettings {
  readonly keyFile: string;
  /** The key itself, instead of the file. */
  readonly rootKey?: string | undefined;
  readonly nextKeyFile?: string | undefined;
  /** Makes the key file on the first start; in production the operator does. */
  readonly mayMakeKeyFile: boolean;
  /** Goes on with a new master key although the root key opens nothing: what was sealed before stays shut. */
  readonly startOver?: boolean;
}

/** Opens the keys of an installation. Throws `RootKeyError` when the root key is missing, weak or another one. */
export async function openSecrets(
  ports: { readonly database: BookkeepingDatabase; readonly ids: Ids; readonly logger: Logger },
  settings: SecretSettings,
): Promise<OpenedSecretBox> {
  const { startOver, nextKeyFile } = settings;
  const keyEncryption = await MasterKeys.open({
    ...ports,
    rootKey: (isFirstStart) => rootKeyOf(settings, isFirstStart),
    nextRootKey: nextKeyFile === undefined ? undefined : readKeyFile(nextKeyFile),
    startOver,
  });
  if (startOver === true) {
    const ids = await ports.database.lookup((lookups) => lookups.subscriptionIds());
    await retireLostKeys({ ...ports, keyEncryption }, [platformSubscriptionId, ...ids]);
  }
  return openSecretBox({ ...ports, keyEncryption });
}

function rootKeyOf(
  { keyFile, rootKey, mayMakeKeyFile, startOver }: SecretSettings,
  isFirstStart: boolean,
): RootKey {
  if (rootKey !== undefined) return parseRootKey(rootKey, 'INDESK_ROOT_KEY');
  // A new file beside a database sealed under another one would only hide that the key is missing.
  const mayMake = mayMakeKeyFile && (isFirstStart || startOver === true);
  return mayMake ? readOrMakeKeyFile(keyFile) : readKeyFile(keyFile);
}
