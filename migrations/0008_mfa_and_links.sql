-- Second factors, the step between password and code, and links that work once.

-- The language of the mails a person gets.
alter table app.account add column language text not null default 'en' check (language in ('en', 'de'));

create table app.second_factor_rule (
  subscription_id uuid primary key references app.subscription (id) on delete cascade,
  required boolean not null,
  updated_at timestamptz not null default app.now()
);

create table app.second_factor (
  subscription_id uuid not null,
  account_id uuid not null,
  secret text,
  confirmed_at timestamptz,
  pending_secret text,
  pending_until timestamptz,
  -- Time step of the newest code taken: it only grows, so no code is taken twice.
  last_accepted_counter bigint not null default 0,
  -- At most ten: wrong codes of the last hour, over all challenges and addresses.
  recent_failures timestamptz[] not null default '{}',
  failures_in_a_row integer not null default 0,
  created_at timestamptz not null default app.now(),
  primary key (subscription_id, account_id),
  foreign key (subscription_id, account_id) references app.account (subscription_id, id) on delete cascade,
  check ((secret is null) = (confirmed_at is null)),
  check ((pending_secret is null) = (pending_until is null))
);

create table app.recovery_code (
  subscription_id uuid not null,
  account_id uuid not null,
  code_hash text not null check (length(code_hash) = 64),
  created_at timestamptz not null default app.now(),
  primary key (subscription_id, account_id, code_hash),
  foreign key (subscription_id, account_id) references app.second_factor (subscription_id, account_id) on delete cascade
);

-- A password was right and a code is awaited.
create table app.sign_in_challenge (
  subscription_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  token_hash text not null check (length(token_hash) = 64),
  failures integer not null default 0,
  expires_at timestamptz not null,
  created_at timestamptz not null default app.now(),
  primary key (subscription_id, id),
  foreign key (subscription_id, account_id) references app.account (subscription_id, id) on delete cascade
);
-- A challenge is answered before the tenant is known, so this one is unique over all tenants.
create unique index sign_in_challenge_token on app.sign_in_challenge (token_hash);
create index sign_in_challenge_expiry on app.sign_in_challenge (expires_at);

create table app.one_time_link (
  subscription_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  kind text not null check (kind in ('invite', 'reset', 'change-email', 'delete-account')),
  -- Null until the mail is being sent: the token exists nowhere else.
  token_hash text check (length(token_hash) = 64),
  payload text,
  expires_at timestamptz not null,
  used_at timestamptz,
  -- Mails of the last day, so that nobody's mailbox is filled through us.
  recent_mails timestamptz[] not null default '{}',
  created_at timestamptz not null default app.now(),
  primary key (subscription_id, id),
  foreign key (subscription_id, account_id) references app.account (subscription_id, id) on delete cascade
);
create unique index one_time_link_open on app.one_time_link (subscription_id, account_id, kind) where used_at is null;
create unique index one_time_link_token on app.one_time_link (token_hash) where token_hash is not null;
create index one_time_link_expiry on app.one_time_link (expires_at);

do $$
declare
  table_name text;
begin
  foreach table_name in array array[
    'second_factor_rule', 'second_factor', 'recovery_code', 'sign_in_challenge', 'one_time_link'
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

create policy lookup on app.sign_in_challenge for select to app_lookup using (true);
create policy lookup on app.one_time_link for select to app_lookup using (true);
create policy purge_read on app.sign_in_challenge for select to app_maint using (expires_at < app.now());
create policy purge on app.sign_in_challenge for delete to app_maint using (expires_at < app.now());
create policy purge_read on app.one_time_link for select to app_maint using (expires_at < app.now() - interval '1 day');
create policy purge on app.one_time_link for delete to app_maint using (expires_at < app.now() - interval '1 day');
grant select (subscription_id, id, account_id, token_hash, expires_at) on app.sign_in_challenge to app_lookup;
grant select (subscription_id, id, account_id, kind, token_hash, expires_at, used_at) on app.one_time_link to app_lookup;
grant select (subscription_id, expires_at), delete on app.sign_in_challenge, app.one_time_link to app_maint;

grant create on schema app to app_lookup, app_maint;
set local role app_lookup;

create function app.sign_in_challenge_by_token(wanted text)
returns table (subscription_id uuid, id uuid, account_id uuid)
language sql stable security definer set search_path = ''
as $$
  select challenge.subscription_id, challenge.id, challenge.account_id
  from app.sign_in_challenge challenge
  where challenge.token_hash = wanted and challenge.expires_at > app.now()
$$;

create function app.one_time_link_by_token(wanted text)
returns table (subscription_id uuid, id uuid, account_id uuid, kind text, expires_at timestamptz)
language sql stable security definer set search_path = ''
as $$
  select link.subscription_id, link.id, link.account_id, link.kind, link.expires_at
  from app.one_time_link link
  where link.token_hash = wanted and link.used_at is null and link.expires_at > app.now()
$$;

revoke execute on function app.sign_in_challenge_by_token(text), app.one_time_link_by_token(text) from public;
grant execute on function app.sign_in_challenge_by_token(text), app.one_time_link_by_token(text) to app_rw;

set local role app_maint;

-- Challenges whose time is over, and links a day later, because they count the mails of a day; returns how many left.
create function app.purge_links() returns bigint
language sql volatile security definer set search_path = ''
as $$
  with challenges as (
    delete from app.sign_in_challenge challenge
    where challenge.expires_at < app.now() and challenge.subscription_id not in (select app.held_subscriptions())
    returning 1
  ), links as (
    delete from app.one_time_link link
    where link.expires_at < app.now() - interval '1 day'
      and link.subscription_id not in (select app.held_subscriptions())
    returning 1
  )
  select (select count(*) from challenges) + (select count(*) from links)
$$;
revoke execute on function app.purge_links() from public;
grant execute on function app.purge_links() to app_rw;

set local role app_owner;
revoke create on schema app from app_lookup, app_maint;
