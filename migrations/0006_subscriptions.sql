-- Subscriptions as the operator keeps them: life, key, limits, legal hold, erasure; and the operators' admin tokens.

alter table app.subscription drop constraint subscription_status_check;
alter table app.subscription
  add constraint subscription_status_check check (status in ('active', 'suspended', 'expired', 'deleting')),
  add column tier text not null default 'standard' check (length(tier) between 1 and 60),
  -- Since when the status is what it is.
  add column status_since timestamptz not null default app.now(),
  add column expires_at timestamptz,
  -- Sealed, and its keyed hash to find it by.
  add column contact_email text,
  add column contact_email_index text,
  -- SHA-256 in hex of the key the app is installed with; the one before it works until its time is over.
  add column key_hash text check (length(key_hash) = 64),
  add column key_last_four text check (length(key_last_four) = 4),
  add column key_since timestamptz,
  add column previous_key_hash text check (length(previous_key_hash) = 64),
  add column previous_key_until timestamptz,
  -- Limits a calendar month (UTC) and limits at any time; null is no limit.
  add column request_quota bigint check (request_quota >= 0),
  add column token_quota bigint check (token_quota >= 0),
  add column seat_quota integer check (seat_quota >= 0),
  add column ai_agent_quota integer check (ai_agent_quota >= 0),
  -- What the plan does not include, whatever the subscription's own switches say.
  add column withheld_features jsonb not null default '[]' check (jsonb_typeof(withheld_features) = 'array'),
  add column withheld_permissions jsonb not null default '[]' check (jsonb_typeof(withheld_permissions) = 'array'),
  -- Legal hold: nothing stored may be swept or erased while it stands. The reference is a case number.
  add column held_since timestamptz,
  add column hold_reference text check (length(hold_reference) between 1 and 100),
  -- A deleted subscription can be taken back until then.
  add column erase_after timestamptz,
  -- When credentials, macros and their telemetry went, at the end of the subscription.
  add column access_withdrawn_at timestamptz,
  -- Rows a table as the erasure found them; set when it begins.
  add column erasure_counts jsonb check (jsonb_typeof(erasure_counts) = 'object');

-- A key is looked for before the tenant is known, so these are unique over all tenants.
create unique index subscription_key on app.subscription (key_hash) where key_hash is not null;
create unique index subscription_previous_key on app.subscription (previous_key_hash) where previous_key_hash is not null;
create index subscription_ends on app.subscription (expires_at) where expires_at is not null;
create index subscription_contact on app.subscription (contact_email_index) where contact_email_index is not null;

grant update (
  tier, status_since, expires_at, contact_email, contact_email_index, key_hash, key_last_four, key_since,
  previous_key_hash, previous_key_until, request_quota, token_quota, seat_quota, ai_agent_quota, withheld_features,
  withheld_permissions, held_since, hold_reference, erase_after, access_withdrawn_at, erasure_counts
) on app.subscription to app_rw;

-- What a subscription took out of its limits, and what its calls cost, a calendar month (UTC). Numbers only.
create table app.usage_month (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  month date not null check (extract(day from month) = 1),
  -- Handed out to processes; never above the limit that stood when they were.
  requests_taken bigint not null default 0 check (requests_taken >= 0),
  tokens_taken bigint not null default 0 check (tokens_taken >= 0),
  calls bigint not null default 0,
  input_tokens bigint not null default 0,
  cached_input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  reasoning_tokens bigint not null default 0,
  cost_nano_usd bigint not null default 0,
  -- Calls whose cost nobody knows; they are not in the sum.
  unpriced_calls bigint not null default 0,
  primary key (subscription_id, month)
);

-- Tokens of the operators' own programs. They belong to the platform subscription.
create table app.admin_token (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id text not null check (length(id) = 10),
  label text not null check (length(label) between 1 and 80),
  -- SHA-256 in hex of the whole token.
  token_hash text not null check (length(token_hash) = 64),
  scopes jsonb not null check (jsonb_typeof(scopes) = 'array'),
  created_by text not null,
  created_at timestamptz not null default app.now(),
  expires_at timestamptz not null,
  last_used_on date,
  revoked_at timestamptz,
  primary key (subscription_id, id)
);

-- Proof that a subscription was erased: the hash of its id, when, by whom, how many rows. Kept by the platform subscription.
create table app.tombstone (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id uuid not null default gen_random_uuid(),
  -- SHA-256 in hex of the erased subscription's id.
  erased_hash text not null check (length(erased_hash) = 64),
  erased_at timestamptz not null default app.now(),
  actor_kind text not null,
  actor_id text not null,
  counts jsonb not null check (jsonb_typeof(counts) = 'object'),
  primary key (subscription_id, id),
  unique (subscription_id, erased_hash)
);

do $$
declare
  table_name text;
begin
  foreach table_name in array array['usage_month', 'admin_token', 'tombstone'] loop
    execute format('alter table app.%I enable row level security', table_name);
    execute format('alter table app.%I force row level security', table_name);
    execute format(
      'create policy tenant on app.%I for all to app_rw '
      'using (subscription_id = (select app.subscription())) with check (subscription_id = (select app.subscription()))',
      table_name);
  end loop;
end
$$;
grant select, insert, update, delete on app.usage_month, app.admin_token to app_rw;
grant select, insert on app.tombstone to app_rw;

-- Every table of the entered subscription's rows, those that refer to others first; the ends of the log are not among them.
create function app.erasable_tables() returns setof name
language sql stable set search_path = ''
as $$
  with recursive owned as (
    select class.oid, class.relname from pg_catalog.pg_class class
    join pg_catalog.pg_attribute attribute on attribute.attrelid = class.oid and attribute.attname = 'subscription_id'
    where class.relnamespace = 'app'::regnamespace and class.relkind in ('r', 'p') and not attribute.attisdropped
  ), reference as (
    select conrelid as child, confrelid as parent from pg_catalog.pg_constraint
    where contype = 'f' and conrelid <> confrelid
  ), depth as (
    select owned.oid, 0 as level from owned
    union all
    select reference.child, depth.level + 1 from depth join reference on reference.parent = depth.oid
    where depth.level < 16
  )
  select owned.relname from owned join depth on depth.oid = owned.oid
  group by owned.oid, owned.relname order by max(depth.level) desc, owned.relname
$$;

-- How many rows the entered subscription has in each table, whatever tables there are.
create function app.count_rows() returns jsonb
language plpgsql stable set search_path = ''
as $$
declare
  counts jsonb := '{}';
  table_name name;
  found_rows bigint;
begin
  for table_name in select app.erasable_tables() loop
    execute pg_catalog.format('select count(*) from app.%I where subscription_id = $1', table_name)
      into found_rows using app.subscription();
    if found_rows > 0 then counts := counts || jsonb_build_object(table_name, found_rows); end if;
  end loop;
  return counts;
end
$$;

-- Deletes up to `most` rows of the entered subscription and returns how many; zero when only its log and itself are left.
create function app.erase_rows(most integer) returns bigint
language plpgsql volatile set search_path = ''
as $$
declare
  table_name name;
  gone bigint;
  total bigint := 0;
begin
  -- The lock lets a legal hold come before a batch or after it, never into it.
  perform from app.subscription
    where id = app.subscription() and status = 'deleting' and held_since is null for share;
  if not found then
    raise exception 'this subscription may not be erased' using errcode = '55006';
  end if;
  for table_name in select app.erasable_tables() loop
    continue when not pg_catalog.has_table_privilege('app.' || pg_catalog.quote_ident(table_name), 'delete');
    exit when total >= most;
    execute pg_catalog.format(
      'delete from app.%I where ctid = any (array(select ctid from app.%I where subscription_id = $1 limit $2))',
      table_name, table_name) using app.subscription(), most - total;
    get diagnostics gone = row_count;
    total := total + gone;
  end loop;
  return total;
end
$$;
grant execute on function app.erasable_tables(), app.count_rows(), app.erase_rows(integer) to app_rw;

-- What is looked for over all tenants.
create policy lookup on app.usage_month for select to app_lookup using (true);
grant select on app.usage_month to app_lookup;
create policy hold_check on app.subscription for select to app_maint using (true);
create policy erase_lock on app.subscription for update to app_maint using (status = 'deleting' and held_since is null);
create policy erase on app.subscription for delete to app_maint using (status = 'deleting' and held_since is null);
create policy erase_read on app.audit_event for select to app_maint using (
  subscription_id in (select id from app.subscription where status = 'deleting' and held_since is null));
create policy erase on app.audit_event for delete to app_maint using (
  subscription_id in (select id from app.subscription where status = 'deleting' and held_since is null));
create policy erase_read on app.audit_head for select to app_maint using (
  subscription_id in (select id from app.subscription where status = 'deleting' and held_since is null));
create policy erase on app.audit_head for delete to app_maint using (
  subscription_id in (select id from app.subscription where status = 'deleting' and held_since is null));
grant select (id, status, held_since), update (status), delete on app.subscription to app_maint;
grant select (subscription_id, sequence), delete on app.audit_event to app_maint;
grant select (subscription_id), delete on app.audit_head to app_maint;

grant create on schema app to app_lookup, app_maint;
set local role app_lookup;

-- The subscription a key belongs to; the key before the last works until its time is over.
create function app.subscription_by_key(wanted_hash text) returns table (subscription_id uuid, is_current boolean)
language sql stable security definer set search_path = ''
as $$
  select subscription.id, subscription.key_hash is not distinct from wanted_hash from app.subscription
  where subscription.key_hash = wanted_hash
    or (subscription.previous_key_hash = wanted_hash and subscription.previous_key_until > app.now())
$$;

create function app.list_subscriptions(after_id uuid, most integer, wanted_contact text)
returns table (
  id uuid, name text, plan text, tier text, status text, created_at timestamptz, expires_at timestamptz,
  held_since timestamptz, key_last_four text, request_quota bigint, token_quota bigint,
  requests_taken bigint, tokens_taken bigint
)
language sql stable security definer set search_path = ''
as $$
  select subscription.id, subscription.name, subscription.plan, subscription.tier, subscription.status,
    subscription.created_at, subscription.expires_at, subscription.held_since, subscription.key_last_four,
    subscription.request_quota, subscription.token_quota,
    coalesce(usage.requests_taken, 0), coalesce(usage.tokens_taken, 0)
  from app.subscription
  left join app.usage_month usage on usage.subscription_id = subscription.id
    and usage.month = date_trunc('month', app.now() at time zone 'UTC')::date
  where subscription.id <> '00000000-0000-7000-8000-000000000001'
    and (after_id is null or subscription.id > after_id)
    and (wanted_contact is null or subscription.contact_email_index = wanted_contact)
  order by subscription.id limit most
$$;

create function app.usage_by_month(first_month date, last_month date)
returns table (
  subscription_id uuid, name text, month date, calls bigint, input_tokens bigint, cached_input_tokens bigint,
  output_tokens bigint, reasoning_tokens bigint, cost_nano_usd bigint, unpriced_calls bigint
)
language sql stable security definer set search_path = ''
as $$
  select usage.subscription_id, subscription.name, usage.month, usage.calls, usage.input_tokens,
    usage.cached_input_tokens, usage.output_tokens, usage.reasoning_tokens, usage.cost_nano_usd, usage.unpriced_calls
  from app.usage_month usage join app.subscription on subscription.id = usage.subscription_id
  where usage.month between first_month and last_month
  order by usage.month, subscription.name
$$;

-- What is due at the end of subscriptions, one step each; a legal hold stops all but the expiry itself.
-- Access goes 20 hours after the end so that an hourly clean-up keeps to 24 hours.
create function app.ended_subscriptions(keep_days integer, most integer) returns table (subscription_id uuid, step text)
language sql stable security definer set search_path = ''
as $$
  select due.id, due.step from (
    select subscription.id, subscription.status_since, case
      when subscription.status in ('active', 'suspended') and subscription.expires_at <= app.now() then 'expire'
      when subscription.held_since is not null then null
      when subscription.status = 'deleting' and subscription.erase_after <= app.now() then 'erase'
      when subscription.status = 'expired' and subscription.expires_at <= app.now() - make_interval(days => keep_days) then 'erase'
      when subscription.access_withdrawn_at is not null then null
      when subscription.status = 'deleting' then 'withdraw-access'
      when subscription.status = 'expired' and subscription.expires_at <= app.now() - least(make_interval(days => keep_days), interval '20 hours')
        then 'withdraw-access'
      end as step
    from app.subscription
  ) due
  where due.step is not null order by due.status_since limit most
$$;

-- For every sweep: rows of these subscriptions stay.
create function app.held_subscriptions() returns setof uuid
language sql stable security definer set search_path = ''
as $$ select subscription.id from app.subscription where subscription.held_since is not null $$;

revoke execute on function app.subscription_by_key(text), app.list_subscriptions(uuid, integer, text),
  app.usage_by_month(date, date), app.ended_subscriptions(integer, integer), app.held_subscriptions() from public;
grant execute on function app.subscription_by_key(text), app.list_subscriptions(uuid, integer, text),
  app.usage_by_month(date, date), app.ended_subscriptions(integer, integer), app.held_subscriptions() to app_rw;
grant execute on function app.held_subscriptions() to app_maint;

set local role app_maint;

-- Deletes up to `most` events of a subscription being erased; returns how many.
create function app.erase_audit_events(doomed uuid, most integer) returns bigint
language sql volatile security definer set search_path = ''
as $$
  with gone as (
    delete from app.audit_event
    where subscription_id = doomed
      and sequence in (select event.sequence from app.audit_event event
        where event.subscription_id = doomed order by event.sequence limit most)
    returning 1
  )
  select count(*) from gone
$$;

-- The end of an erasure: what is left of the log, then the subscription, which takes along whatever still refers to it.
create function app.erase_subscription(doomed uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
begin
  -- Nothing can be written for the subscription from here on: every table refers to this row.
  perform from app.subscription where id = doomed and status = 'deleting' and held_since is null for update;
  if not found then
    raise exception 'this subscription may not be erased' using errcode = '55006';
  end if;
  delete from app.audit_event where subscription_id = doomed;
  delete from app.audit_head where subscription_id = doomed;
  delete from app.subscription where id = doomed;
end
$$;
revoke execute on function app.erase_audit_events(uuid, integer), app.erase_subscription(uuid) from public;
grant execute on function app.erase_audit_events(uuid, integer), app.erase_subscription(uuid) to app_rw;

set local role app_owner;
revoke create on schema app from app_lookup, app_maint;
