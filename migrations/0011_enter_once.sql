-- A subscription is entered once a transaction, also where the clock is coarse.
-- The embedded engine's clock ticks in milliseconds: a later statement of a fast transaction can carry the very time the
-- transaction began. There a lock that only the end of the transaction gives back remembers that it has entered.

create or replace function app.enter(entering uuid) returns void
language plpgsql volatile security definer set search_path = ''
as $$
declare
  entered uuid := app.subscription();
  -- A clock of microseconds shows whole milliseconds once in a thousand transactions.
  coarse boolean := extract(microseconds from pg_catalog.transaction_timestamp())::integer % 1000 = 0;
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
  if pg_catalog.statement_timestamp() <> pg_catalog.transaction_timestamp()
    or (coarse and entered is null and exists (
      select from pg_catalog.pg_locks held
      where held.locktype = 'advisory' and held.classid = 7301 and held.objid = 1
        and held.pid = pg_catalog.pg_backend_pid()
    )) then
    raise exception 'a subscription is entered as the transaction begins' using errcode = '42501';
  end if;
  if coarse then
    perform pg_catalog.pg_advisory_xact_lock_shared(7301, 1);
  end if;
  perform pg_catalog.set_config('app.subscription_id', app.sealed_subscription(entering::text), true);
end
$$;
