-- Triage by webhook: how Zendesk reaches us, what the lead allows, and what was changed on which ticket (ids and names of fields only).

-- Goes with the connection: without access to Zendesk a delivery has no meaning.
create table app.triage_webhook (
  subscription_id uuid primary key references app.zendesk_connection (subscription_id) on delete cascade,
  id uuid not null,
  -- The account it was made in: another one has other tickets under the same numbers.
  subdomain text not null,
  -- SHA-256 in hex of the random part of our address.
  key_hash text not null check (length(key_hash) = 64),
  -- Zendesk's.
  webhook_id text not null,
  trigger_ids jsonb not null check (
    jsonb_typeof(trigger_ids) = 'array' and not jsonb_path_exists(trigger_ids, '$[*] ? (@.type() != "number")')
  ),
  own_user_id bigint not null,
  -- Sealed.
  signing_secret text not null,
  connected_at timestamptz not null
);
-- A delivery brings Zendesk's id of the webhook and our key before the tenant is known.
create unique index triage_webhook_key on app.triage_webhook (key_hash);
create trigger sealed before insert or update of signing_secret on app.triage_webhook
  for each row execute function app.require_sealed('signing_secret');

create table app.triage_setting (
  subscription_id uuid primary key references app.subscription (id) on delete cascade,
  -- A column of its own: the moment before a write asks for it.
  mode text not null check (mode in ('off', 'suggest', 'apply')),
  -- Which fields from which certainty, which groups, brands and forms: ids, numbers, a prefix of tags.
  rules jsonb not null check (jsonb_typeof(rules) = 'object'),
  -- Goes up with every change.
  version integer not null check (version > 0),
  updated_at timestamptz not null
);

create table app.triage_change (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id uuid not null,
  ticket_id bigint not null,
  -- Names webhook and ticket; begins the mark in the metadata of Zendesk's audit.
  delivery_id text not null,
  audit_id bigint,
  fields jsonb not null check (
    jsonb_typeof(fields) = 'array' and not jsonb_path_exists(fields, '$[*] ? (@.type() != "string")')
  ),
  band text check (band in ('high', 'medium', 'low')),
  outcome text not null check (outcome in ('applied', 'suggested', 'nothing')),
  at timestamptz not null,
  undone_at timestamptz,
  undo_audit_id bigint,
  primary key (subscription_id, id),
  -- A ticket is triaged once.
  unique (subscription_id, delivery_id)
);
create index triage_change_age on app.triage_change (at);
create index triage_change_newest on app.triage_change (subscription_id, at desc);

do $$
declare
  table_name text;
begin
  foreach table_name in array array['triage_webhook', 'triage_setting', 'triage_change'] loop
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

-- Whose webhook a delivery says it comes from, if it has come to that one's address; the secret then checks its signature.
create policy lookup on app.triage_webhook for select to app_lookup using (true);
grant select (subscription_id, webhook_id, key_hash, signing_secret) on app.triage_webhook to app_lookup;
grant create on schema app to app_lookup;
set local role app_lookup;

create function app.triage_webhook_by_id(wanted_id text, wanted_hash text)
returns table (subscription_id uuid, signing_secret text)
language sql stable security definer set search_path = ''
as $$
  select webhook.subscription_id, webhook.signing_secret
  from app.triage_webhook webhook where webhook.webhook_id = wanted_id and webhook.key_hash = wanted_hash
$$;
revoke execute on function app.triage_webhook_by_id(text, text) from public;
grant execute on function app.triage_webhook_by_id(text, text) to app_rw;

set local role app_owner;
revoke create on schema app from app_lookup;

-- As in 0012_retention.sql: gone after 30 days.
create policy sweep_triage_change_read on app.triage_change for select to app_maint
  using (at < app.now() - interval '30 days');
create policy sweep_triage_change on app.triage_change for delete to app_maint
  using (at < app.now() - interval '30 days');
grant select (subscription_id, id, at), delete on app.triage_change to app_maint;
grant create on schema app to app_maint;
set local role app_maint;

create function app.sweep_triage_change(most integer) returns table (subscription_id uuid, swept bigint)
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not pg_catalog.pg_try_advisory_xact_lock(7302, pg_catalog.hashtext('triage_change')) then
    return;
  end if;
  return query
  with picked as (
    select due.subscription_id, due.id from app.triage_change due
    where due.at < app.now() - interval '30 days'
      and due.subscription_id not in (select app.held_subscriptions()) limit most
  ), free as (
    select subscription.id from app.subscription
    where subscription.id in (select picked.subscription_id from picked) and subscription.held_since is null for share
  ), gone as (
    delete from app.triage_change one using picked, free
    where one.subscription_id = picked.subscription_id and one.id = picked.id and free.id = picked.subscription_id
    returning one.subscription_id
  )
  select gone.subscription_id, count(*) from gone group by gone.subscription_id;
end
$$;
revoke execute on function app.sweep_triage_change(integer) from public;
grant execute on function app.sweep_triage_change(integer) to app_rw;

set local role app_owner;
revoke create on schema app from app_maint;
