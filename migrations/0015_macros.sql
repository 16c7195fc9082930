-- The macros of the Zendesk account, what was suggested of them, and how far reading them has come.

create table app.macro (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  -- Zendesk's.
  id bigint not null,
  active boolean not null,
  -- Who may use it: everybody, members of groups, or users.
  restriction_type text check (restriction_type in ('Group', 'User')),
  restriction_ids jsonb not null default '[]' check (
    jsonb_typeof(restriction_ids) = 'array' and not jsonb_path_exists(restriction_ids, '$[*] ? (@.type() != "number")')
  ),
  -- Sealed JSON: title, description, actions.
  document text not null,
  used_30d integer,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  -- When Zendesk last showed it: what a whole reading did not meet is gone.
  seen_at timestamptz not null,
  primary key (subscription_id, id)
);
create trigger sealed before insert or update of document on app.macro
  for each row execute function app.require_sealed('document');

create table app.macro_sync (
  subscription_id uuid primary key references app.subscription (id) on delete cascade,
  kind text not null check (kind in ('full', 'changes')),
  -- Where a whole reading goes on.
  cursor text,
  started_at timestamptz not null,
  touched_at timestamptz not null,
  -- Null: not yet.
  finished_at timestamptz,
  full_at timestamptz,
  -- The newest change known before, and by the reading that is under way.
  watermark timestamptz,
  next_watermark timestamptz,
  read integer not null default 0,
  total integer,
  error_code text
);

-- What was shown and applied: numbers only. `event` is 1 for shown and 2 for applied; `at` is cut to a quarter of an hour,
-- so that what happens twice while somebody looks at a ticket counts once.
create table app.macro_event (
  subscription_id uuid not null,
  macro_id bigint not null,
  ticket_id bigint not null,
  event smallint not null check (event in (1, 2)),
  rank_shown smallint not null check (rank_shown between 1 and total_shown),
  total_shown smallint not null,
  at timestamptz not null,
  primary key (subscription_id, macro_id, ticket_id, event, at),
  foreign key (subscription_id, macro_id) references app.macro (subscription_id, id) on delete cascade
);
create index macro_event_age on app.macro_event (subscription_id, at);

-- How often a group's tickets were looked at, and how often no macro fitted; group 0 is none.
create table app.macro_gap (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  day date not null,
  group_id bigint not null,
  looks integer not null,
  misses integer not null,
  primary key (subscription_id, day, group_id)
);

do $$
declare
  table_name text;
begin
  foreach table_name in array array['macro', 'macro_sync', 'macro_event', 'macro_gap'] loop
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

-- Which subscriptions have macros to read: connected, and never read, or read four hours ago; a reading that stopped
-- goes on after a quarter of an hour, one that failed after an hour.
create policy lookup on app.macro_sync for select to app_lookup using (true);
create policy lookup on app.zendesk_connection for select to app_lookup using (true);
grant select (subscription_id, touched_at, finished_at, error_code) on app.macro_sync to app_lookup;
grant select (subscription_id, status) on app.zendesk_connection to app_lookup;
grant create on schema app to app_lookup;
set local role app_lookup;

create function app.macro_syncs_due(most integer) returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select subscription.id from app.subscription
  join app.zendesk_connection connection on connection.subscription_id = subscription.id
  left join app.macro_sync sync on sync.subscription_id = subscription.id
  where connection.status = 'connected' and subscription.status = 'active'
    and (subscription.expires_at is null or subscription.expires_at > app.now())
    and coalesce(sync.touched_at < app.now()
      - case when sync.error_code is null then interval '15 minutes' else interval '1 hour' end, true)
    and coalesce(sync.finished_at < app.now() - interval '4 hours', true)
  order by sync.touched_at nulls first, subscription.id limit most
$$;
revoke execute on function app.macro_syncs_due(integer) from public;
grant execute on function app.macro_syncs_due(integer) to app_rw;

set local role app_owner;
revoke create on schema app from app_lookup;
