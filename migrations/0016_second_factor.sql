-- A second factor beside the password, for keepers who want one: codes that an app makes from a secret and the time.

-- In force once it is confirmed: until then a secret that was shown and is waiting for its first code.
create table second_factors (
    keeper_id    uuid primary key references keepers on delete cascade,
    secret       bytea not null check (octet_length(secret) = 20),
    created_at   timestamptz not null,
    confirmed_at timestamptz,
    last_step    bigint check (last_step >= 0),      -- the time step of the last code that was taken: none is taken twice
    check ((confirmed_at is null) = (last_step is null))
);

-- Each stands for one code; a code that is used is deleted.
create table recovery_codes (
    keeper_id  uuid not null references second_factors on delete cascade,
    code_hash  bytea not null check (octet_length(code_hash) = 32),
    created_at timestamptz not null,
    primary key (keeper_id, code_hash)
);

-- Somebody gave the right password and owes the code. It opens the page that asks for the code and nothing else.
create table half_sign_ins (
    id          uuid primary key,
    keeper_id   uuid not null references keepers on delete cascade,
    secret_hash bytea not null check (octet_length(secret_hash) = 32),
    created_at  timestamptz not null,
    expires_at  timestamptz not null check (expires_at > created_at),
    tries       integer not null default 0 check (tries between 0 and 5)
);
create index half_sign_ins_of_keeper on half_sign_ins (keeper_id);
create index half_sign_ins_by_expiry on half_sign_ins (expires_at);
