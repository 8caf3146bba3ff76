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
    primary key (ledger_id, root)
);
create index if not exists journey_patient on records.journey (ledger_id, patient);

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
    primary key (ledger_id, root, step)
);
create index if not exists next_step_roles on records.next_step using gin (roles);

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
