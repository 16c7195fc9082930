-- Knowledge: what AI agents and the copilot answer from. Uploaded files and typed snippets: sealed text and vector. Confluence,
-- Help Center and the web: vector, locator, range and hash; their text is fetched when answering.

create table app.knowledge_source (
  subscription_id uuid not null references app.subscription (id) on delete cascade,
  id uuid not null,
  -- Null: of the copilot alone.
  ai_agent_id uuid,
  in_copilot boolean not null,
  -- Not for customers' eyes: what is cited from it is marked.
  internal boolean not null,
  kind text not null check (kind in ('files', 'snippets', 'confluence', 'help-center', 'web')),
  -- Sealed JSON: its name, and which spaces, languages or addresses are read.
  settings text not null,
  -- Goes up with everything that changes what can be found in it.
  version bigint not null default 1,
  -- The model whose vectors every chunk has; null: some have none, or of another.
  embedding_model text,
  created_at timestamptz not null,
  -- From here on: how far reading it has come; for what is read from elsewhere.
  reading text check (reading in ('running', 'done', 'failed', 'cancelled')),
  reading_kind text check (reading_kind in ('full', 'changes')),
  -- The model it made vectors with; null: none.
  reading_model text,
  -- Counts the readings: what a whole one did not meet is gone.
  run integer not null default 0,
  -- Counts the jobs of all readings: an old one that comes back does nothing.
  step integer not null default 0,
  -- Where it goes on; null: from its start.
  cursor text,
  started_at timestamptz,
  touched_at timestamptz,
  finished_at timestamptz,
  full_at timestamptz,
  -- Since when changes count, and the same for the next reading: ISO 8601.
  watermark text,
  next_watermark text,
  read integer not null default 0,
  changed integer not null default 0,
  -- Documents that could not be read, and addresses that were passed over.
  failed integer not null default 0,
  skipped integer not null default 0,
  error_code text,
  primary key (subscription_id, id),
  foreign key (subscription_id, ai_agent_id) references app.ai_agent (subscription_id, id) on delete cascade,
  check (ai_agent_id is not null or in_copilot),
  -- A visitor reads what an agent says.
  check (ai_agent_id is null or not internal)
);
create index knowledge_source_agent on app.knowledge_source (subscription_id, ai_agent_id);
create trigger sealed before insert or update of settings on app.knowledge_source
  for each row execute function app.require_sealed('settings');

create table app.knowledge_document (
  subscription_id uuid not null,
  id uuid not null,
  source_id uuid not null,
  -- Of what is read from elsewhere: its id there and its address, no title. Of a file: the keyed hash of its name.
  external_id text,
  url text,
  -- As the site names it.
  document_version text,
  -- Sealed. Files and snippets only: name or title, and a snippet as it was typed.
  title text,
  typed text,
  -- Keyed hash of title and text.
  hash text check (length(hash) = 64),
  -- Whose chunks are found; null: nothing is, yet.
  generation integer,
  last_generation integer not null default 0,
  -- Chunks of the generation that is found, and of the one being written.
  chunks integer not null default 0,
  reserved integer not null default 0,
  characters integer not null default 0,
  -- The model whose vectors all of these chunks have.
  embedding_model text,
  -- Chunks of other generations may be there; when it is old, they go.
  writing_since timestamptz,
  -- The last reading that met it.
  seen_run integer not null default 0,
  -- Anybody may read it at its address.
  is_public boolean not null,
  -- Who gave it; null: a job.
  account_id uuid,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  primary key (subscription_id, id),
  unique (subscription_id, source_id, external_id),
  foreign key (subscription_id, source_id) references app.knowledge_source (subscription_id, id) on delete cascade
);
create index knowledge_document_writing on app.knowledge_document (writing_since) where writing_since is not null;
create trigger sealed before insert or update of title, typed on app.knowledge_document
  for each row execute function app.require_sealed('title', 'typed');

-- The place of an uploaded file: there are five for an agent, and five for the copilot alone.
create table app.knowledge_file (
  subscription_id uuid not null,
  -- Of its document.
  id uuid not null,
  ai_agent_id uuid,
  place smallint not null check (place between 1 and 5),
  -- Format, bytes, pages, characters: no name, no text.
  metadata jsonb not null check (jsonb_typeof(metadata) = 'object'),
  primary key (subscription_id, id),
  unique nulls not distinct (subscription_id, ai_agent_id, place),
  foreign key (subscription_id, id) references app.knowledge_document (subscription_id, id) on delete cascade,
  foreign key (subscription_id, ai_agent_id) references app.ai_agent (subscription_id, id) on delete cascade
);

create table app.knowledge_chunk (
  subscription_id uuid not null,
  id uuid not null,
  source_id uuid not null,
  document_id uuid not null,
  generation integer not null,
  ordinal integer not null,
  page integer,
  -- UTF-16 offsets in the document's text.
  range_start integer not null,
  range_end integer not null check (range_end >= range_start),
  -- Keyed hash of "title > headings" and text.
  hash text not null check (length(hash) = 64),
  -- Sealed JSON: headings, "title > headings" and text; null for what is read from elsewhere.
  content text,
  -- Of length 1.
  embedding halfvec(768),
  embedding_model text,
  primary key (subscription_id, id),
  unique (subscription_id, document_id, generation, ordinal),
  foreign key (subscription_id, source_id) references app.knowledge_source (subscription_id, id) on delete cascade,
  foreign key (subscription_id, document_id) references app.knowledge_document (subscription_id, id) on delete cascade,
  check ((embedding is null) = (embedding_model is null))
);
create index knowledge_chunk_source on app.knowledge_chunk (subscription_id, source_id);
-- A vector that is compared stands in its row; sealed text does not get smaller and stands elsewhere.
alter table app.knowledge_chunk alter column embedding set storage plain, alter column content set storage external;
create trigger sealed before insert or update of content on app.knowledge_chunk
  for each row execute function app.require_sealed('content');

do $$
declare
  table_name text;
begin
  foreach table_name in array array['knowledge_source', 'knowledge_document', 'knowledge_file', 'knowledge_chunk'] loop
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

-- What is due over all subscriptions: sources never read, read four hours ago, or whose reading stopped a quarter of an hour
-- or failed an hour ago; chunks without a vector of the model there is; and what half-done writing left behind.
create policy lookup on app.knowledge_source for select to app_lookup using (true);
create policy lookup on app.knowledge_document for select to app_lookup using (true);
grant select (subscription_id, id, kind, reading, reading_model, touched_at, embedding_model)
  on app.knowledge_source to app_lookup;
grant select (subscription_id, id, source_id, generation, chunks, writing_since) on app.knowledge_document to app_lookup;
grant create on schema app to app_lookup;
set local role app_lookup;

create function app.knowledge_readings_due(most integer) returns table (subscription_id uuid, source_id uuid)
language sql stable security definer set search_path = ''
as $$
  select source.subscription_id, source.id from app.knowledge_source source
  join app.subscription on subscription.id = source.subscription_id
  where source.kind in ('confluence', 'help-center', 'web') and subscription.status = 'active'
    and (subscription.expires_at is null or subscription.expires_at > app.now())
    and case source.reading
      when 'running' then source.touched_at < app.now() - interval '15 minutes'
      when 'failed' then source.touched_at < app.now() - interval '1 hour'
      else coalesce(source.touched_at < app.now() - interval '4 hours', true) end
  order by source.touched_at nulls first, source.id limit most
$$;

create function app.knowledge_embeddings_due(model text, most integer)
returns table (subscription_id uuid, source_id uuid, is_stored boolean)
language sql stable security definer set search_path = ''
as $$
  select source.subscription_id, source.id, source.kind in ('files', 'snippets') from app.knowledge_source source
  join app.subscription on subscription.id = source.subscription_id
  where source.embedding_model is distinct from model and subscription.status = 'active'
    and (subscription.expires_at is null or subscription.expires_at > app.now())
    -- Text that is not stored is read again for them, once a model.
    and (source.kind in ('files', 'snippets') or source.reading = 'done' and source.reading_model is distinct from model)
    and exists (select from app.knowledge_document document
      where document.subscription_id = source.subscription_id and document.source_id = source.id and document.chunks > 0)
  order by source.id limit most
$$;

create function app.knowledge_remains(most integer) returns table (subscription_id uuid, document_id uuid)
language sql stable security definer set search_path = ''
as $$
  select document.subscription_id, document.id from app.knowledge_document document
  join app.subscription on subscription.id = document.subscription_id
  where document.writing_since < app.now() - interval '10 minutes' and subscription.held_since is null
  order by document.writing_since limit most
$$;

revoke execute on function app.knowledge_readings_due(integer), app.knowledge_embeddings_due(text, integer),
  app.knowledge_remains(integer) from public;
grant execute on function app.knowledge_readings_due(integer), app.knowledge_embeddings_due(text, integer),
  app.knowledge_remains(integer) to app_rw;

set local role app_owner;
revoke create on schema app from app_lookup;
