-- Photos of tanks and animals. The pictures themselves are files named by id and version (`photos::store`): a row is
-- written after its files, and its files go after the row, so a row always has its picture.

create table photos (
    id           uuid primary key,
    form_id      uuid not null,                       -- made by the form: the same form twice is one set of photos
    place        smallint not null check (place between 0 and 99),  -- of the file within its form
    tank_id      uuid references tanks on delete cascade,
    animal_id    uuid references animals on delete cascade,
    -- Ids are unique over all tables, so one index serves both kinds.
    subject_id   uuid not null generated always as (coalesce(tank_id, animal_id)) stored,
    version      integer not null default 1 check (version > 0),    -- another picture has another address
    caption      text check (char_length(caption) between 1 and 256),
    width        integer not null check (width between 1 and 2000),
    height       integer not null check (height between 1 and 2000),
    thumb_width  integer not null check (thumb_width between 1 and 400),
    thumb_height integer not null check (thumb_height between 1 and 400),
    cover        boolean not null default false,      -- chosen by a keeper; without one the newest photo is it
    created_at   timestamptz not null,
    created_by   uuid references keepers on delete set null,
    deleted_at   timestamptz,                         -- can be taken back for a day, then row and files go
    deleted_by   uuid references keepers on delete set null,
    unique (form_id, place),
    check (num_nonnulls(tank_id, animal_id) = 1),
    check (deleted_by is null or deleted_at is not null)
);
create unique index photos_cover on photos (subject_id) where cover and deleted_at is null;
create index photos_in_order on photos (subject_id, created_at desc, id desc) where deleted_at is null;
create index photos_of_tank on photos (tank_id) where tank_id is not null;
create index photos_of_animal on photos (animal_id) where animal_id is not null;
create index photos_deleted on photos (deleted_at) where deleted_at is not null;
