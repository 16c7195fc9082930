import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { SubscriptionLine } from '../../ports/subscription-lookups.ts';
import { refusePlatform } from './change-subscription.ts';
import { contactIndex, maskEmail, openContact } from './contact-email.ts';
import type { Limits } from './limits.ts';
import { readSubscriptionRow } from './subscription-queries.ts';

/** What an operator sees of one subscription; the address is masked and the key is its last four characters. */
export interface SubscriptionDetails {
  readonly id: string;
  readonly name: string;
  readonly plan: string;
  readonly tier: string;
  readonly status: SubscriptionLine['status'];
  readonly statusSince: string;
  readonly createdAt: string;
  readonly expiresAt: string | null;
  readonly contact: string | null;
  readonly keyLastFour: string | null;
  readonly keySince: string | null;
  /** Until when the key before works too. */
  readonly previousKeyUntil: string | null;
  readonly limits: Limits;
  readonly withheld: { readonly features: readonly string[]; readonly permissions: readonly string[] };
  readonly hold: { readonly since: string; readonly reference: string } | null;
  readonly eraseAfter: string | null;
  readonly accessWithdrawnAt: string | null;
}

/** Reads the call's subscription for its operator. Throws `not-found`. */
export async function readSubscription(call: Call<'database' | 'secretBox'>): Promise<SubscriptionDetails> {
  refusePlatform(call.subscriptionId);
  const { database, secretBox } = call.ports;
  const row = await database.read(call, (tx) => readSubscriptionRow(tx));
  if (row === undefined) throw new ProblemError('not-found');
  return {
    id: row.id,
    name: row.name,
    plan: row.plan,
    tier: row.tier,
    status: row.status,
    statusSince: row.status_since.toISOString(),
    createdAt: row.created_at.toISOString(),
    expiresAt: time(row.expires_at),
    contact:
      row.contact_email === null ? null : maskEmail(await openContact(secretBox, row.id, row.contact_email)),
    keyLastFour: row.key_last_four,
    keySince: time(row.key_since),
    previousKeyUntil: time(row.previous_key_until),
    limits: {
      requests: row.request_quota === null ? null : Number(row.request_quota),
      tokens: row.token_quota === null ? null : Number(row.token_quota),
      seats: row.seat_quota,
      aiAgents: row.ai_agent_quota,
    },
    withheld: { features: row.withheld_features, permissions: row.withheld_permissions },
    hold:
      row.held_since === null
        ? null
        : { since: row.held_since.toISOString(), reference: row.hold_reference ?? '' },
    eraseAfter: time(row.erase_after),
    accessWithdrawnAt: time(row.access_withdrawn_at),
  };
}

const time = (value: Date | null): string | null => value?.toISOString() ?? null;

/** A page of the operator's list; `contactEmail` finds the subscriptions of an address. */
export function listSubscriptions(
  call: Call<'database' | 'secretBox'>,
  page: { readonly after?: string; readonly limit: number; readonly contactEmail?: string },
): Promise<readonly SubscriptionLine[]> {
  const { database, secretBox } = call.ports;
  return database.lookup((functions) =>
    functions.listSubscriptions({
      limit: page.limit,
      ...(page.after !== undefined && { after: page.after }),
      ...(page.contactEmail !== undefined && { contactIndex: contactIndex(secretBox, page.contactEmail) }),
    }),
  );
}
