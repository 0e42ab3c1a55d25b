-- Livestock: animals and groups, and what happened to them. Where they are and how many there are follows from
-- their events; the columns marked *derived* hold what follows, and are written in the transaction that changes
-- the events, so that lists, tanks and timelines need no replay.

create table animals (
    id              uuid primary key,
    form_id         uuid not null unique,   -- made by the form: the same form twice is one animal
    name            text check (char_length(name) between 1 and 64),
    species         text not null check (char_length(species) between 1 and 64),
    scientific_name text check (char_length(scientific_name) between 1 and 96),
    sex             text check (sex in ('male', 'female', 'unknown')),
    notes           text check (char_length(notes) between 1 and 512),
    tank_id         uuid not null references tanks,              -- derived: where they live, or lived last
    quantity        integer not null check (quantity >= 0),      -- derived: how many there are; 0: gone
    acquired_at     timestamptz not null,                        -- derived: when they came
    ended_at        timestamptz,                                 -- derived: when the last one went
    created_at      timestamptz not null,
    created_by      uuid references keepers on delete set null,
    deleted_at      timestamptz,            -- entered by mistake and taken back; can be undone
    deleted_by      uuid references keepers on delete set null,
    check ((quantity = 0) = (ended_at is not null)),
    check (deleted_by is null or deleted_at is not null)
);
create index animals_in_order on animals (acquired_at desc, id desc) where deleted_at is null;
create index animals_in_tank on animals (tank_id, acquired_at desc, id desc)
    where deleted_at is null and quantity > 0;

-- Replayed in the order (occurred_at, kind <> 'acquired', created_at, id). The id is made by the form, so a double
-- submit is the same event. Events of a deleted animal stay: join `animals` and ask for `deleted_at is null`.
create table animal_events (
    id          uuid primary key,
    animal_id   uuid not null references animals on delete cascade,
    kind        text not null
                check (kind in ('acquired', 'added', 'moved', 'died', 'rehomed', 'note', 'health')),
    tank_id     uuid not null references tanks,   -- derived: where they were when it happened; acquired: where they came to
    to_tank_id  uuid references tanks,            -- acquired, moved: where they went
    quantity    integer check (quantity > 0),     -- how many; a move without it moves all of them
    split_into  uuid unique references animals,   -- a move of some: the group that these became, with its own 'acquired'
    occurred_at timestamptz not null,
    note        text check (char_length(note) between 1 and 512),
    recorded_by uuid references keepers on delete set null,
    created_at  timestamptz not null,
    check ((to_tank_id is not null) = (kind in ('acquired', 'moved'))),
    check (kind <> 'acquired' or to_tank_id = tank_id),
    check ((split_into is not null) = (kind = 'moved' and quantity is not null)),
    check (kind = 'moved' or (quantity is not null) = (kind in ('acquired', 'added', 'died', 'rehomed'))),
    check (kind not in ('note', 'health') or note is not null),
    check (split_into <> animal_id)
);
create unique index animal_events_acquired on animal_events (animal_id) where kind = 'acquired';
create index animal_events_in_order on animal_events (animal_id, occurred_at, created_at, id);
create index animal_events_of_tank on animal_events (tank_id, occurred_at desc, id desc);
create index animal_events_into_tank on animal_events (to_tank_id, occurred_at desc, id desc)
    where to_tank_id is not null;

-- What was corrected, removed and put back: who, when, before and after. A removed event lives on here only.
create table animal_event_revisions (
    id         uuid primary key,          -- made by the form
    animal_id  uuid not null references animals on delete cascade,
    event_id   uuid not null,             -- no reference: the event may be gone
    change     text not null check (change in ('corrected', 'removed', 'restored')),
    before     jsonb,
    after      jsonb,
    changed_at timestamptz not null,
    changed_by uuid references keepers on delete set null,
    check ((before is null) = (change = 'restored')),
    check ((after is null) = (change = 'removed'))
);
create index animal_event_revisions_in_order on animal_event_revisions (animal_id, changed_at desc, id desc);
create index animal_event_revisions_of_event on animal_event_revisions (event_id, changed_at desc, id desc);
