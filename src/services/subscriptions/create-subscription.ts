import type { Database } from '../../ports/database.ts';
import type { Ids } from '../../ports/clock.ts';

/** Finds a subscription by name or makes it; returns its id. */
export async function ensureSubscription(
  ports: { readonly database: Database; readonly ids: Ids },
  name: string,
): Promise<string> {
  return ports.database.lookup(
    async (functions) =>
      (await functions.subscriptionIdByName(name)) ??
      functions.createSubscription({ id: ports.ids.next(), name, plan: 'self-hosted' }),
  );
}
