-- For measuring only: chunks past their policy, for the session that is measured, so that both queries run in one session.
create policy bench on app.knowledge_chunk for select to app_lookup using (true);
grant select on app.knowledge_chunk to app_lookup;
grant usage, create on schema app_meta to app_lookup;
set local role app_lookup;
create view app_meta.bare_chunk as select * from app.knowledge_chunk;
grant select on app_meta.bare_chunk to app_rw;
set local role app_owner;
revoke create on schema app_meta from app_lookup;
grant usage on schema app_meta to app_rw;
