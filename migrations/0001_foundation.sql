-- The household, its people and the service's own bookkeeping.

-- Names the oldest binary that may run on this schema, so that a rollback within one release works.
create table schema_compatibility (
    only_row      boolean primary key default true check (only_row),
    oldest_binary text not null
);
insert into schema_compatibility (oldest_binary) values ('2.0.0-alpha.1');

-- Keys that are generated once (signed links and the like). Never shown, never logged.
create table secrets (
    name       text primary key,
    key        bytea not null check (octet_length(key) >= 32),
    created_at timestamptz not null default now()
);

create table keepers (
    id              uuid primary key,
    email           text not null unique check (email = lower(email) and char_length(email) between 3 and 254),
    display_name    text not null check (char_length(display_name) between 1 and 64),
    password_hash   text not null,
    role            text not null check (role in ('owner', 'keeper')),
    active          boolean not null default true,
    unit_system     text not null default 'metric' check (unit_system in ('metric', 'imperial')),
    theme           text check (theme in ('light', 'dark')),
    created_at      timestamptz not null,
    last_sign_in_at timestamptz
);

-- A browser that is signed in. The cookie is `id.secret`; only the secret's SHA-256 is kept.
create table sessions (
    id           uuid primary key,
    keeper_id    uuid not null references keepers on delete cascade,
    secret_hash  bytea not null check (octet_length(secret_hash) = 32),
    created_at   timestamptz not null,
    last_seen_at timestamptz not null,
    expires_at   timestamptz not null,
    addr         inet,
    user_agent   text check (char_length(user_agent) <= 256)
);
create index sessions_of_keeper on sessions (keeper_id, last_seen_at desc);
create index sessions_by_expiry on sessions (expires_at);

-- A browser that once signed in as this keeper. It is exempt from the account's sign-in limit (R13).
create table devices (
    id           uuid primary key,
    keeper_id    uuid not null references keepers on delete cascade,
    secret_hash  bytea not null check (octet_length(secret_hash) = 32),
    created_at   timestamptz not null,
    last_used_at timestamptz not null,
    expires_at   timestamptz not null
);
create index devices_of_keeper on devices (keeper_id);
create index devices_by_expiry on devices (expires_at);

-- One-time and short-lived secrets: only the SHA-256 is kept.
create table tokens (
    id          uuid primary key,
    kind        text not null check (kind in ('setup', 'verify')),
    secret_hash bytea not null unique check (octet_length(secret_hash) = 32),
    keeper_id   uuid references keepers on delete cascade,
    created_at  timestamptz not null,
    expires_at  timestamptz not null,
    used_at     timestamptz check (used_at >= created_at)
);
create index tokens_by_expiry on tokens (expires_at);

-- Sign-in limits (R13): they hold across processes and restarts.
create table sign_in_failures (
    id          bigint generated always as identity primary key,
    account     bytea not null,      -- SHA-256 of the lower-case address that was tried
    addr_bucket text not null,       -- proxy::bucket: v4 address, v6 /64, or 'unknown'
    failed_at   timestamptz not null
);
create index sign_in_failures_of_account on sign_in_failures (account, failed_at desc);
create index sign_in_failures_of_addr on sign_in_failures (addr_bucket, failed_at desc);

create table sign_in_addresses (
    keeper_id   uuid not null references keepers on delete cascade,
    addr_bucket text not null,
    last_at     timestamptz not null,
    primary key (keeper_id, addr_bucket)
);

-- Household-wide settings that owners change in the pages.
create table settings (
    key        text primary key,
    value      jsonb not null,
    updated_at timestamptz not null,
    updated_by uuid references keepers on delete set null
);

-- The outbox. A row is written in the transaction of the change that causes it; Redis only wakes workers.
create table jobs (
    id           uuid primary key,
    kind         text not null,
    payload      jsonb not null,
    state        text not null default 'waiting' check (state in ('waiting', 'running', 'done', 'dead')),
    once_key     text unique,                                -- a schedule's slot: inserted at most once
    run_after    timestamptz not null,
    attempts     integer not null default 0,
    max_attempts integer not null default 8 check (max_attempts > 0),
    leased_by    text,
    leased_until timestamptz,
    last_error   text,
    created_at   timestamptz not null,
    finished_at  timestamptz,
    check ((state = 'running') = (leased_until is not null))
);
create index jobs_to_claim on jobs (run_after) where state = 'waiting';
create index jobs_leased on jobs (leased_until) where state = 'running';
create index jobs_finished on jobs (finished_at) where state in ('done', 'dead');

-- When each worker last showed itself; `doctor` and the owner's pages read it.
create table workers (
    id         text primary key,     -- host-pid-uuid
    started_at timestamptz not null,
    seen_at    timestamptz not null
);
