import { ProblemError } from '../../kernel/problem-error.ts';
import type { Call } from '../../ports/call.ts';
import type { ConfluenceAccess } from '../../ports/confluence.ts';
import type { Ports } from '../../ports/ports.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import { confluenceBinding } from './confluence-clients.ts';
import { readConfluenceRow } from './confluence-queries.ts';
import { shutConfluence } from './confluence-tokens.ts';

/** The stored access, opened for one piece of work. Throws `confluence-not-connected`, `confluence-reconnect-needed`. */
export async function openConfluenceAccess(
  { database, secretBox }: Pick<Ports, 'database' | 'secretBox'>,
  { subscriptionId }: Pick<Call, 'subscriptionId'>,
): Promise<ConfluenceAccess> {
  const row = await database.read({ subscriptionId }, readConfluenceRow);
  if (row === undefined) throw new ProblemError('confluence-not-connected');
  const { siteUrl, cloudId, email, apiToken } = row;
  if (row.grantKind === 'authorization-code')
    return { subscriptionId, siteUrl, grant: 'authorization-code', cloudId: cloudId ?? '' };
  const opened = await openedOrUndefined(
    Promise.all([
      secretBox.open(email ?? '', confluenceBinding(subscriptionId, 'email')),
      secretBox.open(apiToken ?? '', confluenceBinding(subscriptionId, 'api_token')),
    ]),
  );
  if (opened === undefined) throw new ProblemError('confluence-reconnect-needed', { detail: shutConfluence });
  return { subscriptionId, siteUrl, grant: 'api-token', email: opened[0], token: opened[1], cloudId };
}
