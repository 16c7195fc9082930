-- Retention: what is swept when its time is over, in batches, by functions of app_maint whose policies let them reach nothing younger.
-- A legal hold keeps everything; see src/services/retention for who calls them.

-- Marks a subscription that was connected to the simulators.
alter table app.subscription add column demo boolean not null default false;
grant update (demo) on app.subscription to app_rw;

-- Usage of a day without person, ticket or time: what is left of receipts when they go.
create table app.usage_day (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  day date not null,
  feature text not null,
  provider_kind text not null,
  model text not null,
  calls bigint not null,
  input_tokens bigint not null,
  cached_input_tokens bigint not null,
  output_tokens bigint not null,
  reasoning_tokens bigint not null,
  cost_nano_usd bigint not null,
  -- Calls whose cost nobody knows; they are not in the sum.
  unpriced_calls bigint not null,
  primary key (subscription_id, day, feature, provider_kind, model)
);
alter table app.usage_day enable row level security;
alter table app.usage_day force row level security;
create policy tenant on app.usage_day for all to app_rw
  using (subscription_id = (select app.subscription())) with check (subscription_id = (select app.subscription()));
grant select, insert, update, delete on app.usage_day to app_rw;
create policy fold_read on app.usage_day for select to app_maint using (true);
create policy fold_insert on app.usage_day for insert to app_maint with check (true);
create policy fold_update on app.usage_day for update to app_maint using (true);
grant select, insert, update on app.usage_day to app_maint;

-- Receipts come in the order of their time, so a coarse index finds the old ones; the small one holds a week.
create index receipt_age on app.receipt using brin (at) with (autosummarize = on);
create index receipt_ticket_age on app.receipt (at) where ticket_id is not null;
create index oauth_state_expiry on app.oauth_state (expires_at);

-- The start of a chain that was cut: the last event that went.
alter table app.audit_head
  add column checkpoint_sequence bigint not null default 0,
  add column checkpoint_hash text not null default '',
  add column checkpoint_at timestamptz;

create or replace function app.audit_breaks() returns table (sequence bigint, reason text)
language sql stable set search_path = ''
as $$
  with head as (
    select * from app.audit_head where audit_head.subscription_id = (select app.subscription())
  ), chain as (
    select event.sequence, event.hash, event.previous_hash, app.audit_hash(event) as expected,
      coalesce(lag(event.sequence) over whole, (select head.checkpoint_sequence from head), 0) as sequence_before,
      coalesce(lag(event.hash) over whole, (select head.checkpoint_hash from head), '') as hash_before
    from app.audit_event event
    where event.subscription_id = (select app.subscription())
    window whole as (order by event.sequence)
  )
  select chain.sequence, 'changed' from chain where chain.hash <> chain.expected
  union all
  select chain.sequence, 'gap before' from chain where chain.sequence <> chain.sequence_before + 1
  union all
  select chain.sequence, 'not linked' from chain where chain.previous_hash <> chain.hash_before
  union all
  select head.sequence, 'end missing' from head
  where (head.sequence, head.hash) <> (head.checkpoint_sequence, head.checkpoint_hash)
    and not exists (select from chain where chain.sequence = head.sequence and chain.hash = head.hash)
  union all
  select chain.sequence, 'after the end' from chain
  where chain.sequence > coalesce((select head.sequence from head), 0)
$$;

-- The sweeps below take the place of these, which knew no batches.
drop function app.purge_jobs(), app.purge_refresh_tokens(), app.purge_links();
drop policy purge_read on app.job_outbox;
drop policy purge on app.job_outbox;
drop policy purge_read on app.refresh_token;
drop policy purge on app.refresh_token;
drop policy purge_read on app.console_session;
drop policy purge on app.console_session;
drop policy purge_read on app.sign_in_challenge;
drop policy purge on app.sign_in_challenge;
drop policy purge_read on app.one_time_link;
drop policy purge on app.one_time_link;

-- A sweep locks the subscriptions of its rows, so that a legal hold comes before a batch or after it, never into it.
create policy sweep_lock on app.subscription for update to app_maint using (held_since is null) with check (false);
grant create on schema app to app_maint;

-- One function a rule: app.sweep_<rule>(most) deletes up to `most` rows that are due, or only empties a column, and returns how many
-- of each subscription; none while another process is at it. Policies say what is due once more, for whatever the function asks.
do $$
declare
  rule record;
begin
  for rule in
    select * from (values
      ('job_outbox', 'job_outbox', 'id', 'finished_at, error_code',
        $sql$finished_at < app.now() - case when error_code is null then interval '1 hour' else interval '3 days' end$sql$, null, 'true'),
      ('refresh_token', 'refresh_token', 'id', 'expires_at', $sql$expires_at < app.now() - interval '30 days'$sql$, null, 'true'),
      ('console_session', 'console_session', 'id', 'absolute_expires_at',
        $sql$absolute_expires_at < app.now() - interval '30 days'$sql$, null, 'true'),
      ('sign_in_challenge', 'sign_in_challenge', 'id', 'expires_at', 'expires_at < app.now()', null, 'true'),
      ('one_time_link', 'one_time_link', 'id', 'expires_at', $sql$expires_at < app.now() - interval '1 day'$sql$, null, 'true'),
      ('oauth_state', 'oauth_state', 'id', 'expires_at', 'expires_at < app.now()', null, 'true'),
      ('admin_token', 'admin_token', 'id', 'expires_at, revoked_at',
        $sql$least(expires_at, revoked_at) < app.now() - interval '90 days'$sql$, null, 'true'),
      ('signing_key', 'signing_key', 'id', 'verifies_until', 'verifies_until < app.now()', null, 'true'),
      ('receipt_ticket', 'receipt', 'id', 'at, ticket_id', $sql$at < app.now() - interval '7 days'$sql$,
        'ticket_id = null', 'ticket_id is not null'),
      ('pending_factor', 'second_factor', 'account_id', 'pending_until',
        'pending_until is null or pending_until < app.now()', 'pending_secret = null, pending_until = null', 'pending_until is not null')
    ) as rules (name, table_name, key, read, due, change, unless_done)
  loop
    execute format('create policy %I on app.%I for select to app_maint using (%s)',
      'sweep_' || rule.name || '_read', rule.table_name, rule.due);
    execute format('grant select (subscription_id, %s, %s) on app.%I to app_maint', rule.key, rule.read, rule.table_name);
    if rule.change is null then
      execute format('create policy %I on app.%I for delete to app_maint using (%s)',
        'sweep_' || rule.name, rule.table_name, rule.due);
      execute format('grant delete on app.%I to app_maint', rule.table_name);
    else
      execute format('create policy %I on app.%I for update to app_maint using (%s)',
        'sweep_' || rule.name, rule.table_name, rule.due);
      execute format('grant update (%s) on app.%I to app_maint', replace(rule.change, ' = null', ''), rule.table_name);
    end if;
    set local role app_maint;
    execute format($function$
      create function app.%1$I(most integer) returns table (subscription_id uuid, swept bigint)
      language plpgsql volatile security definer set search_path = ''
      as $body$
      begin
        if not pg_catalog.pg_try_advisory_xact_lock(7302, pg_catalog.hashtext(%2$L)) then
          return;
        end if;
        return query
        with picked as (
          select due.subscription_id, due.%3$I as key from app.%2$I due
          where (%4$s) and %5$s and due.subscription_id not in (select app.held_subscriptions()) limit most
        ), free as (
          select subscription.id from app.subscription
          where subscription.id in (select picked.subscription_id from picked) and subscription.held_since is null for share
        ), gone as (
          %6$s where one.subscription_id = picked.subscription_id and one.%3$I = picked.key and free.id = picked.subscription_id
          returning one.subscription_id
        )
        select gone.subscription_id, count(*) from gone group by gone.subscription_id;
      end
      $body$
      $function$,
      'sweep_' || rule.name, rule.table_name, rule.key, rule.due, rule.unless_done,
      case when rule.change is null then format('delete from app.%I one using picked, free', rule.table_name)
        else format('update app.%I one set %s from picked, free', rule.table_name, rule.change) end);
    execute format('revoke execute on function app.%I(integer) from public', 'sweep_' || rule.name);
    execute format('grant execute on function app.%I(integer) to app_rw', 'sweep_' || rule.name);
    set local role app_owner;
  end loop;
end
$$;

create policy sweep_receipt_read on app.receipt for select to app_maint using (at < app.now() - interval '90 days');
create policy sweep_receipt on app.receipt for delete to app_maint using (at < app.now() - interval '90 days');
grant select (subscription_id, id, at, feature, provider_kind, model, input_tokens, cached_input_tokens, output_tokens,
  reasoning_tokens, cost_nano_usd), delete on app.receipt to app_maint;

-- The key before the last one, once it is over.
create policy sweep_previous_key on app.subscription for update to app_maint
  using (previous_key_until < app.now() and held_since is null);
grant select (previous_key_hash, previous_key_until), update (previous_key_hash) on app.subscription to app_maint;

-- The audit log goes from its start, never out of its middle.
create policy sweep_read on app.audit_event for select to app_maint using (true);
create policy sweep on app.audit_event for delete to app_maint using (at < app.now() - interval '30 days');
create policy sweep_read on app.audit_head for select to app_maint using (true);
create policy sweep on app.audit_head for update to app_maint using (true);
grant select (at, hash) on app.audit_event to app_maint;
grant update (checkpoint_sequence, checkpoint_hash, checkpoint_at) on app.audit_head to app_maint;

set local role app_maint;

-- Receipts leave after 90 days and are added to the totals of their days (UTC), in one transaction.
create function app.sweep_receipt(most integer) returns table (subscription_id uuid, swept bigint)
language plpgsql volatile security definer set search_path = ''
as $$
begin
  if not pg_catalog.pg_try_advisory_xact_lock(7302, pg_catalog.hashtext('receipt')) then
    return;
  end if;
  return query
  with picked as (
    select due.subscription_id, due.id from app.receipt due
    where due.at < app.now() - interval '90 days'
      and due.subscription_id not in (select app.held_subscriptions()) limit most
  ), free as (
    select subscription.id from app.subscription
    where subscription.id in (select picked.subscription_id from picked) and subscription.held_since is null for share
  ), gone as (
    delete from app.receipt one using picked, free
    where one.subscription_id = picked.subscription_id and one.id = picked.id and free.id = picked.subscription_id
    returning one.subscription_id, one.at, one.feature, one.provider_kind, one.model, one.input_tokens,
      one.cached_input_tokens, one.output_tokens, one.reasoning_tokens, one.cost_nano_usd
  ), folded as (
    insert into app.usage_day as total (subscription_id, day, feature, provider_kind, model, calls, input_tokens,
      cached_input_tokens, output_tokens, reasoning_tokens, cost_nano_usd, unpriced_calls)
    select gone.subscription_id, (gone.at at time zone 'UTC')::date, gone.feature, gone.provider_kind, gone.model, count(*),
      sum(gone.input_tokens), sum(gone.cached_input_tokens), sum(gone.output_tokens), sum(gone.reasoning_tokens),
      coalesce(sum(gone.cost_nano_usd), 0), count(*) filter (where gone.cost_nano_usd is null)
    from gone group by 1, 2, 3, 4, 5
    on conflict on constraint usage_day_pkey do update set
      calls = total.calls + excluded.calls,
      input_tokens = total.input_tokens + excluded.input_tokens,
      cached_input_tokens = total.cached_input_tokens + excluded.cached_input_tokens,
      output_tokens = total.output_tokens + excluded.output_tokens,
      reasoning_tokens = total.reasoning_tokens + excluded.reasoning_tokens,
      cost_nano_usd = total.cost_nano_usd + excluded.cost_nano_usd,
      unpriced_calls = total.unpriced_calls + excluded.unpriced_calls
    returning 1
  )
  select gone.subscription_id, count(*) from gone group by gone.subscription_id;
end
$$;

create function app.sweep_previous_key(most integer) returns table (subscription_id uuid, swept bigint)
language sql volatile security definer set search_path = ''
as $$
  with emptied as (
    update app.subscription set previous_key_hash = null
    where id in (
      select due.id from app.subscription due
      where due.previous_key_hash is not null and due.previous_key_until < app.now() and due.held_since is null limit most
    )
    returning id
  )
  select emptied.id, 1::bigint from emptied
$$;

-- Cuts up to `most` events older than `keep_days` off the starts of the chains and notes where each begins now.
create function app.sweep_audit_event(most integer, keep_days integer) returns table (subscription_id uuid, swept bigint)
language plpgsql volatile security definer set search_path = ''
as $$
declare
  cutoff timestamptz := app.now() - make_interval(days => greatest(keep_days, 30));
  edge record;
begin
  if not pg_catalog.pg_try_advisory_xact_lock(7302, pg_catalog.hashtext('audit_event')) then
    return;
  end if;
  for subscription_id in
    select head.subscription_id from app.audit_head head
    where head.subscription_id not in (select app.held_subscriptions()) and exists (
      select from app.audit_event event where event.subscription_id = head.subscription_id and event.at < cutoff)
    limit most
  loop
    exit when most <= 0;
    perform from app.subscription where id = sweep_audit_event.subscription_id and held_since is null for share;
    continue when not found;
    -- Only as far as every event before is old too: a clock that was set back leaves a young one in between.
    select first.sequence, first.hash into edge from (
      select event.sequence, event.hash, bool_and(event.at < cutoff) over (order by event.sequence) as is_old
      from (
        select audit_event.sequence, audit_event.hash, audit_event.at from app.audit_event
        where audit_event.subscription_id = sweep_audit_event.subscription_id order by audit_event.sequence limit most
      ) event
    ) first
    where first.is_old order by first.sequence desc limit 1;
    continue when not found;
    delete from app.audit_event
      where audit_event.subscription_id = sweep_audit_event.subscription_id and sequence <= edge.sequence;
    get diagnostics swept = row_count;
    update app.audit_head
      set checkpoint_sequence = edge.sequence, checkpoint_hash = edge.hash, checkpoint_at = app.now()
      where audit_head.subscription_id = sweep_audit_event.subscription_id;
    most := most - swept;
    return next;
  end loop;
end
$$;

revoke execute on function app.sweep_receipt(integer), app.sweep_previous_key(integer),
  app.sweep_audit_event(integer, integer) from public;
grant execute on function app.sweep_receipt(integer), app.sweep_previous_key(integer),
  app.sweep_audit_event(integer, integer) to app_rw;

set local role app_owner;
revoke create on schema app from app_maint;
