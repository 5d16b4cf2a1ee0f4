begin;
-- include: ../cast.sql
-- include: guest_cast.sql
set local search_path = public, extensions;
select plan(32);
create function pg_temp.asks(title text, who text, minutes integer, status text default 'pending_approval') returns text language sql as $$
  select pg_temp.hears(title, pg_temp.said(who, status, pg_catalog.jsonb_build_object('registered_at', pg_catalog.now() - interval '1 day' + minutes * interval '1 minute')))
$$;
create function pg_temp.seated(title text) returns text language sql as $$
  select coalesce(string_agg(g.name, ' ' order by g.name), '') from private.event_guests g join private.luma_events l on l.event_id = g.event_id
   where l.luma_id = 'evt-' || title and g.status = 'approved'
$$;

-- A full event: who is welcome stands in line.
select pg_temp.gathering('Small', capacity => 1);
select is(pg_temp.asks('Small', 'ada', 1), 'approved', 'The first gets the seat');
select is(private.event_seats((pg_temp.guest('Small', 'ada')).event_id), 0, 'and it is the last');
select is(pg_temp.asks('Small', 'bea', 3), 'waitlist', 'The next stands in line');
select is(pg_temp.stands('Small', 'bea'), 'waitlist full (owed)', 'because it is full');
select is(pg_temp.asks('Small', 'dot', 2), 'waitlist', 'and so does one who registered earlier and was heard of later');
select is(pg_temp.asks('Small', 'cyn', 0), 'declined', 'Who is not welcome does not stand in line');
select is(pg_temp.asks('Small', 'bea', 3), 'stands', 'Hearing of her again moves nobody');
select is(pg_temp.seated('Small'), 'Ada', 'Nobody beyond the seats is in');
-- What Luma is owed is told, so that seats are those at Luma.
select pg_temp.luma_took('Small', who) from unnest(array['ada', 'bea', 'dot', 'cyn']) who;
select is((select string_agg(e.template, ' ' order by e.template) from private.emails e where e.template ~ '^guest_'),
  'guest_approved guest_declined guest_waitlisted guest_waitlisted', 'Each hears once what was decided');

-- A seat is freed: at Luma she withdraws.
select is(pg_temp.hears('Small', pg_temp.said('ada', 'declined'), 'read', clock_timestamp() + interval '1 second'), 'stands', 'Who withdraws stays withdrawn');
select is(pg_temp.stands('Small', 'ada'), 'declined at_luma (recorded)', 'by her own word');
select is(pg_temp.seated('Small'), 'Dot', 'and the one who registered first gets her seat');
select is(pg_temp.stands('Small', 'dot'), 'approved seat_freed (owed)', 'which is said so');
select is(pg_temp.stands('Small', 'bea'), 'waitlist full (told)', 'The other goes on waiting');
select is((select d.correlation_id from private.guest_decisions d where d.guest_id = (pg_temp.guest('Small', 'dot')).id order by d.id desc limit 1), null,
  'Whoever freed the seat is no business of hers');

-- Who is no longer welcome loses her place in line, not her seat.
update public.subscriptions set status = 'canceled', canceled_at = now(), ended_at = now() - interval '2 days', current_period_end = now() - interval '2 days'
 where subscription_id = 'sub_bea';
select private.recompute_subscription('sub_bea', 'test', null, now());
update public.events set capacity = 2 where title = 'Small';
select is(pg_temp.seated('Small'), 'Dot', 'A new seat is not for who has left the community meanwhile');
select is(pg_temp.asks('Small', 'bea', 3, 'waitlist'), 'declined', 'She meets the policy when she is looked at again');
select is(pg_temp.asks('Small', 'lea', 9), 'approved', 'and the seat is there for the next member');

-- Declined by a host, she holds her seat until Luma knows it.
select pg_temp.gathering('Two', capacity => 1);
select pg_temp.asks('Two', 'ada', 1), pg_temp.luma_took('Two', 'ada'), pg_temp.asks('Two', 'dot', 2);
select private.write_decision(pg_temp.guest('Two', 'ada'), ('declined', 'by_host', null), 'host', now());
select is(pg_temp.seated('Two'), '', 'While Luma has still to hear that she is out');
select pg_temp.luma_took('Two', 'ada');
select is(pg_temp.seated('Two'), 'Dot', 'the seat is given on when Luma knows');

-- Luma's own line, and more seats.
select pg_temp.gathering('Line', capacity => 1);
select pg_temp.asks('Line', 'ada', 1), pg_temp.asks('Line', 'stranger', 2, 'waitlist'), pg_temp.asks('Line', 'lea', 3, 'waitlist');
select is(pg_temp.stands('Line', 'stranger') || ', ' || pg_temp.stands('Line', 'lea'), 'declined not_entitled (owed), waitlist full (recorded)',
  'Whom Luma put in line by itself stays there if she is welcome, and meets the policy if not');
select is(pg_temp.seated('Line'), 'Ada', 'While it is full');
update public.events set capacity = 3 where title = 'Line';
select is(pg_temp.seated('Line'), 'Ada Lea', 'More seats let in who stands in Luma''s line and is welcome, and nobody else');
update public.events set capacity = null where title = 'Line';
select is(private.event_seats((pg_temp.guest('Line', 'ada')).event_id), null, 'Without a number there is no limit');

-- Promotion stops at the start.
select pg_temp.gathering('Soon', capacity => 1, starts => '10 minutes');
select pg_temp.asks('Soon', 'ada', 1), pg_temp.asks('Soon', 'dot', 2);
select is(private.promote_guests((pg_temp.guest('Soon', 'ada')).event_id, now()), 0, 'Nobody is let in while every seat is taken');
update public.events set starts_at = now() where title = 'Soon';
update private.event_guests set status = 'declined', luma_status = 'declined', decided_by = 'luma' where id = (pg_temp.guest('Soon', 'ada')).id;
select is(pg_temp.seated('Soon'), '', 'Once it has begun a freed seat stays empty');
update public.events set starts_at = now() + interval '1 minute' where title = 'Soon';
select is(private.promote_guests((pg_temp.guest('Soon', 'dot')).event_id, now()), 1, 'Until a minute before it is given on');
select is(pg_temp.seated('Soon'), 'Dot', 'to who waits');

-- Luma let in more than there are seats: nobody is thrown out, and nobody else comes in.
select pg_temp.gathering('Over', capacity => 1);
select pg_temp.asks('Over', 'stranger', 1, 'approved'), pg_temp.asks('Over', 'visitor', 2, 'approved'), pg_temp.asks('Over', 'ada', 3);
select is(pg_temp.seated('Over'), 'Stranger Visitor', 'Whom Luma let in stays');
select is(private.event_seats((pg_temp.guest('Over', 'ada')).event_id), 0, 'Fewer than no seats are none');
select pg_temp.hears('Over', pg_temp.said('stranger', 'declined'), 'read', clock_timestamp() + interval '1 second');
select is(pg_temp.seated('Over'), 'Visitor', 'One who goes frees no seat while there are still too many');

-- Erasure gives the seat on.
select pg_temp.gathering('Last', capacity => 1);
select pg_temp.asks('Last', 'ada', 1), pg_temp.luma_took('Last', 'ada'), pg_temp.asks('Last', 'dot', 2);
delete from private.event_guests where id = (pg_temp.guest('Last', 'ada')).id;
select is(pg_temp.seated('Last'), 'Dot', 'A guest who is gone leaves her seat to the next');

select * from finish();
rollback;
