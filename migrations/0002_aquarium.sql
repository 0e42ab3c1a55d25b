-- Tanks, what is measured in them, and the readings.

create table units (
    code   text primary key,
    symbol text not null,
    name   text not null
);

create table parameters (
    id               smallint primary key,
    key              text not null unique,
    name             text not null,
    short_name       text not null,
    canonical_unit   text not null references units,
    decimals         smallint not null check (decimals between 0 and 6),  -- shown in the canonical unit
    hard_low         numeric not null,   -- outside [hard_low, hard_high] is a slip of the finger: refused
    hard_high        numeric not null check (hard_high > hard_low),
    jump             numeric check (jump > 0),  -- a larger step from the last value asks once
    has_lower_side   boolean not null,   -- false: toxic, 0 is ideal
    in_fresh         boolean not null,
    in_salt          boolean not null,
    in_brackish      boolean not null,
    custom           boolean not null default false,
    position         smallint not null
);

-- How an entered number becomes the canonical one: linear (× factor) or a named formula of `domain::unit`.
create table parameter_units (
    parameter_id smallint not null references parameters on delete cascade,
    unit_code    text not null references units,
    conversion   text not null default 'linear'
                 check (conversion in ('linear', 'fahrenheit', 'specific_gravity', 'conductivity')),
    factor       numeric not null default 1 check (factor > 0),
    decimals     smallint not null check (decimals between 0 and 6),
    imperial     boolean not null default false,  -- the one an imperial keeper starts with
    position     smallint not null,
    primary key (parameter_id, unit_code)
);

create table profiles (
    key        text primary key,
    name       text not null,
    water_type text not null check (water_type in ('fresh', 'salt', 'brackish')),
    position   smallint not null
);

-- Preset ranges: act_low <= ok_low <= ok_high <= act_high, each side optional, each number with its source.
create table profile_ranges (
    profile_key      text not null references profiles on delete cascade,
    parameter_id     smallint not null references parameters on delete cascade,
    act_low          numeric,
    ok_low           numeric,
    ok_high          numeric,
    act_high         numeric,
    source_low       text,
    source_high      text,
    stale_after_days smallint not null check (stale_after_days > 0),
    primary key (profile_key, parameter_id),
    check (act_low <= ok_low), check (ok_low <= ok_high), check (ok_high <= act_high),
    check (act_low <= ok_high), check (act_low <= act_high), check (ok_low <= act_high)
);

create table tanks (
    id               uuid primary key,
    form_id          uuid not null unique,   -- made by the form: the same form twice is one tank
    name             text not null check (char_length(name) between 1 and 128),
    profile_key      text not null references profiles,
    volume           numeric(12, 3) check (volume > 0),     -- as entered
    volume_unit      text check (volume_unit in ('L', 'us_gal', 'uk_gal')),
    timezone         text not null check (char_length(timezone) <= 64),
    set_up_on        date,
    decommissioned_on date,
    created_at       timestamptz not null,
    created_by       uuid references keepers on delete set null,
    check ((volume is null) = (volume_unit is null))
);
create index tanks_active on tanks (created_at) where decommissioned_on is null;

-- What a tank tracks, and where its ranges differ from its profile's.
create table tank_parameters (
    tank_id          uuid not null references tanks on delete cascade,
    parameter_id     smallint not null references parameters on delete cascade,
    tracked          boolean not null default true,
    position         smallint not null,
    own_range        boolean not null default false,
    act_low          numeric,
    ok_low           numeric,
    ok_high          numeric,
    act_high         numeric,
    stale_after_days smallint check (stale_after_days > 0),
    unit_code        text references units,  -- the unit last used for it in this tank
    primary key (tank_id, parameter_id),
    check (act_low <= ok_low), check (ok_low <= ok_high), check (ok_high <= act_high),
    check (act_low <= ok_high), check (act_low <= act_high), check (ok_low <= act_high)
);

-- Readings taken together at the tank. The id is made by the form, so a double submit is the same session.
create table reading_sessions (
    id          uuid primary key,
    tank_id     uuid not null references tanks on delete cascade,
    taken_at    timestamptz not null,
    note        text check (char_length(note) <= 256),
    recorded_by uuid references keepers on delete set null,
    created_at  timestamptz not null
);
create index reading_sessions_of_tank on reading_sessions (tank_id, taken_at desc);

create table readings (
    id            uuid primary key,
    session_id    uuid references reading_sessions on delete cascade,
    tank_id       uuid not null references tanks on delete cascade,
    parameter_id  smallint not null references parameters,
    taken_at      timestamptz not null,
    value         numeric(12, 4) not null,   -- canonical unit
    below         boolean not null default false,  -- below detection: value is the limit
    entered_value numeric(12, 4) not null,
    entered_unit  text not null references units,
    source        text not null default 'manual' check (source in ('manual', 'probe', 'import')),
    note          text check (char_length(note) <= 256),
    recorded_by   uuid references keepers on delete set null,
    created_at    timestamptz not null
);
create index readings_in_order on readings (tank_id, parameter_id, taken_at desc, id desc) include (value, below);
create index readings_of_session on readings (session_id);
create index readings_of_tank on readings (tank_id, taken_at desc, id desc);

-- One row a day (UTC), parameter and tank, kept in the transaction that changes the readings.
-- Long charts read it, so their cost does not grow with the number of readings.
create table reading_days (
    tank_id      uuid not null references tanks on delete cascade,
    parameter_id smallint not null references parameters,
    day          date not null,
    readings     integer not null check (readings > 0),
    min_value    numeric(12, 4) not null,
    min_at       timestamptz not null,
    max_value    numeric(12, 4) not null,
    max_at       timestamptz not null,
    last_value   numeric(12, 4) not null,
    last_at      timestamptz not null,
    any_below    boolean not null,
    primary key (tank_id, parameter_id, day)
);
