import type { ColumnType, Generated } from 'kysely';

type Timestamp = ColumnType<Date, Date | string, Date | string>;
type CreatedAt = ColumnType<Date, Date | string | undefined, never>;
/** Text sealed by the SecretBox. */
type Sealed = string;

export interface ConfluenceTables {
  /** The connection to Confluence: an API token, or a client with the newest pair of tokens. */
  'app.confluence_connection': {
    subscription_id: string;
    site_url: string;
    /** Null: an API token that is used at the site itself. */
    cloud_id: string | null;
    grant_kind: 'api-token' | 'authorization-code';
    status: 'connected' | 'reconnect-needed';
    connected_at: CreatedAt;
    email: Sealed | null;
    api_token: Sealed | null;
    client_kind: 'own' | 'global' | null;
    client_id: string | null;
    client_secret: Sealed | null;
    access_token: Sealed | null;
    refresh_token: Sealed | null;
    expires_at: Timestamp | null;
    granted_scopes: string | null;
    /** Goes up with every new pair. */
    version: Generated<string>;
    lease_owner: string | null;
    lease_until: Timestamp | null;
    last_error: string | null;
  };
}
