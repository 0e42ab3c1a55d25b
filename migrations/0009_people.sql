-- The household's people: how they come in, how they are told things, and what happened to their accounts.

-- An invite is open until it is used, revoked or expired. Its links are tokens: one for each way it was handed over.
create table invites (
    id          uuid primary key,                    -- made by the form: the same form twice is one invite
    email       text not null check (email = lower(email) and char_length(email) between 3 and 254),
    role        text not null check (role in ('owner', 'keeper')),
    created_at  timestamptz not null,
    created_by  uuid references keepers on delete set null,
    expires_at  timestamptz not null check (expires_at > created_at),
    used_at     timestamptz,
    used_by     uuid references keepers on delete set null,
    revoked_at  timestamptz,
    revoked_by  uuid references keepers on delete set null,
    check (used_at is null or revoked_at is null)
);
create index invites_in_order on invites (created_at desc, id desc);
create index invites_open on invites (email) where used_at is null and revoked_at is null;

-- A link that a mail carries is made by the job that sends it, so that its secret is never stored: an attempt that
-- is repeated makes another token beside the first, and whichever is used ends them all.
alter table tokens drop constraint tokens_kind_check;
alter table tokens add constraint tokens_kind_check
    check (kind in ('setup', 'verify', 'invite', 'reset', 'email'));
alter table tokens add column invite_id uuid references invites on delete cascade;
-- The address that is to be confirmed.
alter table tokens add column email text check (email = lower(email) and char_length(email) between 3 and 254);
alter table tokens add constraint tokens_about check (
    case kind when 'invite' then invite_id is not null
              when 'reset' then keeper_id is not null
              when 'email' then keeper_id is not null and email is not null
              else true end);
create index tokens_of_keeper on tokens (keeper_id) where keeper_id is not null;
create index tokens_of_invite on tokens (invite_id) where invite_id is not null;

-- What concerns the safety of accounts, for owners to read. Names are kept as they were: a keeper can be deleted.
create table audit_log (
    id           uuid primary key,
    at           timestamptz not null,
    act          text not null check (char_length(act) between 1 and 64),
    actor_id     uuid references keepers on delete set null,     -- none: nobody was signed in
    actor_name   text check (char_length(actor_name) <= 254),
    subject_id   uuid references keepers on delete set null,     -- whose account
    subject_name text check (char_length(subject_name) <= 254),
    detail       text check (char_length(detail) <= 512),
    addr         inet
);
create index audit_log_in_order on audit_log (at desc, id desc);
create index audit_log_of_subject on audit_log (subject_id, at desc) where subject_id is not null;
create index audit_log_of_actor on audit_log (actor_id) where actor_id is not null;

-- The ways in which a keeper is told things. Each keeper has one of mail with the keeper's own id, which goes to the
-- keeper's address.
create table channels (
    id           uuid primary key,
    keeper_id    uuid not null references keepers on delete cascade,
    kind         text not null check (kind in ('mail', 'ntfy', 'webhook')),
    name         text not null default '' check (char_length(name) <= 64),
    target       text check (char_length(target) between 1 and 2048),    -- the address that is posted to
    secret       text check (char_length(secret) <= 512),                -- ntfy: access token; webhook: signing key
    reminders    boolean not null default true,
    alerts       boolean not null default true,
    enabled      boolean not null default true,
    version      integer not null default 1,
    created_at   timestamptz not null,
    last_sent_at timestamptz,
    last_error   text check (char_length(last_error) <= 512),
    last_error_at timestamptz,
    check ((kind = 'mail') = (target is null)),
    check ((last_error is null) = (last_error_at is null))
);
create unique index channels_mail on channels (keeper_id) where kind = 'mail';
create index channels_of_keeper on channels (keeper_id, created_at);
insert into channels (id, keeper_id, kind, created_at)
select id, id, 'mail', created_at from keepers;
