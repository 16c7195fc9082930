-- The tenant of a transaction. Every policy compares with app.subscription(); only app.enter can set it.
-- Migrations run as app_owner; a file that needs another owner says so with "set local role".

grant usage on schema app to app_rw, app_lookup, app_maint, app_audit;
grant usage on schema app_meta to app_rw;
grant select on app_meta.schema_migration to app_rw;
-- Not "in schema app": there a revoke cannot take back what is built in.
alter default privileges revoke execute on functions from public;

create function app.now() returns timestamptz
language sql stable parallel safe set search_path = ''
as $$ select pg_catalog.now() $$;
comment on function app.now() is 'The only clock of the schema; tests replace it.';

-- The setting that names the subscription carries a seal of this secret, so that a statement which sets it in another way
-- than by app.enter enters nothing. Only app_owner, and so the two functions below, reads it.
create table app_meta.subscription_seal (
  only_row boolean primary key default true check (only_row),
  secret text not null
);
insert into app_meta.subscription_seal (secret) values (gen_random_uuid()::text || gen_random_uuid()::text);

-- Holds for this transaction alone: its start is part of it.
create function app.sealed_subscription(entered text) returns text
language plpgsql stable parallel safe set search_path = ''
as $$
begin
  return entered || ' ' || pg_catalog.encode(pg_catalog.sha256(pg_catalog.convert_to(
    (select seal.secret from app_meta.subscription_seal seal) || entered
      || extract(epoch from pg_catalog.now())::text, 'UTF8')), 'hex');
end
$$;
comment on function app.sealed_subscription(text) is 'What app.subscription_id must say; for app_owner alone.';
-- The caller checks nobody: it runs inside the definer functions only.
revoke execute on function app.sealed_subscription(text) from public;

create function app.subscription() returns uuid
language plpgsql stable parallel safe security definer set search_path = ''
as $$
declare
  setting text := nullif(pg_catalog.current_setting('app.subscription_id', true), '');
  entered text := pg_catalog.left(setting, 36);
begin
  if setting is null or setting <> app.sealed_subscription(entered) then
    return null;
  end if;
  return entered::uuid;
end
$$;
comment on function app.subscription() is 'The subscription this transaction has entered; null before it has.';

create function app.enter(entering uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  entered uuid := app.subscription();
begin
  if session_user <> 'app_rw' then
    raise exception 'the program must be logged in as app_rw' using errcode = '42501';
  end if;
  if entering is null then
    raise exception 'no subscription named' using errcode = '22004';
  end if;
  if entered is not null and entered <> entering then
    raise exception 'this transaction has entered another subscription' using errcode = '42501';
  end if;
  -- Only together with "begin": whoever emptied the setting in a later statement could otherwise enter again.
  if pg_catalog.statement_timestamp() <> pg_catalog.transaction_timestamp() then
    raise exception 'a subscription is entered as the transaction begins' using errcode = '42501';
  end if;
  perform pg_catalog.set_config('app.subscription_id', app.sealed_subscription(entering::text), true);
end
$$;
comment on function app.enter(uuid) is 'Enters a subscription until the transaction ends, in the same message as begin; it cannot be left for another.';

grant execute on function app.now(), app.subscription() to app_rw, app_lookup, app_maint, app_audit;
grant execute on function app.enter(uuid) to app_rw;
