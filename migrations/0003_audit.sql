-- The audit log: appended only, one hash chain a subscription. A trigger links the chain, so no insert can skip it.

create table app.audit_event (
  subscription_id uuid not null references app.subscription (id),
  sequence bigint not null,
  at timestamptz not null,
  actor_kind text not null,
  actor_id text not null,
  action text not null,
  target text,
  outcome text not null,
  request_id text not null,
  permission text not null,
  facts jsonb not null,
  previous_hash text not null,
  hash text not null,
  primary key (subscription_id, sequence)
);
create index audit_event_at on app.audit_event (subscription_id, at);

-- The end of each chain: its row is the lock that orders writers, and shows when the newest events were cut off.
create table app.audit_head (
  subscription_id uuid primary key references app.subscription (id),
  sequence bigint not null,
  hash text not null
);

alter table app.audit_event enable row level security;
alter table app.audit_event force row level security;
create policy tenant on app.audit_event for all to app_rw
  using (subscription_id = (select app.subscription())) with check (subscription_id = (select app.subscription()));
alter table app.audit_head enable row level security;
alter table app.audit_head force row level security;
create policy tenant on app.audit_head for all to app_rw, app_audit
  using (subscription_id = (select app.subscription())) with check (subscription_id = (select app.subscription()));

-- Sequence, time and hashes are not among the columns the program may name.
grant select, insert (subscription_id, actor_kind, actor_id, action, target, outcome, request_id, permission, facts)
  on app.audit_event to app_rw;
grant select on app.audit_head to app_rw;
grant select, insert, update on app.audit_head to app_audit;

-- SHA-256 in hex over a JSON array of texts; written out in docs so that an auditor can recompute it elsewhere.
create function app.audit_hash(event app.audit_event) returns text
language sql stable parallel safe set search_path = ''
as $$
  select pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(pg_catalog.json_build_array(
    event.previous_hash, event.subscription_id::text, event.sequence::text,
    pg_catalog.to_char(event.at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'),
    event.actor_kind, event.actor_id, event.action, event.target, event.outcome,
    event.request_id, event.permission, event.facts::text)::text, 'UTF8')), 'hex')
$$;
grant execute on function app.audit_hash(app.audit_event) to app_rw, app_audit;

-- Every break of the chain of the entered subscription; no rows when it is whole.
create function app.audit_breaks() returns table (sequence bigint, reason text)
language sql stable set search_path = ''
as $$
  with chain as (
    select event.sequence, event.hash, event.previous_hash, app.audit_hash(event) as expected,
      lag(event.sequence) over (order by event.sequence) as sequence_before,
      lag(event.hash) over (order by event.sequence) as hash_before
    from app.audit_event event
    where event.subscription_id = (select app.subscription())
  )
  select chain.sequence, 'changed' from chain where chain.hash <> chain.expected
  union all
  select chain.sequence, 'gap before' from chain where chain.sequence <> coalesce(chain.sequence_before, 0) + 1
  union all
  select chain.sequence, 'not linked' from chain where chain.previous_hash <> coalesce(chain.hash_before, '')
  union all
  select head.sequence, 'end missing' from app.audit_head head
  where head.subscription_id = (select app.subscription())
    and not exists (select from chain where chain.sequence = head.sequence and chain.hash = head.hash)
  union all
  select chain.sequence, 'after the end' from chain
  where chain.sequence > coalesce((select head.sequence from app.audit_head head
    where head.subscription_id = (select app.subscription())), 0)
$$;
grant execute on function app.audit_breaks() to app_rw;

grant create on schema app to app_audit;
set local role app_audit;
create function app.link_audit_event() returns trigger
language plpgsql security definer set search_path = ''
as $$
declare
  head app.audit_head%rowtype;
begin
  insert into app.audit_head (subscription_id, sequence, hash) values (new.subscription_id, 0, '')
    on conflict (subscription_id) do nothing;
  select * into strict head from app.audit_head where subscription_id = new.subscription_id for update;
  new.sequence := head.sequence + 1;
  new.at := app.now();
  new.previous_hash := head.hash;
  new.hash := app.audit_hash(new);
  update app.audit_head set sequence = new.sequence, hash = new.hash where subscription_id = new.subscription_id;
  return new;
end
$$;
revoke execute on function app.link_audit_event() from public;
grant execute on function app.link_audit_event() to app_owner;
set local role app_owner;
revoke create on schema app from app_audit;

create trigger link_audit_event before insert on app.audit_event
  for each row execute function app.link_audit_event();
