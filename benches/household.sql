-- A large household around the keeper who is there: 40 tanks in all, 2,000 animals, 400 tasks, 8,000 things done, and
-- in each of the other tanks 30 rounds of readings. The benchmark measures pages of it, and a test counts their
-- statements. `household.now` is the present instant; it is set by whoever runs this.

create temp view present as select current_setting('household.now')::timestamptz as now;

insert into tanks (id, form_id, name, profile_key, timezone, volume, volume_unit, created_at, created_by)
select gen_random_uuid(), gen_random_uuid(), 'Rack ' || lpad(n::text, 2, '0'),
       (array['reef_sw', 'planted_fw', 'coldwater_fw'])[1 + n % 3],
       (array['Europe/Berlin', 'America/New_York', 'Pacific/Auckland'])[1 + n % 3],
       60 + n, 'L', now - n * interval '1 hour' - interval '400 days', (select id from keepers)
from generate_series(1, 40 - (select count(*) from tanks)::int) n, present;

insert into tank_parameters (tank_id, parameter_id, position)
select t.id, r.parameter_id, p.position
from tanks t join profile_ranges r on r.profile_key = t.profile_key join parameters p on p.id = r.parameter_id
on conflict do nothing;

with rounds as (
    insert into reading_sessions (id, tank_id, taken_at, recorded_by, created_at)
    select gen_random_uuid(), t.id, now - n * interval '25 hours' - interval '10 minutes', (select id from keepers), now
    from tanks t, generate_series(1, 30) n, present
    where t.name like 'Rack %'
    returning id, tank_id, taken_at)
insert into readings (id, session_id, tank_id, parameter_id, taken_at, value, entered_value, entered_unit, recorded_by,
                      created_at)
select gen_random_uuid(), s.id, s.tank_id, tp.parameter_id, s.taken_at, v.value, v.value, p.canonical_unit,
       (select id from keepers), s.taken_at
from rounds s
join tank_parameters tp on tp.tank_id = s.tank_id
join parameters p on p.id = tp.parameter_id
join tanks t on t.id = s.tank_id
join profile_ranges r on r.profile_key = t.profile_key and r.parameter_id = tp.parameter_id,
lateral (select round(coalesce(r.ok_low, 0) + (coalesce(r.ok_high, r.ok_low) - coalesce(r.ok_low, 0)) * 0.6, 3) as value) v;

insert into reading_days (tank_id, parameter_id, day, readings, min_value, min_at, max_value, max_at, last_value, last_at,
                          any_below)
select tank_id, parameter_id, (taken_at at time zone 'UTC')::date, count(*),
       min(value), (array_agg(taken_at order by value, taken_at))[1],
       max(value), (array_agg(taken_at order by value desc, taken_at))[1],
       (array_agg(value order by taken_at desc))[1], max(taken_at), bool_or(below)
from readings group by 1, 2, 3
on conflict do nothing;

create temp table homes as
select id, row_number() over (order by created_at, id) - 1 as number from tanks where decommissioned_on is null;

insert into animals (id, form_id, species, scientific_name, tank_id, quantity, acquired_at, created_at, created_by)
select gen_random_uuid(), gen_random_uuid(), 'Fish ' || lpad(n::text, 4, '0'), 'Piscis numerosus', h.id, 1 + n % 12,
       now - n * interval '5 hours', now, (select id from keepers)
from generate_series(1, 2000 - (select count(*) from animals)::int) n join homes h on h.number = n % 40, present;

insert into animal_events (id, animal_id, kind, tank_id, to_tank_id, quantity, occurred_at, recorded_by, created_at)
select gen_random_uuid(), a.id, 'acquired', a.tank_id, a.tank_id, a.quantity, a.acquired_at, a.created_by, a.created_at
from animals a where a.species like 'Fish %';
insert into animal_events (id, animal_id, kind, tank_id, note, occurred_at, recorded_by, created_at)
select gen_random_uuid(), a.id, 'note', a.tank_id, 'Eats from the hand.', a.acquired_at + n * interval '1 hour',
       a.created_by, a.created_at
from animals a, generate_series(1, 2) n where a.species like 'Fish %';

insert into care_entries (id, tank_id, kind, done_at, subject, amount, unit, recorded_by, created_at, updated_at)
select gen_random_uuid(), h.id, case when n % 2 = 0 then 'water_change' else 'dose' end, now - n * interval '45 hours',
       case when n % 2 = 1 then 'Iron' end, 10, case when n % 2 = 0 then 'percent' else 'mL' end,
       (select id from keepers), now, now
from homes h, generate_series(1, 200) n, present;

insert into tasks (id, tank_id, title, recurrence, every, due_time, starts_on, next_due_on, next_due_at, created_by,
                   created_at, updated_at)
select gen_random_uuid(), h.id, 'Duty ' || n, 'days', 7, '18:00', now::date - 30, now::date + (n - 3),
       (now::date + (n - 3) + time '18:00') at time zone 'UTC', (select id from keepers), now, now
from homes h, generate_series(1, 10) n, present;

insert into photos (id, form_id, place, tank_id, animal_id, width, height, thumb_width, thumb_height, created_at, created_by)
select gen_random_uuid(), gen_random_uuid(), 0, h.id, null, 1600, 1200, 400, 300, now, (select id from keepers)
from homes h, generate_series(1, 5) n, present
union all
select gen_random_uuid(), gen_random_uuid(), 0, null, a.id, 1600, 1200, 400, 300, now, (select id from keepers)
from animals a, present where a.species like 'Fish %0';

drop table homes;
drop view present;
