import type { LinkKind } from '../../contract/links.ts';
import { platformSubscriptionId } from '../../kernel/platform.ts';
import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { Ports } from '../../ports/ports.ts';
import { hashToken } from './link-token.ts';

/** A link that can be used now, and a call made by the account it belongs to. */
export interface FoundLink<P extends keyof Ports> {
  readonly id: string;
  readonly kind: LinkKind;
  readonly accountId: string;
  readonly expiresAt: Date;
  readonly tokenHash: string;
  readonly call: Call<P>;
}

/** Finds the link of a token, of any kind or of the one wanted. Throws `link-not-usable`. */
export async function findLink<P extends keyof Ports>(
  call: Call<P | 'database'>,
  token: string,
  kind?: LinkKind,
): Promise<FoundLink<P | 'database'>> {
  const tokenHash = hashToken(token);
  const found = await call.ports.database.lookup((lookups) => lookups.oneTimeLinkByToken(tokenHash));
  if (found === undefined || (kind !== undefined && found.kind !== kind))
    throw new ProblemError('link-not-usable');
  const { subscriptionId, accountId } = found;
  return {
    id: found.id,
    kind: found.kind,
    accountId,
    expiresAt: found.expiresAt,
    tokenHash,
    // Whoever opens the mail acts as the account: the link is their proof, and the log names them.
    call: {
      ...call,
      subscriptionId,
      actor: { kind: subscriptionId === platformSubscriptionId ? 'operator' : 'account', id: accountId },
    },
  };
}
