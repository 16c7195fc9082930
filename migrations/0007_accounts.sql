-- People of the console: accounts, their sessions and refresh tokens, and the keys access tokens are signed with.

create table app.account (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id uuid not null,
  role text not null check (role in ('admin', 'member', 'operator')),
  status text not null check (status in ('invited', 'active', 'disabled')),
  -- Sealed, and its keyed hash to find it by: one account an address and subscription.
  email text not null,
  email_hash text not null check (length(email_hash) = 64),
  -- Argon2id in PHC form; null until the person has chosen a password.
  password_hash text check (password_hash like '$argon2id$%'),
  password_changed_at timestamptz,
  created_at timestamptz not null default app.now(),
  last_sign_in_on date,
  primary key (subscription_id, id),
  unique (subscription_id, email_hash),
  -- Operators belong to the platform subscription, and nobody else does.
  check ((role = 'operator') = (subscription_id = '00000000-0000-7000-8000-000000000001')),
  check (status <> 'active' or password_hash is not null)
);
create index account_email on app.account (email_hash);

create table app.console_session (
  subscription_id uuid not null,
  id uuid not null,
  account_id uuid not null,
  created_at timestamptz not null default app.now(),
  last_seen_at timestamptz not null default app.now(),
  idle_expires_at timestamptz not null,
  absolute_expires_at timestamptz not null,
  -- Browser and system as words from a list; never the header itself.
  device text not null check (length(device) <= 40),
  -- When the person last gave a password or second factor in this session.
  proven_at timestamptz,
  revoked_at timestamptz,
  primary key (subscription_id, id),
  foreign key (subscription_id, account_id) references app.account (subscription_id, id) on delete cascade
);
create index console_session_account on app.console_session (subscription_id, account_id);
create index console_session_end on app.console_session (absolute_expires_at);

-- The tokens of a session are one family: used again after its successor was used, a token ends all of them.
create table app.refresh_token (
  subscription_id uuid not null,
  id uuid not null,
  session_id uuid not null,
  -- HMAC-SHA-256 in hex under the refresh pepper.
  token_hash text not null check (length(token_hash) = 64),
  parent_id uuid,
  generation integer not null check (generation >= 1),
  created_at timestamptz not null default app.now(),
  used_at timestamptz,
  expires_at timestamptz not null,
  absolute_expires_at timestamptz not null,
  primary key (subscription_id, id),
  foreign key (subscription_id, session_id) references app.console_session (subscription_id, id) on delete cascade
);
-- A token is looked for before the tenant is known, so its hash is unique over all tenants.
create unique index refresh_token_hash on app.refresh_token (token_hash);
create index refresh_token_session on app.refresh_token (subscription_id, session_id, generation);
create index refresh_token_expiry on app.refresh_token (expires_at);

-- Keys access tokens are signed with (Ed25519). They belong to the platform subscription.
create table app.signing_key (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id uuid not null,
  public_key text not null,
  -- Sealed.
  private_key text not null,
  created_at timestamptz not null default app.now(),
  -- Known to every process before it signs, and believed until its last token is over.
  signs_from timestamptz not null,
  verifies_until timestamptz,
  primary key (subscription_id, id)
);

do $$
declare
  table_name text;
begin
  foreach table_name in array array['account', 'console_session', 'refresh_token', 'signing_key'] loop
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

create policy lookup on app.account for select to app_lookup using (true);
create policy lookup on app.console_session for select to app_lookup using (true);
create policy rotate on app.console_session for update to app_lookup using (revoked_at is null);
create policy lookup on app.refresh_token for select to app_lookup using (true);
create policy rotate on app.refresh_token for update to app_lookup using (used_at is null) with check (true);
create policy rotate_insert on app.refresh_token for insert to app_lookup with check (used_at is null);
create policy purge_read on app.refresh_token for select to app_maint using (expires_at < app.now() - interval '30 days');
create policy purge on app.refresh_token for delete to app_maint using (expires_at < app.now() - interval '30 days');
create policy purge_read on app.console_session for select to app_maint
  using (absolute_expires_at < app.now() - interval '30 days');
create policy purge on app.console_session for delete to app_maint
  using (absolute_expires_at < app.now() - interval '30 days');

grant select (subscription_id, id, role, status, email_hash, password_hash, last_sign_in_on, created_at)
  on app.account to app_lookup;
grant select, update (last_seen_at, idle_expires_at) on app.console_session to app_lookup;
grant select, insert, update (used_at) on app.refresh_token to app_lookup;
grant select (subscription_id, session_id, expires_at), delete on app.refresh_token to app_maint;
grant select (subscription_id, id, absolute_expires_at), delete on app.console_session to app_maint;
grant create on schema app to app_lookup, app_maint;

set local role app_lookup;

-- Accounts of an address, the one used last first.
create function app.accounts_by_email(wanted_hash text) returns table (
  subscription_id uuid, subscription_name text, account_id uuid, role text, status text, password_hash text
)
language sql stable security definer set search_path = ''
as $$
  select account.subscription_id, subscription.name, account.id, account.role, account.status, account.password_hash
  from app.account join app.subscription on subscription.id = account.subscription_id
  where account.email_hash = wanted_hash
  order by account.last_sign_in_on desc nulls last, account.created_at, account.id limit 20
$$;

-- The session a token belongs to, exchanged or not, so that it can be ended.
create function app.session_by_refresh_token(wanted_hash text)
returns table (subscription_id uuid, session_id uuid, account_id uuid, role text)
language sql stable security definer set search_path = ''
as $$
  select session.subscription_id, session.id, session.account_id, account.role
  from app.refresh_token token
  join app.console_session session on session.subscription_id = token.subscription_id and session.id = token.session_id
  join app.account on account.subscription_id = session.subscription_id and account.id = session.account_id
  where token.token_hash = wanted_hash
$$;

-- Exchanges a refresh token for a fresh one. The outcomes besides 'rotated':
-- 'over' unknown, expired or of an ended session; 'busy' others have just exchanged it; 'reused' it was stolen.
-- A token exchanged less than `grace_seconds` ago is exchanged again, because its answer may have been lost: only for
-- the one before the newest, only while no newest one was used, and not more often than `most_siblings` times.
create function app.rotate_refresh_token(
  presented_hash text, fresh_id uuid, fresh_hash text, idle_seconds integer, grace_seconds integer, most_siblings integer
) returns table (outcome text, subscription_id uuid, session_id uuid, account_id uuid, role text, expires_at timestamptz)
language plpgsql volatile security definer set search_path = ''
as $$
#variable_conflict use_column
declare
  token app.refresh_token%rowtype;
  session app.console_session%rowtype;
  account_role text;
  account_status text;
  moment timestamptz := app.now();
  fresh_until timestamptz;
  taken boolean := false;
  newest_used boolean;
  siblings integer;
begin
  select * into token from app.refresh_token where token_hash = presented_hash;
  if not found then
    return query select 'over', null::uuid, null::uuid, null::uuid, null::text, null::timestamptz;
    return;
  end if;
  -- The session's row is the lock that puts the exchanges of one family in order.
  select * into session from app.console_session
    where subscription_id = token.subscription_id and id = token.session_id and revoked_at is null for update;
  select role, status into account_role, account_status from app.account
    where subscription_id = token.subscription_id and id = session.account_id;
  if session.id is null or session.absolute_expires_at <= moment or account_status is distinct from 'active' then
    return query select 'over', token.subscription_id, token.session_id, null::uuid, null::text, null::timestamptz;
    return;
  end if;
  if not exists (select from app.refresh_token sibling where sibling.subscription_id = token.subscription_id
      and sibling.session_id = token.session_id and sibling.generation = token.generation
      and sibling.id <> token.id and sibling.used_at is not null) then
    update app.refresh_token set used_at = moment
      where token_hash = presented_hash and used_at is null and expires_at > moment and absolute_expires_at > moment;
    taken := found;
  end if;
  if not taken then
    select used_at into token.used_at from app.refresh_token where token_hash = presented_hash;
    select coalesce(bool_or(child.used_at is not null), false), count(*) into newest_used, siblings
      from app.refresh_token child where child.subscription_id = token.subscription_id
      and child.session_id = token.session_id and child.generation > token.generation;
    if token.used_at is null and siblings = 0 then
      -- Nobody exchanged it: it is simply too old.
      return query select 'over', token.subscription_id, token.session_id, session.account_id, account_role, null::timestamptz;
      return;
    end if;
    if token.used_at is null or newest_used or token.used_at < moment - make_interval(secs => grace_seconds) then
      return query select 'reused', token.subscription_id, token.session_id, session.account_id, account_role, null::timestamptz;
      return;
    end if;
    if siblings > most_siblings then
      return query select 'busy', token.subscription_id, token.session_id, session.account_id, account_role, null::timestamptz;
      return;
    end if;
  end if;
  fresh_until := least(moment + make_interval(secs => idle_seconds), token.absolute_expires_at);
  insert into app.refresh_token (subscription_id, id, session_id, token_hash, parent_id, generation, expires_at, absolute_expires_at)
    values (token.subscription_id, fresh_id, token.session_id, fresh_hash, token.id, token.generation + 1, fresh_until,
      token.absolute_expires_at);
  update app.console_session set last_seen_at = moment, idle_expires_at = fresh_until
    where subscription_id = token.subscription_id and id = token.session_id;
  return query select 'rotated', token.subscription_id, token.session_id, session.account_id, account_role, fresh_until;
end
$$;

revoke execute on function app.accounts_by_email(text), app.session_by_refresh_token(text),
  app.rotate_refresh_token(text, uuid, text, integer, integer, integer) from public;
grant execute on function app.accounts_by_email(text), app.session_by_refresh_token(text),
  app.rotate_refresh_token(text, uuid, text, integer, integer, integer) to app_rw;

set local role app_maint;

-- Refresh tokens leave 30 days after they expired, their sessions 30 days after they could have lasted; returns how many tokens left.
create function app.purge_refresh_tokens() returns bigint
language sql volatile security definer set search_path = ''
as $$
  with gone as (
    delete from app.refresh_token token
    where token.expires_at < app.now() - interval '30 days'
      and token.subscription_id not in (select app.held_subscriptions())
    returning 1
  ), ended as (
    delete from app.console_session session
    where session.absolute_expires_at < app.now() - interval '30 days'
      and session.subscription_id not in (select app.held_subscriptions())
  )
  select count(*) from gone
$$;
revoke execute on function app.purge_refresh_tokens() from public;
grant execute on function app.purge_refresh_tokens() to app_rw;

set local role app_owner;
revoke create on schema app from app_lookup, app_maint;
