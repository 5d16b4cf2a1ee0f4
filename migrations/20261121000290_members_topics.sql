-- Topics: the one vocabulary for what people are interested in and what resources are about.

create table public.topics (
  topic text primary key,
  name text not null unique,
  rank integer not null default 100,
  constraint topics_topic_is_a_slug check (topic ~ '^[a-z][a-z0-9-]{1,39}$'),
  constraint topics_name_short check (length(name) between 1 and 60)
);
alter table public.topics enable row level security;

comment on table public.topics is 'What members can be interested in and resources can be about. Edit the rows here to change what the site offers.';
comment on column public.topics.topic is 'The topic in addresses and in other tables: lower case letters, digits and hyphens. Never changes.';
comment on column public.topics.name is 'The topic as people read it.';
comment on column public.topics.rank is 'Lower numbers are shown first; the same number in order of name.';

create trigger topics_audited
  after insert or update or delete on public.topics
  for each row execute function private.audit_edit('members.topic_edited', 'topic', 'topic');

insert into public.topics (topic, name, rank) values
  ('getting-started', 'Getting started', 10),
  ('everyday-tools', 'Everyday tools', 20),
  ('building', 'Building with AI', 30),
  ('agents', 'Agents and automation', 40),
  ('data', 'Data and research', 50),
  ('ethics', 'Ethics and policy', 60),
  ('work', 'Work and careers', 70),
  ('leadership', 'Leadership', 80),
  ('business', 'Starting a business', 90),
  ('creative', 'Writing and art', 100),
  ('education', 'Teaching', 110),
  ('health', 'Health', 120);

create function private.check_topics()
returns trigger
language plpgsql
security definer
set search_path = ''
as $$
declare
  field constant text := tg_argv[0];
  most constant integer := tg_argv[1]::integer;
  given text[];
  strange text;
begin
  select pg_catalog.array_agg(t.topic order by t.place) into given
    from pg_catalog.jsonb_array_elements_text(pg_catalog.to_jsonb(new) -> field) with ordinality as t (topic, place);
  select t.topic into strange from pg_catalog.unnest(given) as t (topic)
   where not exists (select from public.topics k where k.topic = t.topic) limit 1;
  if strange is not null then
    raise exception using errcode = 'PT422', message = pg_catalog.format('There is no topic “%s”', pg_catalog.left(strange, 40)),
      detail = field, hint = 'Choose from the topics that the page offers.';
  end if;
  if pg_catalog.cardinality(given) > most
     or (select count(distinct t.topic) from pg_catalog.unnest(given) as t (topic)) < pg_catalog.cardinality(given) then
    raise exception using errcode = 'PT422', message = pg_catalog.format('Choose up to %s topics, each once', most),
      detail = field, hint = 'Take one away, then save again.';
  end if;
  return new;
end
$$;

comment on function private.check_topics() is
  'Trigger: the topics in a column are known, each once, and not too many. Arguments: the column, how many at most. Raises PT422 at that column.';
