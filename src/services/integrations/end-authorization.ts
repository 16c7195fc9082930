import type { Call } from '../../ports/call.ts';
import { OAuthRefusal } from '../../ports/zendesk-oauth.ts';
import { openedOrUndefined } from '../secrets/opened-or-undefined.ts';
import { clientOf, connectionBinding, type ZendeskClients } from './zendesk-clients.ts';
import { readTokenRow, type TokenRow } from './zendesk-token-queries.ts';

/** A pair that is about to be forgotten here and has to end at Zendesk too. */
export interface OldAuthorization {
  readonly row: TokenRow;
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
}

/** The stored pair, opened; undefined when no person has authorised us, or it cannot be opened any more. */
export async function openAuthorization(
  call: Call<'database' | 'secretBox'>,
): Promise<OldAuthorization | undefined> {
  const { database, secretBox } = call.ports;
  const { subscriptionId } = call;
  const row = await database.read({ subscriptionId }, readTokenRow);
  if (row === undefined || row.accessToken === null) return undefined;
  const open = (sealed: string, column: 'access_token' | 'refresh_token'): Promise<string> =>
    secretBox.open(sealed, connectionBinding(subscriptionId, column));
  const pair = await openedOrUndefined(
    Promise.all([
      open(row.accessToken, 'access_token'),
      row.refreshToken === null ? undefined : open(row.refreshToken, 'refresh_token'),
    ]),
  );
  return pair && { row, accessToken: pair[0], refreshToken: pair[1] };
}

/** Ends the pair at Zendesk; false when Zendesk did not say so. Given the clients, an expired pair is renewed once in order to end it. */
export async function endOldAuthorization(
  call: Call<'secretBox' | 'zendeskOAuth' | 'clock' | 'logger'>,
  old: OldAuthorization | undefined,
  clients?: ZendeskClients,
): Promise<boolean> {
  if (old === undefined) return true;
  const { secretBox, zendeskOAuth, clock, logger } = call.ports;
  const { subscriptionId } = call;
  const { row } = old;
  const oauthCall = { subscriptionId, subdomain: row.subdomain, signal: AbortSignal.timeout(10_000) };
  try {
    const client =
      clients === undefined ? undefined : await clientOf(secretBox, clients, { ...row, subscriptionId });
    const isOver = row.expiresAt !== null && row.expiresAt.getTime() <= clock.now().getTime();
    if (!isOver || client === undefined || old.refreshToken === undefined) {
      await zendeskOAuth.revoke(oauthCall, old.accessToken);
      return true;
    }
    const pair = await zendeskOAuth.refresh(oauthCall, client, old.refreshToken);
    await zendeskOAuth.revoke(oauthCall, pair.accessToken);
    return true;
  } catch (error) {
    // A pair that Zendesk no longer knows needs no end.
    if (error instanceof OAuthRefusal && error.code === 'invalid-grant') return true;
    logger.warn('zendesk authorisation could not be revoked', { subscriptionId });
    return false;
  }
}
