-- Conversations that Zendesk did not take at once: ids, numbers and times. What was said waits sealed in short-lived memory,
-- for an hour at most, and with the visitor; never here.

create table app.chat_delivery (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  session_id uuid not null,
  ai_agent_id uuid not null,
  -- A person was called.
  called boolean not null,
  state text not null check (state in ('waiting', 'expired')),
  attempts integer not null default 0 check (attempts >= 0),
  -- Which of its jobs may go on.
  step integer not null default 0 check (step >= 0),
  -- Why the last attempt failed: a word from a list.
  error_code text,
  created_at timestamptz not null,
  -- When what was said is gone from memory.
  expires_at timestamptz not null,
  primary key (subscription_id, session_id),
  foreign key (subscription_id, ai_agent_id) references app.ai_agent (subscription_id, id) on delete cascade
);
create index chat_delivery_age on app.chat_delivery (expires_at);

alter table app.chat_delivery enable row level security;
alter table app.chat_delivery force row level security;
create policy tenant on app.chat_delivery for all to app_rw
  using (subscription_id = (select app.subscription())) with check (subscription_id = (select app.subscription()));
grant select, insert, update, delete on app.chat_delivery to app_rw;

-- As in 0012_retention.sql: gone 3 days after it expired.
create policy sweep_chat_delivery_read on app.chat_delivery for select to app_maint
  using (expires_at < app.now() - interval '3 days');
create policy sweep_chat_delivery on app.chat_delivery for delete to app_maint
  using (expires_at < app.now() - interval '3 days');
grant select (subscription_id, session_id, expires_at), delete on app.chat_delivery to app_maint;
grant create on schema app to app_maint;
set local role app_maint;

create function app.sweep_chat_delivery(most integer) returns table (subscription_id uuid, swept bigint)
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not pg_catalog.pg_try_advisory_xact_lock(7302, pg_catalog.hashtext('chat_delivery')) then
    return;
  end if;
  return query
  with picked as (
    select due.subscription_id, due.session_id from app.chat_delivery due
    where due.expires_at < app.now() - interval '3 days'
      and due.subscription_id not in (select app.held_subscriptions()) limit most
  ), free as (
    select subscription.id from app.subscription
    where subscription.id in (select picked.subscription_id from picked) and subscription.held_since is null for share
  ), gone as (
    delete from app.chat_delivery one using picked, free
    where one.subscription_id = picked.subscription_id and one.session_id = picked.session_id
      and free.id = picked.subscription_id
    returning one.subscription_id
  )
  select gone.subscription_id, count(*) from gone group by gone.subscription_id;
end
$$;
revoke execute on function app.sweep_chat_delivery(integer) from public;
grant execute on function app.sweep_chat_delivery(integer) to app_rw;

set local role app_owner;
revoke create on schema app from app_maint;
