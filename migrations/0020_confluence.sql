-- Access to Confluence Cloud: an API token, or a person's authorisation whose tokens rotate like those for Zendesk.

create table app.confluence_connection (
  subscription_id uuid primary key references app.subscription (id) on delete cascade,
  site_url text not null check (site_url ~ '^https://[a-z0-9][a-z0-9-]{0,62}\.atlassian\.net$'),
  -- Null: an API token without scopes, which is used at the site itself.
  cloud_id text check (cloud_id ~ '^[0-9a-f-]{36}$'),
  grant_kind text not null check (grant_kind in ('api-token', 'authorization-code')),
  status text not null check (status in ('connected', 'reconnect-needed')),
  connected_at timestamptz not null default app.now(),
  -- Sealed; of the account whose token it is.
  email text,
  api_token text,
  client_kind text check (client_kind in ('own', 'global')),
  client_id text,
  -- Sealed; null for the operator's client.
  client_secret text,
  access_token text,
  refresh_token text,
  expires_at timestamptz,
  granted_scopes text,
  -- Goes up with every new pair, so that an older one is never written over a newer one.
  version bigint not null default 0,
  -- Who asks Atlassian for the next pair, and until when nobody else may. Without an owner: nobody may ask until then.
  lease_owner uuid,
  lease_until timestamptz,
  last_error text check (last_error ~ '^[a-z0-9-]{1,60}$'),
  constraint confluence_connection_grant check (
    case grant_kind
      when 'api-token' then email is not null and api_token is not null
        and client_id is null and client_secret is null and access_token is null and refresh_token is null
      else access_token is not null and cloud_id is not null and client_kind is not null and client_id is not null
        and (client_kind = 'global') = (client_secret is null) and email is null and api_token is null
    end
  )
);
create trigger sealed before insert or update of email, api_token, client_secret, access_token, refresh_token
  on app.confluence_connection
  for each row execute function app.require_sealed('email', 'api_token', 'client_secret', 'access_token', 'refresh_token');

alter table app.confluence_connection enable row level security;
alter table app.confluence_connection force row level security;
create policy tenant on app.confluence_connection for all to app_rw
  using (subscription_id = (select app.subscription())) with check (subscription_id = (select app.subscription()));
grant select, insert, update, delete on app.confluence_connection to app_rw;
