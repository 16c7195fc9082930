import type { ReadTransaction, WriteTransaction } from '../../ports/database.ts';
import type { KeyCheck, ProviderKind } from '../../ports/model-provider.ts';

interface InstallationRow {
  readonly id: string;
  readonly audience: string;
  readonly issuer: string;
  readonly publicKeyPem: string;
}

export async function upsertInstallation(
  tx: WriteTransaction,
  subscriptionId: string,
  row: InstallationRow,
): Promise<void> {
  await tx.deleteFrom('app.sidebar_installation').where('audience', '=', row.audience).execute();
  await tx
    .insertInto('app.sidebar_installation')
    .values({
      subscription_id: subscriptionId,
      id: row.id,
      audience: row.audience,
      issuer: row.issuer,
      public_key_pem: row.publicKeyPem,
    })
    .execute();
}

interface ProviderRow {
  readonly id: string;
  readonly kind: string;
  readonly label: string;
  readonly baseUrl: string | null;
  readonly model: string;
  /** Sealed. */
  readonly apiKey: string;
  readonly keyLastFour: string;
  readonly demo: boolean;
  readonly contextWindow: number | null;
  /** How the key fared when it was tried just now. */
  readonly keyState: KeyCheck['state'];
  readonly now: Date;
}

/** The new provider becomes the default and takes the place of one with the same label; others stay stored. */
export async function insertProvider(
  tx: WriteTransaction,
  subscriptionId: string,
  row: ProviderRow,
): Promise<void> {
  await tx.deleteFrom('app.provider_connection').where('label', '=', row.label).execute();
  await tx
    .updateTable('app.provider_connection')
    .set({ is_default: false })
    .where('is_default', '=', true)
    .execute();
  await tx
    .insertInto('app.provider_connection')
    .values({
      subscription_id: subscriptionId,
      id: row.id,
      kind: row.kind,
      label: row.label,
      base_url: row.baseUrl,
      model: row.model,
      api_key: row.apiKey,
      key_last_four: row.keyLastFour,
      is_default: true,
      demo: row.demo,
      context_window: row.contextWindow,
      key_state: row.keyState,
      key_checked_at: row.now,
    })
    .execute();
}

const shownColumns = [
  'id',
  'kind',
  'label',
  'base_url as baseUrl',
  'model',
  'key_last_four as keyLastFour',
  'is_default as isDefault',
  'demo',
  'context_window as contextWindow',
  'fallback_order as fallbackOrder',
  'key_state as keyState',
  'key_checked_at as keyCheckedAt',
  'created_at as createdAt',
] as const;

/** Every provider account without its key, oldest first. */
export async function readProviders(tx: ReadTransaction) {
  const rows = await tx
    .selectFrom('app.provider_connection')
    .select(shownColumns)
    .orderBy('created_at')
    .orderBy('id')
    .execute();
  return rows.map((row) => ({ ...row, kind: row.kind as ProviderKind }));
}

/** One account with its key, sealed. */
export async function readProvider(tx: ReadTransaction, id: string) {
  const row = await tx
    .selectFrom('app.provider_connection')
    .select([...shownColumns, 'api_key as apiKey'])
    .where('id', '=', id)
    .executeTakeFirst();
  return row && { ...row, kind: row.kind as ProviderKind };
}

export async function providerIdByLabel(tx: ReadTransaction, label: string): Promise<string | undefined> {
  const row = await tx
    .selectFrom('app.provider_connection')
    .select('id')
    .where('label', '=', label)
    .executeTakeFirst();
  return row?.id;
}

interface ProviderChange {
  readonly label: string;
  readonly baseUrl: string | null;
  readonly model: string;
  readonly contextWindow: number | null;
  readonly isDefault: boolean;
  readonly keyState: KeyCheck['state'];
  readonly now: Date;
  /** Sealed; left out when it stays. */
  readonly apiKey?: string;
  readonly keyLastFour?: string;
}

/** False when the account is gone or its address is no longer the one that was seen. */
export async function changeProvider(
  tx: WriteTransaction,
  id: string,
  change: ProviderChange,
  seenBaseUrl: string | null,
): Promise<boolean> {
  if (change.isDefault)
    await tx
      .updateTable('app.provider_connection')
      .set({ is_default: false })
      .where('is_default', '=', true)
      .where('id', '!=', id)
      .execute();
  const changed = await tx
    .updateTable('app.provider_connection')
    .set({
      label: change.label,
      base_url: change.baseUrl,
      model: change.model,
      context_window: change.contextWindow,
      is_default: change.isDefault,
      key_state: change.keyState,
      key_checked_at: change.now,
      ...(change.apiKey !== undefined && {
        api_key: change.apiKey,
        key_last_four: change.keyLastFour ?? '',
      }),
    })
    .where('id', '=', id)
    .where('base_url', 'is not distinct from', seenBaseUrl)
    .executeTakeFirst();
  return changed.numUpdatedRows === 1n;
}

/** Notes how a key fared; nothing when the account is gone. */
export async function noteKeyState(
  tx: WriteTransaction,
  id: string,
  state: KeyCheck['state'],
  now: Date,
): Promise<void> {
  await tx
    .updateTable('app.provider_connection')
    .set({ key_state: state, key_checked_at: now })
    .where('id', '=', id)
    .execute();
}

/** These stand in, in this order, and no others. False when one of them is none of the subscription's. */
export async function setFallbacks(tx: WriteTransaction, ids: readonly string[]): Promise<boolean> {
  await tx
    .updateTable('app.provider_connection')
    .set({ fallback_order: null })
    .where('fallback_order', 'is not', null)
    .execute();
  for (const [at, id] of ids.entries()) {
    const set = await tx
      .updateTable('app.provider_connection')
      .set({ fallback_order: at + 1 })
      .where('id', '=', id)
      .executeTakeFirst();
    if (set.numUpdatedRows !== 1n) return false;
  }
  return true;
}

export async function deleteProvider(tx: WriteTransaction, id: string): Promise<boolean> {
  const gone = await tx.deleteFrom('app.provider_connection').where('id', '=', id).executeTakeFirst();
  return gone.numDeletedRows === 1n;
}

export async function markZendeskConnection(
  tx: WriteTransaction,
  status: 'connected' | 'reconnect-needed',
): Promise<void> {
  await tx.updateTable('app.zendesk_connection').set({ status }).execute();
}
