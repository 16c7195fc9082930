-- Usage counted by day as it comes, what agents thought of answers, budgets with their alerts, providers that stand in.

-- What an agent said about the answer of a call and did with it: words from lists and a percentage, no text.
alter table app.receipt
  add column verdict text check (verdict in ('up', 'down')),
  add column verdict_reason text,
  add column answer_outcome text check (answer_outcome in ('inserted', 'edited', 'discarded')),
  add column edit_share smallint check (edit_share between 0 and 100);

alter table app.usage_day
  alter column calls set default 0,
  alter column input_tokens set default 0,
  alter column cached_input_tokens set default 0,
  alter column output_tokens set default 0,
  alter column reasoning_tokens set default 0,
  alter column cost_nano_usd set default 0,
  alter column unpriced_calls set default 0,
  -- 0: the default instructions.
  add column prompt_version integer not null default 0,
  -- Calls that asked a model, and how sure the cost of each was; what is missing in the sum nobody knows.
  add column model_calls bigint not null default 0,
  add column provider_cost_calls bigint not null default 0,
  add column catalog_cost_calls bigint not null default 0,
  add column family_cost_calls bigint not null default 0,
  add column estimated_cost_calls bigint not null default 0,
  add column verdicts_up bigint not null default 0,
  add column verdicts_down bigint not null default 0,
  add column answers_inserted bigint not null default 0,
  add column answers_edited bigint not null default 0,
  add column answers_discarded bigint not null default 0,
  -- Percentages that were reported, and their sum.
  add column edit_shares bigint not null default 0,
  add column edit_share_sum bigint not null default 0,
  drop constraint usage_day_pkey,
  add constraint usage_day_pkey primary key (subscription_id, day, feature, provider_kind, model, prompt_version);

-- A receipt is counted into its day (UTC) by the statement that writes it, so that a total is never behind and nothing is
-- lost or counted twice when receipts go. Rows are taken in the order of their key: two writers cannot wait for each other.
create function app.count_usage() returns trigger
language plpgsql volatile set search_path = ''
as $$
begin
  insert into app.usage_day as total (subscription_id, day, feature, provider_kind, model, prompt_version, calls, model_calls,
    input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, cost_nano_usd, unpriced_calls,
    provider_cost_calls, catalog_cost_calls, family_cost_calls, estimated_cost_calls)
  select added.subscription_id, (added.at at time zone 'UTC')::date, added.feature, added.provider_kind, added.model,
    added.prompt_version, count(*), count(*) filter (where added.provider_calls > 0),
    sum(added.input_tokens), sum(added.cached_input_tokens), sum(added.output_tokens), sum(added.reasoning_tokens),
    coalesce(sum(added.cost_nano_usd), 0), count(*) filter (where added.cost_nano_usd is null),
    count(*) filter (where added.provider_calls > 0 and added.cost_quality = 'provider'),
    count(*) filter (where added.provider_calls > 0 and added.cost_quality = 'catalog'),
    count(*) filter (where added.provider_calls > 0 and added.cost_quality = 'family'),
    count(*) filter (where added.provider_calls > 0 and added.cost_quality = 'estimated')
  from added group by 1, 2, 3, 4, 5, 6 order by 1, 2, 3, 4, 5, 6
  on conflict on constraint usage_day_pkey do update set
    calls = total.calls + excluded.calls,
    model_calls = total.model_calls + excluded.model_calls,
    input_tokens = total.input_tokens + excluded.input_tokens,
    cached_input_tokens = total.cached_input_tokens + excluded.cached_input_tokens,
    output_tokens = total.output_tokens + excluded.output_tokens,
    reasoning_tokens = total.reasoning_tokens + excluded.reasoning_tokens,
    cost_nano_usd = total.cost_nano_usd + excluded.cost_nano_usd,
    unpriced_calls = total.unpriced_calls + excluded.unpriced_calls,
    provider_cost_calls = total.provider_cost_calls + excluded.provider_cost_calls,
    catalog_cost_calls = total.catalog_cost_calls + excluded.catalog_cost_calls,
    family_cost_calls = total.family_cost_calls + excluded.family_cost_calls,
    estimated_cost_calls = total.estimated_cost_calls + excluded.estimated_cost_calls;
  return null;
end
$$;
revoke execute on function app.count_usage() from public;

-- The receipts there are go into their days once. Nobody writes one meanwhile.
lock table app.receipt in share row exclusive mode;
create policy count_once on app.receipt for select to app_owner using (true);
create policy count_once on app.usage_day for all to app_owner using (true) with check (true);
insert into app.usage_day as total (subscription_id, day, feature, provider_kind, model, prompt_version, calls, model_calls,
  input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, cost_nano_usd, unpriced_calls,
  provider_cost_calls, catalog_cost_calls, family_cost_calls, estimated_cost_calls)
select subscription_id, (at at time zone 'UTC')::date, feature, provider_kind, model, prompt_version, count(*),
  count(*) filter (where provider_calls > 0),
  sum(input_tokens), sum(cached_input_tokens), sum(output_tokens), sum(reasoning_tokens),
  coalesce(sum(cost_nano_usd), 0), count(*) filter (where cost_nano_usd is null),
  count(*) filter (where provider_calls > 0 and cost_quality = 'provider'),
  count(*) filter (where provider_calls > 0 and cost_quality = 'catalog'),
  count(*) filter (where provider_calls > 0 and cost_quality = 'family'),
  count(*) filter (where provider_calls > 0 and cost_quality = 'estimated')
from app.receipt group by 1, 2, 3, 4, 5, 6
on conflict on constraint usage_day_pkey do update set
  calls = total.calls + excluded.calls,
  model_calls = total.model_calls + excluded.model_calls,
  input_tokens = total.input_tokens + excluded.input_tokens,
  cached_input_tokens = total.cached_input_tokens + excluded.cached_input_tokens,
  output_tokens = total.output_tokens + excluded.output_tokens,
  reasoning_tokens = total.reasoning_tokens + excluded.reasoning_tokens,
  cost_nano_usd = total.cost_nano_usd + excluded.cost_nano_usd,
  unpriced_calls = total.unpriced_calls + excluded.unpriced_calls,
  provider_cost_calls = total.provider_cost_calls + excluded.provider_cost_calls,
  catalog_cost_calls = total.catalog_cost_calls + excluded.catalog_cost_calls,
  family_cost_calls = total.family_cost_calls + excluded.family_cost_calls,
  estimated_cost_calls = total.estimated_cost_calls + excluded.estimated_cost_calls;
drop policy count_once on app.receipt;
drop policy count_once on app.usage_day;
create trigger count_usage after insert on app.receipt
  referencing new table as added for each statement execute function app.count_usage();

-- Old receipts now only go.
grant create on schema app to app_maint;
set local role app_maint;
create or replace function app.sweep_receipt(most integer) returns table (subscription_id uuid, swept bigint)
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not pg_catalog.pg_try_advisory_xact_lock(7302, pg_catalog.hashtext('receipt')) then
    return;
  end if;
  return query
  with picked as (
    select due.subscription_id, due.id from app.receipt due
    where due.at < app.now() - interval '90 days'
      and due.subscription_id not in (select app.held_subscriptions()) limit most
  ), free as (
    select subscription.id from app.subscription
    where subscription.id in (select picked.subscription_id from picked) and subscription.held_since is null for share
  ), gone as (
    delete from app.receipt one using picked, free
    where one.subscription_id = picked.subscription_id and one.id = picked.id and free.id = picked.subscription_id
    returning one.subscription_id
  )
  select gone.subscription_id, count(*) from gone group by gone.subscription_id;
end
$$;
set local role app_owner;
revoke create on schema app from app_maint;
drop policy fold_read on app.usage_day;
drop policy fold_insert on app.usage_day;
drop policy fold_update on app.usage_day;
revoke select, insert, update on app.usage_day from app_maint;
revoke select (feature, provider_kind, model, input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, cost_nano_usd)
  on app.receipt from app_maint;

-- The most a subscription, or a part of it, may use in a day or month (UTC).
create table app.budget (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id uuid not null,
  -- What it limits: `subscription`, or a kind of part that `subject` names: `feature`.
  scope text not null check (scope ~ '^[a-z][a-z-]*$'),
  -- Empty for the whole subscription.
  subject text not null,
  metric text not null check (metric in ('tokens', 'nano-usd')),
  period text not null check (period in ('day', 'month')),
  most bigint not null check (most > 0),
  -- First day of the newest period in which people were told that 80 % were used, and all of it.
  warned_for date,
  used_up_for date,
  created_at timestamptz not null,
  primary key (subscription_id, id),
  unique (subscription_id, scope, subject, metric, period)
);

-- Where alerts are sent besides mail.
create table app.alert_webhook (
  subscription_id uuid primary key references app.subscription (id) on delete cascade,
  -- Sealed: its path may be a secret.
  url text not null,
  host text not null,
  -- Sealed; signs what is sent.
  secret text not null,
  updated_at timestamptz not null
);
create trigger sealed before insert or update of url, secret on app.alert_webhook
  for each row execute function app.require_sealed('url', 'secret');

do $$
declare
  table_name text;
begin
  foreach table_name in array array['budget', 'alert_webhook'] loop
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

-- Who is asked, in this order, when the account that answers cannot; null: never.
alter table app.provider_connection
  add column fallback_order smallint check (fallback_order > 0),
  add column key_state text check (key_state in ('valid', 'invalid', 'no-credit', 'unreachable')),
  add column key_checked_at timestamptz;
create unique index provider_connection_fallback on app.provider_connection (subscription_id, fallback_order)
  where fallback_order is not null;

-- Which keys nobody has tried for a day.
create policy lookup on app.provider_connection for select to app_lookup using (true);
grant select (subscription_id, id, key_checked_at) on app.provider_connection to app_lookup;
grant create on schema app to app_lookup;
set local role app_lookup;

create function app.key_checks_due(most integer) returns table (subscription_id uuid, provider_id uuid)
language sql stable security definer set search_path = ''
as $$
  select subscription.id, connection.id from app.subscription
  join app.provider_connection connection on connection.subscription_id = subscription.id
  where subscription.status = 'active' and (subscription.expires_at is null or subscription.expires_at > app.now())
    and coalesce(connection.key_checked_at < app.now() - interval '1 day', true)
  order by connection.key_checked_at nulls first, connection.id limit most
$$;
revoke execute on function app.key_checks_due(integer) from public;
grant execute on function app.key_checks_due(integer) to app_rw;

set local role app_owner;
revoke create on schema app from app_lookup;
