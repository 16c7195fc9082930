-- What a subscription masks before a provider reads a prompt, and how much of it a call masked.

create table app.masking_setting (
  subscription_id uuid primary key references app.subscription (id) on delete cascade,
  enabled boolean not null,
  types jsonb not null check (jsonb_typeof(types) = 'array'),
  regions jsonb not null check (jsonb_typeof(regions) = 'array'),
  -- Sealed: a pattern can spell out a customer's or a project's name.
  patterns text not null,
  updated_at timestamptz not null
);
create trigger sealed before insert or update of patterns on app.masking_setting
  for each row execute function app.require_sealed('patterns');

alter table app.masking_setting enable row level security;
alter table app.masking_setting force row level security;
create policy tenant on app.masking_setting for all to app_rw
  using (subscription_id = (select app.subscription())) with check (subscription_id = (select app.subscription()));
grant select, insert, update, delete on app.masking_setting to app_rw;

-- How many values of each kind: numbers by words from a list.
alter table app.receipt
  add column masked jsonb not null default '{}' check (
    jsonb_typeof(masked) = 'object' and not jsonb_path_exists(masked, '$.* ? (@.type() != "number")')
  );
