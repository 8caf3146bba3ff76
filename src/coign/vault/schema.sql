-- Data outside the ledger. Every key begins with ledger_id. The key lies apart from what it opens: deleting one row of
-- vault_key makes every value and salt under it unreadable for ever, and takes openings and search tokens along.

create table if not exists vault_key (
    ledger_id int not null,
    key_id uuid not null,
    owner text not null,
    class text not null,
    wrapped bytea not null,
    created timestamptz not null default now(),
    primary key (ledger_id, key_id),
    unique (ledger_id, owner, class)
);

create table if not exists vault_opening (
    ledger_id int not null,
    commitment bytea not null,
    key_id uuid not null,
    sealed bytea not null,
    primary key (ledger_id, commitment),
    foreign key (ledger_id, key_id) references vault_key on delete cascade
);
create index if not exists vault_opening_key on vault_opening (ledger_id, key_id);

create table if not exists vault_index (
    ledger_id int not null,
    index_name text not null,
    token bytea not null,
    key_id uuid not null,
    primary key (ledger_id, index_name, token, key_id),
    foreign key (ledger_id, key_id) references vault_key on delete cascade
);
create index if not exists vault_index_key on vault_index (ledger_id, key_id);

-- The only way to delete for the application: a whole class of one owner, never a single opening.
create or replace function vault_erase(of_ledger int, of_owner text, of_class text) returns bigint
language plpgsql security definer set search_path from current as $$
declare
    erased bigint;
begin
    perform 1 from vault_key where ledger_id = of_ledger and owner = of_owner and class = of_class for update;
    select count(*) into erased
        from vault_opening join vault_key using (ledger_id, key_id)
        where ledger_id = of_ledger and owner = of_owner and class = of_class;
    delete from vault_key where ledger_id = of_ledger and owner = of_owner and class = of_class;
    return erased;
end
$$;
