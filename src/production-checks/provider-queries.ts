import type { ReadTransaction } from '../ports/database.ts';

export interface StoredProvider {
  readonly label: string;
  readonly baseUrl: string | null;
  readonly demo: boolean;
}

/** Every provider connection of the entered subscription, without its key. */
export async function storedProviders(tx: ReadTransaction): Promise<readonly StoredProvider[]> {
  return tx
    .selectFrom('app.provider_connection')
    .select(['label', 'base_url as baseUrl', 'demo'])
    .orderBy('label')
    .execute();
}
