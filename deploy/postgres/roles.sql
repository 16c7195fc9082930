-- Run once per database before the first migration; running it again changes nothing.
-- As a superuser it does everything. As the owner of the database with CREATEROLE, which is what managed services give, it
-- does all but three things, and says of each, as a warning, what is missing: docs/guides/postgres-roles.md explains them.
-- Roles belong to the whole cluster. app_rw and app_backup log in; their passwords are set apart from this file.

do $$
declare
  role_name text;
  wanted constant text := 'nosuperuser nocreatedb nocreaterole noreplication nobypassrls noinherit';
begin
  foreach role_name in array array['app_owner', 'app_rw', 'app_lookup', 'app_maint', 'app_audit', 'app_backup'] loop
    if not exists (select from pg_catalog.pg_roles where rolname = role_name) then
      begin
        execute format('create role %I nologin', role_name);
      exception when duplicate_object or unique_violation then
        null; -- another session was faster
      end;
    end if;
    -- Even to take an attribute away that nobody has, PostgreSQL asks for a superuser.
    if exists (select from pg_catalog.pg_roles where rolname = role_name
      and (rolsuper or rolcreatedb or rolcreaterole or rolreplication or (rolbypassrls and rolname <> 'app_backup'))) then
      execute format('alter role %I %s', role_name, wanted);
    end if;
    execute format('alter role %I noinherit', role_name);
    -- Without this, only a superuser could hand the schemas to their owner.
    if not pg_catalog.pg_has_role(current_user, role_name, 'member') then
      execute format('grant %I to %I', role_name, current_user);
    end if;
  end loop;
end
$$;

alter role app_rw set statement_timeout = '5s';
alter role app_rw set lock_timeout = '1s';
alter role app_rw set idle_in_transaction_session_timeout = '10s';
-- Copies may take long, and change nothing.
alter role app_backup set default_transaction_read_only = 'on';

do $$
begin
  begin
    -- Rows and bind parameters must not reach the server's log through an error message.
    alter role app_rw set log_parameter_max_length_on_error = '0';
    alter role app_rw set log_error_verbosity = 'terse';
  exception when insufficient_privilege then
    raise warning 'InDesk: set log_parameter_max_length_on_error = 0 and log_error_verbosity = terse for the whole server';
  end;
  begin
    -- pg_dump refuses to leave rows out, so the login that backs up must see all of them.
    if not (select rolbypassrls from pg_catalog.pg_roles where rolname = 'app_backup') then
      alter role app_backup bypassrls;
    end if;
  exception when insufficient_privilege then
    raise warning 'InDesk: app_backup cannot be given BYPASSRLS here; back up by the snapshots of your service';
  end;
end
$$;

create extension if not exists vector;

create schema if not exists app authorization app_owner;
create schema if not exists app_meta authorization app_owner;
revoke create on schema public from public;

-- Everything the program keeps, there now or made later, may be read by the backup and by nothing else of its kind.
grant usage on schema app, app_meta to app_backup;
grant select on all tables in schema app, app_meta to app_backup;
grant select on all sequences in schema app, app_meta to app_backup;
alter default privileges for role app_owner grant select on tables to app_backup;
alter default privileges for role app_owner grant select on sequences to app_backup;

-- A second wall: the subscription cannot be changed through a setting anyway (migrations/0001_foundation.sql). The embedded
-- database needs it, because there a setting could make the session a superuser's again.
revoke execute on function pg_catalog.set_config(text, text, boolean) from public;
-- pg_dump begins with it.
grant execute on function pg_catalog.set_config(text, text, boolean) to app_owner, app_backup;
do $$
begin
  if pg_catalog.has_function_privilege('app_rw', 'pg_catalog.set_config(text,text,boolean)', 'execute') then
    raise warning 'InDesk: only a superuser can take set_config from everybody; the program runs without that';
  end if;
end
$$;
