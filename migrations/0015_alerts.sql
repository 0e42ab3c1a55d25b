-- Readings that ask for attention are told: which ones, which are open, and what was told of them.

-- What raises an alert: for a whole tank (no parameter), and otherwise for one. A tank without a row has the defaults
-- that the program knows.
create table alert_rules (
    tank_id      uuid not null references tanks on delete cascade,
    parameter_id smallint references parameters on delete cascade,
    on_watch     boolean not null,                   -- a reading leaves its OK range
    on_act       boolean not null,                   -- a reading is far out of range
    on_stale     boolean not null,                   -- the last reading is too old to say
    unique nulls not distinct (tank_id, parameter_id)
);
create index alert_rules_of_parameter on alert_rules (parameter_id) where parameter_id is not null;

create table alerts (
    id              uuid primary key,
    tank_id         uuid not null references tanks on delete cascade,
    parameter_id    smallint not null references parameters on delete cascade,
    kind            text not null check (kind in ('stale', 'watch', 'act')),
    raised_at       timestamptz not null,
    updated_at      timestamptz not null check (updated_at >= raised_at),
    cleared_at      timestamptz check (cleared_at >= raised_at),
    told_kind       text check (told_kind in ('stale', 'watch', 'act')),    -- the worst that was told; none: nothing was
    end_told        boolean not null default false,                         -- or is not to be told
    acknowledged_at timestamptz,
    acknowledged_by uuid references keepers on delete set null
);
create unique index alerts_open on alerts (tank_id, parameter_id) where cleared_at is null;
create index alerts_end_to_tell on alerts (tank_id) where cleared_at is not null and not end_told;
create index alerts_in_order on alerts (tank_id, raised_at desc, id desc);
create index alerts_of_parameter on alerts (parameter_id);
create index alerts_of_keeper on alerts (acknowledged_by) where acknowledged_by is not null;

-- When a tank's alerts were told last: there is one message a quarter of an hour.
create table alert_messages (
    tank_id uuid primary key references tanks on delete cascade,
    told_at timestamptz not null
);
