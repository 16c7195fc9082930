import type { WriteTransaction } from '../../ports/database.ts';

interface ZendeskRow {
  readonly subdomain: string;
  readonly clientId: string;
  /** Sealed. */
  readonly clientSecret: string;
  readonly scopes: string;
  readonly brandIds: readonly number[] | null;
}

export async function upsertZendeskConnection(
  tx: WriteTransaction,
  subscriptionId: string,
  row: ZendeskRow,
): Promise<void> {
  const values = {
    subdomain: row.subdomain,
    client_id: row.clientId,
    client_secret: row.clientSecret,
    scopes: row.scopes,
    status: 'connected' as const,
    brand_ids: row.brandIds === null ? null : JSON.stringify(row.brandIds),
  };
  await tx
    .insertInto('app.zendesk_connection')
    .values({ subscription_id: subscriptionId, ...values })
    .onConflict((conflict) => conflict.column('subscription_id').doUpdateSet(values))
    .execute();
}

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
    })
    .execute();
}

/** Switches a feature on or off, keeping its instructions. */
export async function upsertFeatureSwitch(
  tx: WriteTransaction,
  subscriptionId: string,
  feature: string,
  enabled: boolean,
  now: Date,
): Promise<void> {
  await tx
    .insertInto('app.feature_setting')
    .values({ subscription_id: subscriptionId, feature, enabled, instructions: null, updated_at: now })
    .onConflict((conflict) =>
      conflict.columns(['subscription_id', 'feature']).doUpdateSet({ enabled, updated_at: now }),
    )
    .execute();
}

export async function markZendeskConnection(
  tx: WriteTransaction,
  status: 'connected' | 'reconnect-needed',
): Promise<void> {
  await tx.updateTable('app.zendesk_connection').set({ status }).execute();
}
