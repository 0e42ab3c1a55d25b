-- Tanks in full, what they track, parameters of the household's own, and how each keeper wants to see it all.

alter table tanks
    add column substrate text check (char_length(substrate) between 1 and 256),
    add column notes     text check (char_length(notes) between 1 and 4096),  -- Markdown, as typed
    -- Counts edits: a form that was made before somebody else's edit does not undo it.
    add column version   integer not null default 1,
    add constraint tanks_end_after_start check (decommissioned_on >= set_up_on);

-- Each time a tank was taken down. The row that is not ended is the one in force, and `tanks.decommissioned_on`
-- says the same day. A restored tank keeps the row, so that the restore can be undone.
create table decommissions (
    id          uuid primary key,   -- made by the form: the same form twice is one row
    tank_id     uuid not null references tanks on delete cascade,
    on_day      date not null,      -- in the tank's zone
    reason      text check (char_length(reason) between 1 and 256),
    recorded_by uuid references keepers on delete set null,
    recorded_at timestamptz not null,
    ended_by    uuid references keepers on delete set null,
    ended_at    timestamptz check (ended_at >= recorded_at)
);
create unique index decommissions_in_force on decommissions (tank_id) where ended_at is null;
create index decommissions_of_tank on decommissions (tank_id, recorded_at desc);

-- "Back to the preset" sets a tank's own numbers aside, so that it can be undone. `own_range` alone says whether
-- they count.
alter table tank_parameters
    add column aside_own_range        boolean,
    add column aside_stale_after_days smallint check (aside_stale_after_days > 0),
    add constraint tank_parameters_stale_in_reason check (stale_after_days <= 3650);

-- Parameters that the household defined. Ids from 1000 on are theirs; a release adds its own below.
alter table parameters
    add column form_id uuid unique,
    add column retired boolean not null default false,  -- no longer offered; its readings stay
    add constraint parameters_names_fit
        check (char_length(name) between 1 and 64 and char_length(short_name) between 1 and 32),
    add constraint parameters_some_water check (in_fresh or in_salt or in_brackish),
    add constraint parameters_own_ids check (custom = (id >= 1000));
create unique index parameters_name on parameters (lower(name));

insert into units (code, symbol, name) values ('none', '', 'no unit');

-- One number says whether a process's copy of the catalogue is current: every page reads it with the session.
create table catalogue_version (
    only_row boolean primary key default true check (only_row),
    version  bigint not null
);
insert into catalogue_version (version) values (1);

-- Also makes those who change the catalogue take turns.
create function catalogue_changed() returns trigger language plpgsql as $$
begin
    update catalogue_version set version = version + 1;
    return null;
end $$;
create trigger catalogue_changed after insert or update or delete or truncate on parameters
    for each statement execute function catalogue_changed();
create trigger catalogue_changed after insert or update or delete or truncate on parameter_units
    for each statement execute function catalogue_changed();
create trigger catalogue_changed after insert or update or delete or truncate on units
    for each statement execute function catalogue_changed();
create trigger catalogue_changed after insert or update or delete or truncate on profiles
    for each statement execute function catalogue_changed();

-- How a keeper reads dates; the clock goes with it.
alter table keepers
    add column date_format text not null default 'day_first'
        check (date_format in ('day_first', 'month_first', 'iso'));

-- The unit in which a keeper wants to see a parameter, whatever their system and the tank's habit.
create table keeper_units (
    keeper_id    uuid not null references keepers on delete cascade,
    parameter_id smallint not null,
    unit_code    text not null,
    primary key (keeper_id, parameter_id),
    foreign key (parameter_id, unit_code) references parameter_units (parameter_id, unit_code)
        on delete cascade on update cascade
);
create index keeper_units_of_unit on keeper_units (parameter_id, unit_code);
