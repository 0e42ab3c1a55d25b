-- When keepers are reminded of what is due, and what they were reminded of.

-- A keeper without a row was here before there were reminders: none are sent until they are turned on.
create table reminder_preferences (
    keeper_id  uuid primary key references keepers on delete cascade,
    enabled    boolean not null,
    at         time not null default '08:00',                             -- on the keeper's own clock
    zone       text not null check (char_length(zone) between 1 and 64),
    digest     boolean not null default true,                             -- one message for all, or one for each
    again      boolean not null default true,                             -- each day until it is done, or once
    handled_on date                                                       -- the keeper's day that was seen to last
);

-- What a keeper was told of: a task at a turn. Once something was done with it, it is another turn.
create table reminders_told (
    keeper_id uuid not null references keepers on delete cascade,
    task_id   uuid not null references tasks on delete cascade,
    turn      integer not null,
    primary key (keeper_id, task_id)
);
create index reminders_told_of_task on reminders_told (task_id);
