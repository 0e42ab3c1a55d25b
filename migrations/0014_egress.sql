-- Where channels may post although it is no public address: an owner's word, host by host or network by network.
create table egress_allowed (
    entry      text primary key check (char_length(entry) between 1 and 253),
    created_at timestamptz not null,
    created_by uuid references keepers on delete set null
);
