create table app.subscription (
  id uuid primary key,
  name text not null unique check (length(name) between 1 and 200),
  plan text not null,
  status text not null default 'active' check (status in ('active', 'suspended')),
  created_at timestamptz not null default app.now()
);

create table app.zendesk_connection (
  subscription_id uuid primary key references app.subscription (id) on delete cascade,
  subdomain text not null,
  client_id text not null,
  client_secret text not null,
  scopes text not null,
  status text not null check (status in ('connected', 'reconnect-needed')),
  brand_ids jsonb check (jsonb_typeof(brand_ids) = 'array'),
  connected_at timestamptz not null default app.now()
);

create table app.sidebar_installation (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id uuid not null default gen_random_uuid(),
  audience text not null,
  issuer text not null,
  public_key_pem text not null,
  created_at timestamptz not null default app.now(),
  primary key (subscription_id, id)
);
-- A token names its audience before the tenant is known, so this one is unique over all tenants.
create unique index sidebar_installation_audience on app.sidebar_installation (audience);

create table app.provider_connection (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id uuid not null default gen_random_uuid(),
  kind text not null,
  label text not null,
  base_url text,
  model text not null,
  api_key text not null,
  key_last_four text not null check (length(key_last_four) <= 4),
  is_default boolean not null default false,
  demo boolean not null default false,
  context_window integer check (context_window > 0),
  created_at timestamptz not null default app.now(),
  primary key (subscription_id, id),
  unique (subscription_id, label)
);
create unique index provider_connection_default on app.provider_connection (subscription_id) where is_default;

create table app.feature_setting (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  feature text not null,
  enabled boolean not null,
  instructions text,
  updated_at timestamptz not null default app.now(),
  primary key (subscription_id, feature)
);

create table app.receipt (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id uuid not null default gen_random_uuid(),
  feature text not null,
  ticket_id bigint,
  zendesk_agent_id bigint,
  at timestamptz not null default app.now(),
  provider_kind text not null,
  provider_host text not null,
  model text not null,
  demo boolean not null,
  comments_sent integer not null,
  sources_sent integer not null,
  values_masked integer not null,
  provider_calls integer not null,
  help_desk_calls integer not null,
  input_tokens integer not null,
  cached_input_tokens integer not null,
  output_tokens integer not null,
  reasoning_tokens integer not null,
  cost_nano_usd bigint,
  cost_quality text not null,
  outcome text not null,
  duration_ms integer not null,
  primary key (subscription_id, id)
);
create index receipt_at on app.receipt (subscription_id, at);
create index receipt_ticket on app.receipt (subscription_id, ticket_id, at);

create table app.job_outbox (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id uuid not null default gen_random_uuid(),
  name text not null,
  ids jsonb not null check (jsonb_typeof(ids) = 'object'),
  dedupe_key text,
  run_after timestamptz not null default app.now(),
  attempts integer not null default 0,
  locked_until timestamptz,
  finished_at timestamptz,
  error_code text,
  created_at timestamptz not null default app.now(),
  primary key (subscription_id, id)
);
create unique index job_outbox_dedupe on app.job_outbox (subscription_id, name, dedupe_key) where finished_at is null;
create index job_outbox_due on app.job_outbox (subscription_id, run_after) where finished_at is null;
create index job_outbox_finished on app.job_outbox (subscription_id, finished_at) where finished_at is not null;

-- Row-level security for every table; the sub-select makes PostgreSQL ask for the tenant once a query.
alter table app.subscription enable row level security;
alter table app.subscription force row level security;
create policy tenant on app.subscription for all to app_rw
  using (id = (select app.subscription())) with check (id = (select app.subscription()));

do $$
declare
  table_name text;
begin
  foreach table_name in array array[
    'zendesk_connection', 'sidebar_installation', 'provider_connection', 'feature_setting', 'receipt', 'job_outbox'
  ] loop
    execute format('alter table app.%I enable row level security', table_name);
    execute format('alter table app.%I force row level security', table_name);
    execute format(
      'create policy tenant on app.%I for all to app_rw '
      'using (subscription_id = (select app.subscription())) with check (subscription_id = (select app.subscription()))',
      table_name);
    execute format('grant select, insert, update, delete on app.%I to app_rw', table_name);
  end loop;
end
$$;

-- A subscription is made by app.create_subscription, and removing one would take its audit log along.
grant select, update (name, plan, status) on app.subscription to app_rw;
