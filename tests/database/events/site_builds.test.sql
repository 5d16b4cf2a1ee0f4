begin;
set local search_path = public, extensions;
select plan(16);
set constraints all immediate;
create function pg_temp.asked() returns integer language sql as $$ select count(*)::int from net.http_request_queue where url = 'https://host.example/build' $$;
update private.site_builds set wanted_at = null, asked_at = null;

select is(private.ask_for_site_build('2030-01-01 12:00Z'), false, 'Without a hook nobody is asked');
select vault.create_secret('https://host.example/build', 'site_build_hook_url');
select is(private.ask_for_site_build('2030-01-01 12:00Z'), true, 'With one the host is asked the first time');
select is(pg_temp.asked(), 1, 'by a request');
select is(private.ask_for_site_build('2030-01-01 12:05Z'), false, 'and not again while nothing changed');
select is(pg_temp.asked(), 1, 'so there is still one request');

create function pg_temp.changes(statement text) returns boolean language plpgsql as $$
begin
  perform set_config('commons.now', '', true);
  update private.site_builds set wanted_at = null, asked_at = '2030-01-01 12:05Z';
  execute statement;
  update private.site_builds set wanted_at = '2030-01-01 12:06Z' where wanted_at is not null;
  return private.ask_for_site_build('2030-01-01 12:10Z');
end
$$;
select ok(pg_temp.changes($$insert into events (title, starts_at, ends_at, state, visibility) values ('New', now(), now() + interval '1 hour', 'published', 'public')$$), 'A new event has the site built');
select ok(pg_temp.changes($$update events set title = 'Newer' where title = 'New'$$), 'a changed one too');
select ok(not pg_temp.changes($$insert into events (title, starts_at, ends_at, visibility) values ('Draft', now(), now() + interval '1 hour', 'public')$$), 'A draft has not');
select ok(not pg_temp.changes($$insert into events (title, starts_at, ends_at, state) values ('Ours', now(), now() + interval '1 hour', 'published')$$), 'nor what is for members');
select ok(pg_temp.changes($$update events set visibility = 'member' where title = 'Newer'$$), 'until it was public');
update events set visibility = 'public' where title = 'Newer';
select ok(pg_temp.changes($$delete from events where title = 'Newer'$$), 'and a deleted one');
select ok(pg_temp.changes($$update tiers set description = description || '.' where tier = 'annual'$$), 'A tier has the site built');
select ok(pg_temp.changes($$insert into stripe_prices (price_id, purpose, currency, unit_amount, recurring_interval) values ('price_new', 'donation', 'usd', 100, 'month')$$), 'and a price');
select is(private.ask_for_site_build('2030-01-01 23:59Z'), false, 'On a quiet day nothing is asked');
select is(private.ask_for_site_build('2030-01-02 00:04Z'), true, 'but each night it is, because events that are over leave the page');
select is(private.ask_for_site_build('2030-01-02 00:09Z'), false, 'once');

select * from finish();
rollback;
