-- What the support lead sets for the copilot: documents by kind, and every version of a feature's instructions.

create table app.lead_setting (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  kind text not null check (kind in ('intents', 'risk', 'scorecard', 'style', 'sidebar')),
  -- Sealed JSON.
  document text not null,
  updated_at timestamptz not null,
  primary key (subscription_id, kind)
);
create trigger sealed before insert or update of document on app.lead_setting
  for each row execute function app.require_sealed('document');

create table app.prompt_version (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  feature text not null,
  version integer not null check (version > 0),
  -- Sealed; null: this version was a reset to the default.
  instructions text,
  created_at timestamptz not null,
  -- Null: an operator or the command line.
  account_id uuid,
  primary key (subscription_id, feature, version)
);
create trigger sealed before insert or update of instructions on app.prompt_version
  for each row execute function app.require_sealed('instructions');

do $$
declare
  table_name text;
begin
  foreach table_name in array array['lead_setting', 'prompt_version'] loop
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

-- 0: the default. The model of a feature: the connection's quality model unless the lead wants the fast one.
alter table app.feature_setting
  add column prompt_version integer not null default 0,
  add column model_tier text check (model_tier in ('fast', 'quality'));
alter table app.provider_connection add column fast_model text;
-- Which instructions a call was made with, so that feedback can be counted by version.
alter table app.receipt add column prompt_version integer not null default 0;
