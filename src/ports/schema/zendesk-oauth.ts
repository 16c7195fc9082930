import type { ColumnType, Generated, JSONColumnType } from 'kysely';

type Timestamp = ColumnType<Date, Date | string, Date | string>;
type CreatedAt = ColumnType<Date, Date | string | undefined, never>;
/** Text sealed by the SecretBox. */
type Sealed = string;

/** The connection to Zendesk: client, grant, and for an authorisation by a person the newest pair of tokens. */
export interface ZendeskConnectionRow {
  subscription_id: string;
  subdomain: string;
  client_id: string;
  /** Null for the operator's global client and for a public client. */
  client_secret: Sealed | null;
  scopes: string;
  status: 'connected' | 'reconnect-needed';
  /** Null: every brand of the account. */
  brand_ids: JSONColumnType<readonly number[]> | null;
  connected_at: CreatedAt;
  grant_kind: Generated<'client-credentials' | 'authorization-code'>;
  client_kind: Generated<'own' | 'global'>;
  access_token: Sealed | null;
  refresh_token: Sealed | null;
  /** Of the access token; null when Zendesk gave no time. */
  expires_at: Timestamp | null;
  granted_scopes: string | null;
  /** Goes up with every new pair. */
  version: Generated<string>;
  lease_owner: string | null;
  lease_until: Timestamp | null;
  last_error: string | null;
}

/** Between asking a person to authorise us at Zendesk and their return. */
export interface ZendeskOAuthSchema {
  'app.oauth_state': {
    subscription_id: string;
    id: string;
    state_hash: string;
    browser_hash: string;
    /** Null at the command line. */
    account_id: string | null;
    session_id: string | null;
    subdomain: string;
    redirect_uri: string;
    client_kind: 'own' | 'global';
    client_id: string;
    client_secret: Sealed | null;
    verifier: Sealed;
    scopes: string;
    brand_ids: JSONColumnType<readonly number[]> | null;
    app_id: string | null;
    installation_id: string | null;
    expires_at: Timestamp;
  };
}
