-- Questions an AI agent is tested by, what came of the tests, and how conversations ended, in numbers.

create table app.ai_agent_question (
  subscription_id uuid not null,
  id uuid not null,
  ai_agent_id uuid not null,
  -- Sealed JSON: the question, its language, and what is expected of the answer.
  content text not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  account_id uuid,
  primary key (subscription_id, id),
  foreign key (subscription_id, ai_agent_id) references app.ai_agent (subscription_id, id) on delete cascade
);
create index ai_agent_question_agent on app.ai_agent_question (subscription_id, ai_agent_id);
create trigger sealed before insert or update of content on app.ai_agent_question
  for each row execute function app.require_sealed('content');

create table app.ai_agent_test_run (
  subscription_id uuid not null,
  id uuid not null,
  ai_agent_id uuid not null,
  -- Of the settings.
  version integer not null check (version > 0),
  state text not null check (state in ('running', 'done', 'cancelled', 'failed')),
  -- Questions there were when it began.
  total integer not null,
  -- Counts its jobs: an old one that comes back does nothing.
  step integer not null default 0,
  error_code text,
  started_at timestamptz not null,
  touched_at timestamptz not null,
  finished_at timestamptz,
  account_id uuid,
  primary key (subscription_id, id),
  foreign key (subscription_id, ai_agent_id) references app.ai_agent (subscription_id, id) on delete cascade
);
create index ai_agent_test_run_agent on app.ai_agent_test_run (subscription_id, ai_agent_id, started_at);
create unique index ai_agent_test_run_running on app.ai_agent_test_run (subscription_id, ai_agent_id)
  where state = 'running';

-- Codes, never an answer.
create table app.ai_agent_test_result (
  subscription_id uuid not null,
  run_id uuid not null,
  question_id uuid not null,
  outcome text not null check (outcome in ('passed', 'failed', 'error')),
  reasons text[] not null,
  tested_at timestamptz not null,
  primary key (subscription_id, run_id, question_id),
  foreign key (subscription_id, run_id) references app.ai_agent_test_run (subscription_id, id) on delete cascade,
  foreign key (subscription_id, question_id) references app.ai_agent_question (subscription_id, id) on delete cascade
);

-- Tickets of conversations that began on a day (UTC), counted in Zendesk by their tags.
create table app.ai_agent_outcome (
  subscription_id uuid not null,
  ai_agent_id uuid not null,
  day date not null,
  tickets integer not null,
  handed_off integer not null,
  confirmed integer not null,
  silent integer not null,
  -- Of those not handed off: the same requester came again within seven days.
  came_back integer not null,
  counted_at timestamptz not null,
  primary key (subscription_id, ai_agent_id, day),
  foreign key (subscription_id, ai_agent_id) references app.ai_agent (subscription_id, id) on delete cascade
);

-- What was stopped by hand: of the operators' own subscription, for the whole host; of any other, for itself.
create table app.stop_switch (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  what text not null check (what = 'ai-agents'),
  since timestamptz not null,
  primary key (subscription_id, what)
);

do $$
declare
  table_name text;
begin
  foreach table_name in array
    array['ai_agent_question', 'ai_agent_test_run', 'ai_agent_test_result', 'ai_agent_outcome', 'stop_switch'] loop
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

create policy lookup on app.stop_switch for select to app_lookup using (true);
create policy lookup on app.ai_agent_outcome for select to app_lookup using (true);
grant select (subscription_id, what) on app.stop_switch to app_lookup;
grant select (subscription_id, ai_agent_id, counted_at) on app.ai_agent_outcome to app_lookup;
grant select (published_version) on app.ai_agent to app_lookup;
grant create on schema app to app_lookup;
set local role app_lookup;

-- Who stopped the AI agents of the entered subscription: `host`, `subscription`, or null for nobody.
create function app.ai_agents_stopped() returns text
language sql stable security definer set search_path = ''
as $$
  select case switch.subscription_id when '00000000-0000-7000-8000-000000000001' then 'host' else 'subscription' end
  from app.stop_switch switch
  where switch.what = 'ai-agents'
    and switch.subscription_id in ('00000000-0000-7000-8000-000000000001', app.subscription())
  order by switch.subscription_id <> '00000000-0000-7000-8000-000000000001' limit 1
$$;

-- Subscriptions with a published AI agent whose tickets were not counted for twenty hours.
create function app.ai_agent_outcomes_due(most integer) returns setof uuid
language sql stable security definer set search_path = ''
as $$
  select subscription.id from app.subscription
  join app.zendesk_connection connection on connection.subscription_id = subscription.id
  where connection.status = 'connected' and subscription.status = 'active'
    and (subscription.expires_at is null or subscription.expires_at > app.now())
    and exists (select from app.ai_agent agent
      where agent.subscription_id = subscription.id and agent.published_version is not null
        and not exists (select from app.ai_agent_outcome outcome
          where outcome.subscription_id = agent.subscription_id and outcome.ai_agent_id = agent.id
            and outcome.counted_at > app.now() - interval '20 hours'))
  order by subscription.id limit most
$$;
revoke execute on function app.ai_agents_stopped(), app.ai_agent_outcomes_due(integer) from public;
grant execute on function app.ai_agents_stopped(), app.ai_agent_outcomes_due(integer) to app_rw;

set local role app_owner;
revoke create on schema app from app_lookup;
