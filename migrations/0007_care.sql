-- Care of a tank, recurring duties, and the calendar that shows them.

-- What belongs to each kind of care. One rule for what was done (care_entries) and for what a task does (tasks).
create function care_is_sound(kind text, subject text, amount numeric, unit text, portion text) returns boolean
language sql immutable parallel safe as $$
    select (case kind
        when 'water_change' then
            subject is null and portion is null and amount > 0
            and (unit in ('L', 'us_gal', 'uk_gal') or unit = 'percent' and amount <= 100)
        when 'dose' then
            subject is not null and portion is null and amount > 0
            and unit in ('mL', 'drop', 'g', 'mg', 'tsp', 'tbsp', 'fl_oz', 'cap', 'pump', 'tablet')
        when 'feeding' then amount is null and unit is null
        when 'cleaning' then amount is null and unit is null and portion is null
        when 'filter' then amount is null and unit is null and portion is null
        when 'equipment' then subject is not null and amount is null and unit is null and portion is null
        when 'note' then subject is null and amount is null and unit is null and portion is null
        else false
    end) is true
$$;

-- What was done for a tank. The id is made by the form, so a double submit is the same entry.
create table care_entries (
    id          uuid primary key,
    tank_id     uuid not null references tanks on delete cascade,
    kind        text not null,
    done_at     timestamptz not null,
    subject     text check (char_length(subject) between 1 and 64),   -- the product, the food, the thing
    amount      numeric(12, 3),                                       -- as entered
    unit        text,
    portion     text check (char_length(portion) between 1 and 64),   -- how much was fed, in words
    note        text check (char_length(note) between 1 and 512),
    recorded_by uuid references keepers on delete set null,
    created_at  timestamptz not null,
    updated_at  timestamptz not null,
    deleted_at  timestamptz,                                          -- kept, so that it can be undone
    check (care_is_sound(kind, subject, amount, unit, portion)),
    check (kind <> 'note' or note is not null),
    check (updated_at >= created_at)
);
create index care_entries_of_tank on care_entries (tank_id, done_at desc, id desc) where deleted_at is null;

-- Every change of an entry after it was made.
create table care_revisions (
    id         uuid primary key,
    care_id    uuid not null references care_entries on delete cascade,
    position   bigint generated always as identity,
    change     text not null check (change in ('edited', 'deleted', 'restored')),
    before     jsonb not null,
    after      jsonb not null,
    changed_by uuid references keepers on delete set null,
    changed_at timestamptz not null
);
create index care_revisions_in_order on care_revisions (care_id, position desc);

-- Products, foods and things the household has used: suggested while one types.
create table care_subjects (
    kind         text not null check (kind in ('dose', 'feeding', 'cleaning', 'filter', 'equipment')),
    subject      text not null check (char_length(subject) between 1 and 64),
    last_used_at timestamptz not null,
    primary key (kind, subject)
);
create index care_subjects_by_use on care_subjects (kind, last_used_at desc);

-- A recurring duty of a tank, or of the household when there is no tank.
create table tasks (
    id            uuid primary key,                                   -- made by the form
    tank_id       uuid references tanks on delete cascade,
    title         text not null check (char_length(title) between 1 and 128),
    notes         text check (char_length(notes) between 1 and 2000),
    recurrence    text not null check (recurrence in ('days', 'weeks', 'weekdays', 'month_day', 'after')),
    every         smallint,                                           -- days, weeks, or days after the last one
    weekdays      smallint,                                           -- a bit a day, Monday is 1
    month_day     smallint,                                           -- the last day where a month is shorter
    due_time      time not null,                                      -- in the tank's or the household's zone
    starts_on     date not null check (starts_on between '1990-01-01' and '2199-12-31'),
    care_kind     text check (care_kind <> 'note'),                   -- what is logged when it is done
    care_subject  text check (char_length(care_subject) between 1 and 64),
    care_amount   numeric(12, 3),
    care_unit     text,
    care_portion  text check (char_length(care_portion) between 1 and 64),
    turn          integer not null default 0 check (turn >= 0),       -- counts what was done with it: a stale page does nothing
    next_due_on   date not null,                                      -- the occurrence it is at
    snoozed_until timestamptz,
    next_due_at   timestamptz not null,                               -- its instant, or the end of the snooze
    paused_at     timestamptz,
    archived_at   timestamptz,
    created_by    uuid references keepers on delete set null,
    created_at    timestamptz not null,
    updated_at    timestamptz not null,
    check ((case recurrence
        when 'weekdays' then weekdays between 1 and 127 and every is null and month_day is null
        when 'month_day' then month_day between 1 and 31 and every is null and weekdays is null
        else every between 1 and 366 and weekdays is null and month_day is null
    end) is true),
    check (case when care_kind is null
        then care_subject is null and care_amount is null and care_unit is null and care_portion is null
        else tank_id is not null and care_is_sound(care_kind, care_subject, care_amount, care_unit, care_portion)
    end),
    check (snoozed_until is null or next_due_at = snoozed_until)
);
create index tasks_of_tank on tasks (tank_id) where archived_at is null;
-- A scheduler finds here what is due. Tasks of a tank that was taken down stay, and are due never: join tanks.
create index tasks_due on tasks (next_due_at) where paused_at is null and archived_at is null;

-- What was done with a task. The id is made by the form, so a double tap is one row.
create table task_events (
    id                   uuid primary key,
    task_id              uuid not null references tasks on delete cascade,
    turn                 integer not null,
    kind                 text not null check (kind in ('done', 'skipped', 'snoozed')),
    due_on               date not null,                               -- the occurrence it was about
    at                   timestamptz not null,                        -- when it was done
    until                timestamptz check ((until is not null) = (kind = 'snoozed')),
    care_id              uuid references care_entries on delete set null,
    before_snoozed_until timestamptz,
    recorded_by          uuid references keepers on delete set null,
    created_at           timestamptz not null,
    undone_at            timestamptz,
    unique (task_id, turn),
    check (care_id is null or kind = 'done')
);
create index task_events_of_care on task_events (care_id) where care_id is not null;

-- A keeper's secret calendar address: only the SHA-256 of its secret is kept.
create table calendar_feeds (
    keeper_id    uuid primary key references keepers on delete cascade,
    secret_hash  bytea not null unique check (octet_length(secret_hash) = 32),
    created_at   timestamptz not null,
    last_read_at timestamptz
);
