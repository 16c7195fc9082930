-- Ids of spaces and pages mean something at one site only: a source remembers whose they are.
alter table app.knowledge_source add column site_url text;
