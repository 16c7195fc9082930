import type { LinkKind } from '../../contract/links.ts';
import type { Call } from '../../ports/call.ts';
import type { WriteTransaction } from '../../ports/database.ts';
import { openLink } from './link-queries.ts';

/** Opens a link in the caller's transaction and has it mailed once that commits; returns its id. */
export async function requestLink(
  tx: WriteTransaction,
  call: Call<'jobs' | 'ids'>,
  link: { readonly accountId: string; readonly kind: LinkKind },
): Promise<string> {
  const { jobs, ids } = call.ports;
  const id = await openLink(tx, { subscriptionId: call.subscriptionId, id: ids.next(), ...link });
  await jobs.enqueue(tx, call, 'mail.send-link', { linkId: id });
  return id;
}
