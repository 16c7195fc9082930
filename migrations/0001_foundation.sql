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

create function app.subscription() returns uuid
language sql stable parallel safe set search_path = ''
as $$ select nullif(pg_catalog.current_setting('app.subscription_id', true), '')::uuid $$;
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
  perform pg_catalog.set_config('app.subscription_id', entering::text, true);
end
$$;
comment on function app.enter(uuid) is 'Enters a subscription until the transaction ends; it cannot be left for another.';

grant execute on function app.now(), app.subscription() to app_rw, app_lookup, app_maint, app_audit;
grant execute on function app.enter(uuid) to app_rw;
