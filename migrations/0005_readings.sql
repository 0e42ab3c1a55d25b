-- Readings that are corrected, deleted and brought back.

-- Counts the changes of a reading: a form that was loaded before somebody else's change is told so.
alter table readings add column version integer not null default 1 check (version > 0);

-- Sessions whose notes a chart marks; among a probe's many they would be long to look for.
create index reading_sessions_with_note on reading_sessions (tank_id, taken_at desc) where note is not null;

-- One change: of a reading, of several at once, or of a session. Made by the form where there is one, so a double
-- submit is the same change. A change is undone at most once, and as a whole.
create table reading_changes (
    id          uuid primary key,
    tank_id     uuid not null references tanks on delete cascade,
    kind        text not null check (kind in ('edit', 'delete', 'undo')),
    undoes      uuid unique references reading_changes,
    session_id  uuid,              -- the session whose note was changed
    note_before text check (char_length(note_before) <= 256),
    note_after  text check (char_length(note_after) <= 256),
    changed_by  uuid references keepers on delete set null,
    changed_at  timestamptz not null,
    check ((kind = 'undo') = (undoes is not null)),
    check (undoes <> id),
    check (session_id is not null or note_before is null and note_after is null)
);
create index reading_changes_of_tank on reading_changes (tank_id);

-- How a reading stood after each change. The first version is written down with the first change, so readings that
-- nobody corrects cost nothing here. The one before is what a change found; the last one is how it stands now.
create table reading_versions (
    reading_id    uuid not null,   -- no reference: the reading may be gone
    version       integer not null check (version > 0),
    change_id     uuid references reading_changes on delete cascade,
    there         boolean not null,  -- false: deleted; the rest is how it was before
    tank_id       uuid not null references tanks on delete cascade,
    session_id    uuid,
    parameter_id  smallint not null references parameters,
    taken_at      timestamptz not null,
    value         numeric(12, 4) not null,
    below         boolean not null,
    entered_value numeric(12, 4) not null,
    entered_unit  text not null references units,
    source        text not null check (source in ('manual', 'probe', 'import')),
    note          text check (char_length(note) <= 256),
    recorded_by   uuid references keepers on delete set null,
    created_at    timestamptz not null,
    primary key (reading_id, version),
    check ((version = 1) = (change_id is null)),
    check (there or version > 1)
);
create index reading_versions_of_change on reading_versions (change_id);
create index reading_versions_of_tank on reading_versions (tank_id);

-- Sessions whose last reading was deleted: they come back with one of theirs, and their forms are never taken again.
create table removed_sessions (
    id          uuid primary key,
    tank_id     uuid not null references tanks on delete cascade,
    taken_at    timestamptz not null,
    note        text check (char_length(note) <= 256),
    recorded_by uuid references keepers on delete set null,
    created_at  timestamptz not null
);
create index removed_sessions_of_tank on removed_sessions (tank_id);
