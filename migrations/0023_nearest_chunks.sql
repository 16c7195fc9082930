-- The nearest vectors of some sources. A function keeps its plan for the whole session, behind a pooler too: making one for
-- each question took longer than comparing a thousand vectors.

create function app.nearest_chunks(source_ids uuid[], model text, question public.halfvec, hidden uuid[], most integer)
returns table (id uuid, source_id uuid, external_id text, hash text, far double precision, is_found boolean)
language plpgsql stable parallel safe set search_path = ''
-- One plan for all tenants, which begins at the rows of theirs: how many these are is not known before.
set plan_cache_mode = force_generic_plan set enable_seqscan = off set jit = off
as $$
begin
  return query
    with near as materialized (
      select chunk.id,
        -- The sum keeps any index over vectors out: it would leave rows of others in the place of ours.
        (chunk.embedding operator(public.<#>) question) + 0 as far
      from app.knowledge_chunk chunk
      where chunk.source_id = any (source_ids)
      order by far, chunk.id limit most
    )
    select near.id, chunk.source_id, document.external_id, chunk.hash, near.far,
      -- Asked of these few alone. Where it holds for all of them they are the nearest of those it holds for.
      coalesce(chunk.embedding_model = model and document.generation = chunk.generation
        and (document.is_public or chunk.source_id <> all (hidden)), false)
    from near
    join app.knowledge_chunk chunk on chunk.id = near.id
    left join app.knowledge_document document on document.id = chunk.document_id
    order by near.far, near.id;
end
$$;
comment on function app.nearest_chunks(uuid[], text, public.halfvec, uuid[], integer) is
  'Nearest chunks of sources, with the rights of who asks; is_found is false for one that must not be shown.';
revoke execute on function app.nearest_chunks(uuid[], text, public.halfvec, uuid[], integer) from public;
grant execute on function app.nearest_chunks(uuid[], text, public.halfvec, uuid[], integer) to app_rw;
