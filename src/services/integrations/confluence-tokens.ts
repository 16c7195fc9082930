import type { BookkeepingDatabase } from '../../ports/database.ts';
import {
  ConfluenceOAuthRefusal,
  type ConfluenceAccessTokens,
  type ConfluenceClient,
  type ConfluenceOAuth,
  type TokenOwner,
} from '../../ports/confluence-oauth.ts';
import type { Ports } from '../../ports/ports.ts';
import { confluenceBinding, confluenceClientOf, type ConfluenceClients } from './confluence-clients.ts';
import { readConfluenceRow, type ConfluenceRow } from './confluence-queries.ts';
import { TokenKeeper } from './token-keeper.ts';
import { tokenChanges } from './token-queries.ts';

/** For a person: what is stored does not open. */
export const shutConfluence = 'The stored access to Confluence cannot be opened with the keys of this server';

export interface ConfluenceTokenOptions extends Pick<
  Ports,
  'secretBox' | 'clock' | 'ids' | 'logger' | 'metrics'
> {
  readonly database: BookkeepingDatabase;
  readonly confluenceOAuth: ConfluenceOAuth;
  readonly clients: ConfluenceClients;
  /** How long nobody asks after Atlassian did not answer; 2 when absent. */
  readonly restSeconds?: number;
}

type Row = ConfluenceRow & { readonly account: string };

/** The refresh token itself is over; anything else Atlassian says is about the app. */
const endedWords: ReadonlySet<string> = new Set(['invalid-grant', 'unauthorized-client']);

/** Access tokens of the Confluence sites that a person has authorised. */
export class ConfluenceTokens implements ConfluenceAccessTokens {
  readonly #keeper: TokenKeeper<Row, ConfluenceClient>;

  constructor(options: ConfluenceTokenOptions) {
    const { clients, confluenceOAuth, metrics, secretBox } = options;
    this.#keeper = new TokenKeeper<Row, ConfluenceClient>({
      ...options,
      book: {
        async read(tx) {
          const row = await readConfluenceRow(tx);
          return row?.grantKind === 'authorization-code' ? { ...row, account: row.siteUrl } : undefined;
        },
        ...tokenChanges('app.confluence_connection'),
        binding: confluenceBinding,
      },
      issuer: {
        name: 'confluence',
        problems: {
          notConnected: 'confluence-not-connected',
          reconnectNeeded: 'confluence-reconnect-needed',
          unavailable: 'confluence-unavailable',
        },
        shut: shutConfluence,
        client: (subscriptionId, row) => confluenceClientOf(secretBox, clients, { ...row, subscriptionId }),
        refresh: (call, _row, client, refreshToken) => confluenceOAuth.refresh(call, client, refreshToken),
        refusalOf: (error) => (error instanceof ConfluenceOAuthRefusal ? error.code : undefined),
        isOperatorsFault: ({ clientKind }, refusal) => clientKind === 'global' && !endedWords.has(refusal),
        // Atlassian has no way to end a token.
        end: async () => undefined,
        count: (event) => metrics.confluenceAuthorization({ event }),
      },
    });
  }

  get({ subscriptionId, siteUrl }: TokenOwner, onRoundTrip?: () => void): Promise<string> {
    return this.#keeper.get({ subscriptionId, account: siteUrl }, onRoundTrip);
  }

  renew({ subscriptionId, siteUrl }: TokenOwner, refused: string, onRoundTrip?: () => void): Promise<string> {
    return this.#keeper.renew({ subscriptionId, account: siteUrl }, refused, onRoundTrip);
  }
}
