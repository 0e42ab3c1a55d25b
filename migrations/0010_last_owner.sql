-- However a change comes, somebody remains who can sign in and is an owner. Judged at the end of the transaction, so
-- that owners can be swapped in one; a household that nobody has set up yet has no owner either.

create function an_owner_remains() returns trigger language plpgsql as $$
begin
    if exists (select from keepers) and not exists (select from keepers where role = 'owner' and active) then
        raise exception 'the last active owner of a household cannot be lost'
            using errcode = 'check_violation', constraint = 'keepers_an_owner_remains', table = 'keepers';
    end if;
    return null;
end $$;
create constraint trigger an_owner_remains after update of role, active or delete on keepers
    deferrable initially deferred
    for each row execute function an_owner_remains();
