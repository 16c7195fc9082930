import type { AdminTokens } from '../services/operators/admin-tokens.ts';
import { platformSubscriptionId } from '../kernel/platform.ts';
import type { Authenticate } from './authenticate.ts';

const prefix = 'Bearer idk_';

/** An operator: a program with an admin token, or a person signed in, whom `person` knows. A token never passes for a fresh proof. */
export const operatorCaller =
  (tokens: AdminTokens, person: Authenticate): Authenticate =>
  (request) => {
    const header = request.headers.authorization;
    if (header === undefined || !header.startsWith(prefix)) return person(request);
    return tokens.verify(header.slice('Bearer '.length)).then(({ id, permissions }) => ({
      subscriptionId: platformSubscriptionId,
      actor: { kind: 'admin-token', id },
      permissions,
      limitKey: `admin-token:${id}`,
    }));
  };
