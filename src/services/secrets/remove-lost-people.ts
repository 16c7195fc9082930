import type { Call } from '../../ports/call.ts';
import { deleteSealedPeople } from './data-key-queries.ts';
import { keyStatus } from './key-status.ts';

/**
 * After a lost root key: removes the accounts that nobody can sign in to any more, because their address and what it is
 * found by are lost, so that they can be invited again. Returns how many.
 */
export async function removeLostPeople(call: Call<'database' | 'keyRing'>): Promise<number> {
  const lost = (await keyStatus(call)).filter(({ opens }) => !opens).map(({ id }) => id);
  if (lost.length === 0) return 0;
  return call.ports.database.write(
    call,
    { permission: 'system:keys', audit: { action: 'accounts.lost', outcome: 'failed' } },
    (tx) => deleteSealedPeople(tx, lost),
  );
}
