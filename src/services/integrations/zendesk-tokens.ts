import type { BookkeepingDatabase } from '../../ports/database.ts';
import type { HelpDeskConnection } from '../../ports/help-desk.ts';
import type { Ports } from '../../ports/ports.ts';
import {
  OAuthRefusal,
  type OAuthClient,
  type RotatingTokens,
  type ZendeskOAuth,
} from '../../ports/zendesk-oauth.ts';
import { TokenKeeper } from './token-keeper.ts';
import { clientOf, connectionBinding, shutConnection, type ZendeskClients } from './zendesk-clients.ts';
import { tokenChanges } from './token-queries.ts';
import { readTokenRow, type TokenRow } from './zendesk-token-queries.ts';

export interface ZendeskTokenOptions extends Pick<
  Ports,
  'secretBox' | 'clock' | 'ids' | 'logger' | 'metrics'
> {
  readonly database: BookkeepingDatabase;
  readonly zendeskOAuth: ZendeskOAuth;
  readonly clients: ZendeskClients;
  /** Told when the connection's status has changed. */
  readonly onStatusChange?: (subscriptionId: string) => void;
  /** How long one process may ask for the next pair before another may; 20 when absent. */
  readonly leaseSeconds?: number;
  /** How long nobody asks after Zendesk did not answer; 2 when absent. */
  readonly restSeconds?: number;
}

type Row = TokenRow & { readonly account: string };

/** Access tokens of the Zendesk accounts that a person has authorised. */
export class ZendeskTokens implements RotatingTokens {
  readonly #keeper: TokenKeeper<Row, OAuthClient>;

  constructor(options: ZendeskTokenOptions) {
    const { clients, metrics, secretBox, zendeskOAuth } = options;
    this.#keeper = new TokenKeeper<Row, OAuthClient>({
      ...options,
      book: {
        async read(tx) {
          const row = await readTokenRow(tx);
          return row?.grantKind === 'authorization-code' ? { ...row, account: row.subdomain } : undefined;
        },
        ...tokenChanges('app.zendesk_connection'),
        binding: connectionBinding,
      },
      issuer: {
        name: 'zendesk',
        problems: {
          notConnected: 'zendesk-not-connected',
          reconnectNeeded: 'zendesk-reconnect-needed',
          unavailable: 'zendesk-unavailable',
        },
        shut: shutConnection,
        client: (subscriptionId, row) => clientOf(secretBox, clients, { ...row, subscriptionId }),
        refresh: (call, { subdomain }, client, refreshToken) =>
          zendeskOAuth.refresh({ ...call, subdomain }, client, refreshToken),
        refusalOf: (error) => (error instanceof OAuthRefusal ? error.code : undefined),
        isOperatorsFault: ({ clientKind }, refusal) => clientKind === 'global' && refusal !== 'invalid-grant',
        end: (call, { subdomain }, accessToken) => zendeskOAuth.revoke({ ...call, subdomain }, accessToken),
        count: (event) => metrics.zendeskAuthorization({ event }),
      },
    });
  }

  get({ subscriptionId, subdomain }: HelpDeskConnection, onRoundTrip?: () => void): Promise<string> {
    return this.#keeper.get({ subscriptionId, account: subdomain }, onRoundTrip);
  }

  renew(
    { subscriptionId, subdomain }: HelpDeskConnection,
    refused: string,
    onRoundTrip?: () => void,
  ): Promise<string> {
    return this.#keeper.renew({ subscriptionId, account: subdomain }, refused, onRoundTrip);
  }
}
