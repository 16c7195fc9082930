import type { Permission } from '../contract/permissions.ts';
import { ProblemError } from '../kernel/problem-error.ts';
import type { SettingsReader, SubscriptionSettings } from '../services/settings/settings-reader.ts';
import type { Authenticate, Principal } from './authenticate.ts';

/** What people may still do while their subscription is suspended or over: see, take their data along, leave. */
const afterTheEnd: ReadonlySet<Permission> = new Set<Permission>([
  'account:enrol',
  'account:self',
  'settings:read',
  'integrations:read',
  'people:read',
  'usage:read',
  'audit:read',
  'data:export',
  'data:erase',
]);

/** Takes away what the subscription's plan does not include or its state does not allow; at once while its settings are in memory. */
export const withinSubscription =
  (authenticate: Authenticate, settings: SettingsReader): Authenticate =>
  (request) => {
    const known = authenticate(request);
    if (known instanceof Promise) return known.then((principal) => narrowed(principal, settings));
    return narrowed(known, settings);
  };

function narrowed(principal: Principal, settings: SettingsReader): Principal | Promise<Principal> {
  const found = settings.any(principal.subscriptionId);
  if (found instanceof Promise) return found.then((one) => within(principal, one));
  return within(principal, found);
}

function within(
  principal: Principal,
  { active, withheldPermissions }: Pick<SubscriptionSettings, 'active' | 'withheldPermissions'>,
): Principal {
  if (active && withheldPermissions.size === 0) return principal;
  const permissions = new Set(
    [...principal.permissions].filter(
      (permission) => !withheldPermissions.has(permission) && (active || afterTheEnd.has(permission)),
    ),
  );
  // An agent has nothing left: the sidebar says why instead of "forbidden".
  if (permissions.size === 0 && !active) throw new ProblemError('subscription-inactive');
  return { ...principal, permissions };
}
