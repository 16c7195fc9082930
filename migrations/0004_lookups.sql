-- What must be found or done before a subscription is entered. Each function runs as app_lookup or app_maint,
-- whose policies and grants name exactly the tables and columns below.

create policy lookup on app.subscription for select to app_lookup using (true);
create policy create_subscription on app.subscription for insert to app_lookup with check (true);
create policy lookup on app.sidebar_installation for select to app_lookup using (true);
create policy lookup on app.job_outbox for select to app_lookup using (true);
create policy purge_read on app.job_outbox for select to app_maint using (finished_at is not null);
create policy purge on app.job_outbox for delete to app_maint using (finished_at is not null);

grant select, insert (id, name, plan) on app.subscription to app_lookup;
grant select on app.sidebar_installation to app_lookup;
grant select (subscription_id, run_after, locked_until, finished_at) on app.job_outbox to app_lookup;
grant select (finished_at, error_code), delete on app.job_outbox to app_maint;
grant create on schema app to app_lookup, app_maint;

set local role app_lookup;

create function app.installation_by_audience(wanted text)
returns table (subscription_id uuid, installation_id uuid, public_key_pem text, issuer text)
language sql stable security definer set search_path = ''
as $$
  select installation.subscription_id, installation.id, installation.public_key_pem, installation.issuer
  from app.sidebar_installation installation where installation.audience = wanted
$$;

create function app.subscriptions_with_due_jobs(most integer) returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select job.subscription_id from app.job_outbox job
  where job.finished_at is null and job.run_after <= app.now()
    and (job.locked_until is null or job.locked_until <= app.now())
  group by job.subscription_id order by min(job.run_after) limit most
$$;

create function app.subscription_ids() returns setof uuid
language sql stable security definer set search_path = ''
as $$ select subscription.id from app.subscription order by subscription.created_at, subscription.id $$;

create function app.subscription_id_by_name(wanted text) returns setof uuid
language sql stable security definer set search_path = ''
as $$ select subscription.id from app.subscription where subscription.name = wanted $$;

create function app.create_subscription(new_id uuid, new_name text, new_plan text) returns uuid
language sql volatile security definer set search_path = ''
as $$ insert into app.subscription (id, name, plan) values (new_id, new_name, new_plan) returning id $$;

revoke execute on function app.installation_by_audience(text), app.subscriptions_with_due_jobs(integer),
  app.subscription_ids(), app.subscription_id_by_name(text), app.create_subscription(uuid, text, text) from public;
grant execute on function app.installation_by_audience(text), app.subscriptions_with_due_jobs(integer),
  app.subscription_ids(), app.subscription_id_by_name(text), app.create_subscription(uuid, text, text) to app_rw;

set local role app_maint;

-- Finished jobs leave after an hour, failed ones after three days; returns how many left.
create function app.purge_jobs() returns bigint
language sql volatile security definer set search_path = ''
as $$
  with gone as (
    delete from app.job_outbox job
    where job.finished_at is not null
      and job.finished_at < app.now() - case when job.error_code is null then interval '1 hour' else interval '3 days' end
    returning 1
  )
  select count(*) from gone
$$;
revoke execute on function app.purge_jobs() from public;
grant execute on function app.purge_jobs() to app_rw;

set local role app_owner;
revoke create on schema app from app_lookup, app_maint;
