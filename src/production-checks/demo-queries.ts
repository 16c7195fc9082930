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

/** How many accounts a subscription has that was connected to the simulators; undefined for any other. */
export async function demoAccounts(tx: ReadTransaction): Promise<number | undefined> {
  const row = await tx
    .selectFrom('app.subscription')
    .select((expression) =>
      expression
        .selectFrom('app.account')
        .select((account) => account.fn.countAll<string>().as('count'))
        .as('count'),
    )
    .where('demo', '=', true)
    .executeTakeFirst();
  return row === undefined ? undefined : Number(row.count);
}
