-- Authorisations of Zendesk by a person: tokens that rotate, saved before they are used, and the step between asking and coming back.

alter table app.zendesk_connection
  -- Null for the operator's global client and for a public client.
  alter column client_secret drop not null,
  add column grant_kind text not null default 'client-credentials'
    check (grant_kind in ('client-credentials', 'authorization-code')),
  add column client_kind text not null default 'own' check (client_kind in ('own', 'global')),
  -- Sealed; the pair of the newest rotation.
  add column access_token text,
  add column refresh_token text,
  add column expires_at timestamptz,
  add column granted_scopes text,
  -- Goes up with every new pair, so that an older one is never written over a newer one.
  add column version bigint not null default 0,
  -- Who asks Zendesk for the next pair, and until when nobody else may. Without an owner: nobody may ask until then.
  add column lease_owner uuid,
  add column lease_until timestamptz,
  add column last_error text check (last_error ~ '^[a-z0-9-]{1,60}$'),
  add constraint zendesk_connection_grant check (
    case grant_kind
      when 'authorization-code' then access_token is not null
      else client_secret is not null and access_token is null and refresh_token is null
    end
  );

create table app.oauth_state (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id uuid not null,
  -- SHA-256 in hex of what stands in the address, and of what the browser or terminal keeps to itself.
  state_hash text not null check (length(state_hash) = 64),
  browser_hash text not null check (length(browser_hash) = 64),
  -- Who asked; both null at the command line.
  account_id uuid,
  session_id uuid,
  subdomain text not null,
  redirect_uri text not null,
  client_kind text not null check (client_kind in ('own', 'global')),
  client_id text not null,
  client_secret text,
  verifier text not null,
  scopes text not null,
  brand_ids jsonb check (jsonb_typeof(brand_ids) = 'array'),
  app_id bigint,
  installation_id bigint,
  expires_at timestamptz not null,
  primary key (subscription_id, id),
  foreign key (subscription_id, account_id) references app.account (subscription_id, id) on delete cascade,
  foreign key (subscription_id, session_id) references app.console_session (subscription_id, id) on delete cascade,
  check ((account_id is null) = (session_id is null))
);
create index oauth_state_account on app.oauth_state (subscription_id, account_id);
create index oauth_state_session on app.oauth_state (subscription_id, session_id);
-- A person coming back from Zendesk brings only this, so it is unique over all tenants.
create unique index oauth_state_hash on app.oauth_state (state_hash);

alter table app.oauth_state enable row level security;
alter table app.oauth_state force row level security;
create policy tenant on app.oauth_state for all to app_rw
  using (subscription_id = (select app.subscription())) with check (subscription_id = (select app.subscription()));
grant select, insert, delete on app.oauth_state to app_rw;

create policy lookup on app.oauth_state for select to app_lookup using (true);
grant select (subscription_id, state_hash, account_id) on app.oauth_state to app_lookup;
grant create on schema app to app_lookup;

set local role app_lookup;

create function app.oauth_state_owner(wanted text)
returns table (subscription_id uuid, account_id uuid)
language sql stable security definer set search_path = ''
as $$
  select state.subscription_id, state.account_id from app.oauth_state state where state.state_hash = wanted
$$;

revoke execute on function app.oauth_state_owner(text) from public;
grant execute on function app.oauth_state_owner(text) to app_rw;

set local role app_owner;
revoke create on schema app from app_lookup;
