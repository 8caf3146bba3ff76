-- Read models: derived from entries, disposable. In a schema of their own, so that dropping it loses nothing.
create schema if not exists records;

create table if not exists records.projected (
    ledger_id int primary key,
    next_position bigint not null
);

create table if not exists records.journey (
    ledger_id int not null,
    root text not null,                       -- chain:…, or patient:… while no order is signed
    chain text not null default '',
    patient text not null,
    programme text not null default '',
    version text not null default '',         -- hash of the programme version
    product text not null default '',
    centre text not null,
    maker text not null default '',
    stage text not null default '',
    begun text not null,
    updated text not null,
    position bigint not null,
    done jsonb not null default '{}',         -- step id → position of the act that did it
    ended text not null default '',
    partly jsonb not null default '{}',       -- step id → the things for which a repeated act was done so far
    called jsonb not null default '{}',       -- optional action → how many times it is called for and not done
    infused text not null default '',         -- when the first bag was begun; empty: none was
    primary key (ledger_id, root)
);
do $$ begin
    if not exists (select from information_schema.columns
                   where (table_schema, table_name, column_name) = ('records', 'journey', 'infused')) then
        alter table records.journey add column infused text not null default '';
    end if;
end $$;
create index if not exists journey_patient on records.journey (ledger_id, patient);
create index if not exists journey_newest on records.journey (ledger_id, position);

create table if not exists records.act (
    ledger_id int not null,
    root text not null,
    position bigint not null,
    time text not null,
    action text not null,
    outcome text not null,
    person text not null,
    role text not null,
    organisation text not null,
    step text not null default '',
    facts text[] not null,
    subjects text[] not null,
    unmet text[] not null,
    primary key (ledger_id, root, position)
);
-- What is out of order in a therapy; `_ODD` of reading.py asks in the same words.
create index if not exists act_odd on records.act (ledger_id, root, position)
    where outcome <> 'done' or facts && array['quality.deviation_opened.v1', 'correction.value_corrected.v1'];

create table if not exists records.next_step (
    ledger_id int not null,
    root text not null,
    step text not null,
    action text not null,
    stage text not null,
    title text not null,
    roles text[] not null,
    organisation text not null,               -- empty: whoever of these roles is party to it
    ordinal int not null,
    position bigint not null default 0,       -- when the therapy was touched last: queues are read oldest first, by index
    opens text not null default '',           -- before this instant it cannot be done; empty: it can be done at once
    closes text not null default '',          -- from this instant on it is overdue; empty: never
    primary key (ledger_id, root, step)
);
-- Tables of an older version; looked at first, so that no start takes a lock for nothing.
do $$ begin
    if not exists (select from information_schema.columns
                   where (table_schema, table_name, column_name) = ('records', 'next_step', 'position')) then
        alter table records.next_step add column position bigint not null default 0;
    end if;
    if not exists (select from information_schema.columns
                   where (table_schema, table_name, column_name) = ('records', 'next_step', 'opens')) then
        alter table records.next_step add column opens text not null default '';
        alter table records.next_step add column closes text not null default '';
    end if;
end $$;
drop index if exists records.next_step_queue, records.next_step_roles;  -- of earlier versions
create index if not exists next_step_waiting on records.next_step (ledger_id, organisation, roles, position, ordinal);
create index if not exists next_step_action on records.next_step (ledger_id, action);

-- Organisations that may see a journey: those that its facts name as party.
create table if not exists records.party (
    ledger_id int not null,
    root text not null,
    organisation text not null,
    primary key (ledger_id, root, organisation)
);
create index if not exists party_organisation on records.party (ledger_id, organisation);

create table if not exists records.belongs (
    ledger_id int not null,
    subject text not null,
    root text not null,
    primary key (ledger_id, subject)
);
create index if not exists belongs_root on records.belongs (ledger_id, root);

create table if not exists records.thing (
    ledger_id int not null,
    subject text not null,
    kind text not null,
    organisation text not null,               -- where it is: who made, registered or holds it
    root text not null default '',
    title text not null,
    detail text not null default '',
    position bigint not null,
    gone boolean not null default false,
    primary key (ledger_id, subject)
);
create index if not exists thing_place on records.thing (ledger_id, organisation) where not gone;
create index if not exists thing_newest on records.thing (ledger_id, organisation, kind, position) where not gone;
create index if not exists thing_root on records.thing (ledger_id, root) where not gone;

-- What came out of what, or was touched by it: walked down and up by `coign trace`.
create table if not exists records.edge (
    ledger_id int not null,
    upper text not null,
    lower text not null,
    how text not null,
    position bigint not null,                 -- of the entry that first says so
    newest bigint not null,                   -- of the entry that says so last; 2^62 while it goes on
    primary key (ledger_id, upper, lower)
);
do $$ begin
    if not exists (select from information_schema.columns
                   where (table_schema, table_name, column_name) = ('records', 'edge', 'newest')) then
        alter table records.edge add column newest bigint not null default 0;
    end if;
end $$;
create index if not exists edge_lower on records.edge (ledger_id, lower);

-- Safety. Rows carry the organisations that may see them: those whom the chain, or the case, names as party.
-- States as they were after the last entry that was projected, for what is worked out from them.
create table if not exists records.folded (
    ledger_id int not null,
    subject text not null,
    view text not null,
    body bytea not null,
    primary key (ledger_id, subject, view)
);

-- One row for each therapy of which anything was given.
create table if not exists records.treated (
    ledger_id int not null,
    root text not null,
    product text not null,
    centre text not null,
    sponsor text not null,
    stage text not null,                      -- of development, where and when it was given; empty: not on record
    infused text not null,
    responses jsonb not null default '{}',    -- time of the protocol → category
    missed jsonb not null default '{}',       -- time of the protocol → why nobody assessed
    primary key (ledger_id, root)
);
do $$ begin
    if not exists (select from information_schema.columns
                   where (table_schema, table_name, column_name) = ('records', 'treated', 'missed')) then
        alter table records.treated add column missed jsonb not null default '{}';
    end if;
end $$;
create index if not exists treated_product on records.treated (ledger_id, product);

-- Cytokine release and neurotoxicity: the worst grade of one patient on one day after the infusion.
create table if not exists records.special_interest (
    ledger_id int not null,
    root text not null,
    scale text not null,
    day int not null,
    grade int not null,
    primary key (ledger_id, root, scale, day)
);

create table if not exists records.safety_event (
    ledger_id int not null,
    subject text not null,                    -- the case
    event int not null,
    root text not null,
    centre text not null,
    sponsor text not null,
    product text not null,
    stage text not null,
    kind text not null,
    term text not null,
    serious boolean not null,
    fatal boolean not null,                   -- or life-threatening
    known text not null,
    position bigint not null,
    primary key (ledger_id, subject, event)
);
create index if not exists safety_event_product on records.safety_event (ledger_id, product);

create table if not exists records.duty (
    ledger_id int not null,
    subject text not null,                    -- the case
    duty text not null,
    event int not null,
    jurisdiction text not null,
    clock text not null,
    anchor text not null,
    zone text not null,
    legal_due text not null,
    internal_due text not null,
    source text not null,
    sent text not null,                       -- empty: nothing was sent, or it was rejected
    rejected boolean not null,
    primary key (ledger_id, subject, duty)
);
create index if not exists duty_open on records.duty (ledger_id, legal_due) where sent = '';
