-- AI agents that answer visitors of a company's site: who they are, every version of their settings, and what they did, in numbers.

create table app.ai_agent (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id uuid not null,
  name text not null,
  -- A draft was never published; `off` is the switch that stops one.
  status text not null check (status in ('draft', 'active', 'off')),
  -- Which version answers; null: none yet.
  published_version integer check (published_version > 0),
  -- Stands in the snippet on the company's site: a name, no secret.
  widget_key text not null check (widget_key ~ '^[A-Za-z0-9_-]{22}$'),
  -- Sealed; checks the tokens by which the company says who a visitor is. Null: visitors are anonymous.
  identity_secret text,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (subscription_id, id),
  check (status <> 'active' or published_version is not null)
);
-- A visitor brings the key before the tenant is known.
create unique index ai_agent_widget_key on app.ai_agent (widget_key);
create trigger sealed before insert or update of identity_secret on app.ai_agent
  for each row execute function app.require_sealed('identity_secret');

create table app.ai_agent_version (
  subscription_id uuid not null,
  ai_agent_id uuid not null,
  version integer not null check (version > 0),
  -- Sealed JSON.
  settings text not null,
  created_at timestamptz not null,
  account_id uuid,
  primary key (subscription_id, ai_agent_id, version),
  foreign key (subscription_id, ai_agent_id) references app.ai_agent (subscription_id, id) on delete cascade
);
create trigger sealed before insert or update of settings on app.ai_agent_version
  for each row execute function app.require_sealed('settings');

-- What an agent did on a day (UTC): numbers only. Running turns hold what they may use, so that a daily budget cannot be
-- passed by many at once; what a killed process held counts as used until the day ends.
create table app.ai_agent_day (
  subscription_id uuid not null,
  ai_agent_id uuid not null,
  day date not null,
  conversations bigint not null default 0,
  turns bigint not null default 0,
  -- Turns in which it said that it does not know, and in which it offered or called a person.
  unanswered bigint not null default 0,
  hand_offs bigint not null default 0,
  verdicts_up bigint not null default 0,
  verdicts_down bigint not null default 0,
  input_tokens bigint not null default 0,
  output_tokens bigint not null default 0,
  cost_nano_usd bigint not null default 0,
  -- Turns whose cost nobody knows; they are not in the sum.
  unpriced_turns bigint not null default 0,
  held_tokens bigint not null default 0,
  held_nano_usd bigint not null default 0,
  primary key (subscription_id, ai_agent_id, day),
  foreign key (subscription_id, ai_agent_id) references app.ai_agent (subscription_id, id) on delete cascade
);

do $$
declare
  table_name text;
begin
  foreach table_name in array array['ai_agent', 'ai_agent_version', 'ai_agent_day'] loop
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

-- Whose agent a widget names.
create policy lookup on app.ai_agent for select to app_lookup using (true);
grant select (subscription_id, id, widget_key) on app.ai_agent to app_lookup;
grant create on schema app to app_lookup;
set local role app_lookup;

create function app.ai_agent_by_widget_key(wanted text) returns table (subscription_id uuid, ai_agent_id uuid)
language sql stable security definer set search_path = ''
as $$
  select agent.subscription_id, agent.id from app.ai_agent agent where agent.widget_key = wanted
$$;
revoke execute on function app.ai_agent_by_widget_key(text) from public;
grant execute on function app.ai_agent_by_widget_key(text) to app_rw;

set local role app_owner;
revoke create on schema app from app_lookup;
