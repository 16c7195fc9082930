-- Run once per database by a superuser, before the first migration; running it again changes nothing.
-- Roles belong to the whole cluster. Only app_rw logs in, and its password is set apart from this file.

do $$
declare
  role_name text;
begin
  foreach role_name in array array['app_owner', 'app_rw', 'app_lookup', 'app_maint', 'app_audit'] loop
    if not exists (select from pg_catalog.pg_roles where rolname = role_name) then
      begin
        execute format('create role %I nologin', role_name);
      exception when duplicate_object or unique_violation then
        null; -- another session was faster
      end;
    end if;
    execute format(
      'alter role %I nosuperuser nocreatedb nocreaterole noreplication nobypassrls noinherit', role_name);
  end loop;
end
$$;

-- Rows and bind parameters must not reach the server's log through an error message.
alter role app_rw set log_parameter_max_length_on_error = '0';
alter role app_rw set log_error_verbosity = 'terse';
alter role app_rw set statement_timeout = '5s';
alter role app_rw set lock_timeout = '1s';
alter role app_rw set idle_in_transaction_session_timeout = '10s';

create extension if not exists vector;

create schema if not exists app authorization app_owner;
create schema if not exists app_meta authorization app_owner;
revoke create on schema public from public;

-- Whoever may call set_config can leave its subscription, so only app.enter, owned by app_owner, may.
revoke execute on function pg_catalog.set_config(text, text, boolean) from public;
grant execute on function pg_catalog.set_config(text, text, boolean) to app_owner;
