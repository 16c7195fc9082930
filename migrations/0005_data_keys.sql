-- Envelope encryption: a root key, which is never here, wraps the master key; the master key wraps the data keys of each
-- subscription; a data key seals values. Nothing in these tables opens anything without the root key.

create table app.master_key (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id uuid not null,
  state text not null check (state in ('active', 'retired')),
  created_at timestamptz not null default app.now(),
  primary key (subscription_id, id)
);
create unique index master_key_active on app.master_key (subscription_id) where state = 'active';

-- One master key under at most three root keys: the next one, the present one and the one before it.
create table app.master_key_wrapper (
  subscription_id uuid not null,
  id uuid not null,
  master_key_id uuid not null,
  state text not null check (state in ('staged', 'active', 'old')),
  fingerprint text not null,
  wrapped text not null,
  created_at timestamptz not null default app.now(),
  primary key (subscription_id, id),
  unique (subscription_id, master_key_id, state),
  foreign key (subscription_id, master_key_id) references app.master_key (subscription_id, id) on delete cascade
);

create table app.data_key (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id uuid not null,
  purpose text not null check (purpose in ('seal', 'derive')),
  state text not null default 'active' check (state in ('active', 'retired')),
  wrapped text not null,
  -- Null when a key service outside wraps it. The reference keeps a master key from going before its last data key.
  master_owner uuid,
  master_key_id uuid,
  sealed_count bigint not null default 0 check (sealed_count >= 0),
  created_at timestamptz not null default app.now(),
  retired_at timestamptz,
  primary key (subscription_id, id),
  constraint data_key_master_key foreign key (master_owner, master_key_id) references app.master_key (subscription_id, id),
  check ((state = 'retired') = (retired_at is not null))
);
create unique index data_key_active on app.data_key (subscription_id, purpose) where state = 'active';

do $$
declare
  table_name text;
begin
  foreach table_name in array array['master_key', 'master_key_wrapper', 'data_key'] loop
    execute format('alter table app.%I enable row level security', table_name);
    execute format('alter table app.%I force row level security', table_name);
    execute format(
      'create policy tenant on app.%I for all to app_rw '
      'using (subscription_id = (select app.subscription())) with check (subscription_id = (select app.subscription()))',
      table_name);
    execute format('grant select, insert, delete on app.%I to app_rw', table_name);
  end loop;
end
$$;
grant update (state) on app.master_key to app_rw;
grant update (state) on app.master_key_wrapper to app_rw;
grant update (state, wrapped, master_owner, master_key_id, sealed_count, retired_at) on app.data_key to app_rw;

-- The data key a sealed value names (bytes 2 to 17); null when the text is no sealed value.
create function app.data_key_of(sealed text) returns uuid
language sql immutable parallel safe set search_path = ''
as $$
  select case when pg_catalog.length(sealed) >= 60 and sealed ~ '^A[Q-Za-f][A-Za-z0-9_-]+$' then
    pg_catalog.encode(pg_catalog.substring(pg_catalog.decode(
      pg_catalog.translate(pg_catalog.substr(sealed, 1, 24), '-_', '+/'), 'base64'), 2, 16), 'hex')::uuid end
$$;
grant execute on function app.data_key_of(text) to app_rw, app_lookup, app_maint;

-- For every table with sealed columns, which it is given by name: refuses what is not sealed, and holds the data key until
-- the transaction ends, so that a key is never destroyed between sealing a value and storing it.
create function app.require_sealed() returns trigger
language plpgsql volatile set search_path = ''
as $$
declare
  after jsonb := pg_catalog.to_jsonb(new);
  before jsonb := case when tg_op = 'UPDATE' then pg_catalog.to_jsonb(old) end;
  sealed text;
  owner uuid := case when tg_table_name = 'subscription' then after ->> 'id' else after ->> 'subscription_id' end;
begin
  for position in 0 .. tg_nargs - 1 loop
    sealed := after ->> tg_argv[position];
    continue when sealed is null or sealed = (before ->> tg_argv[position]);
    perform from app.data_key
      where subscription_id = owner and id = app.data_key_of(sealed) for key share;
    if not found then
      raise exception 'a sealed column was given what no data key of its subscription sealed' using errcode = '23514';
    end if;
  end loop;
  return new;
end
$$;
revoke execute on function app.require_sealed() from public;

-- The subscription the operators and the program itself belong to. It is in no list and cannot be found by its name.
grant create on schema app to app_lookup;
set local role app_lookup;
insert into app.subscription (id, name, plan)
  values ('00000000-0000-7000-8000-000000000001', 'platform', 'platform');

create or replace function app.subscription_ids() returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select subscription.id from app.subscription
  where subscription.id <> '00000000-0000-7000-8000-000000000001'
  order by subscription.created_at, subscription.id
$$;

create or replace function app.subscription_id_by_name(wanted text) returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select subscription.id from app.subscription
  where subscription.name = wanted and subscription.id <> '00000000-0000-7000-8000-000000000001'
$$;
set local role app_owner;
revoke create on schema app from app_lookup;
