-- Tables of the ledger. Every key begins with ledger_id, so that one ledger's writes stay on one node when many ledgers
-- are spread over several. Entry tables are select and insert only; head, states and other derived tables may be updated.

create table if not exists ledger (
    ledger_id int primary key,
    origin text not null unique,              -- the log's name on checkpoints
    created timestamptz not null default now()
);

create table if not exists head (
    ledger_id int primary key references ledger,
    size bigint not null,
    frontier bytea not null,                  -- roots of the perfect subtrees, largest first, 32 bytes each
    last_time text not null,
    read_only text not null default ''        -- why nothing may be appended; empty: it may
) with (fillfactor = 20);

create table if not exists entry (
    ledger_id int not null,
    position bigint not null,
    leaf bytea not null check (octet_length(leaf) = 32),
    body bytea not null check (octet_length(body) <= 65535),
    primary key (ledger_id, position)
);
alter table entry alter column body set storage external;   -- stored as it is, never compressed or rewritten

-- Which entries are about a subject (seq set) or mention it (seq null): trace, completeness, history.
create table if not exists entry_subject (
    ledger_id int not null,
    subject text not null,
    position bigint not null,
    seq bigint,
    primary key (ledger_id, subject, position)
);

create table if not exists nonce (
    ledger_id int not null,
    person text not null,
    nonce text not null,
    digest bytea not null,                    -- keyed hash of what was asked: another request under the same key is a conflict
    position bigint not null,
    answer bytea,                             -- a refusal's sentences, so that a retry gets the same answer
    primary key (ledger_id, person, nonce)
);

create table if not exists tile (
    ledger_id int not null,
    level smallint not null,
    idx bigint not null,
    hashes bytea not null check (octet_length(hashes) = 8192),
    root bytea not null check (octet_length(root) = 32),
    primary key (ledger_id, level, idx)
);

create table if not exists checkpoint (
    ledger_id int not null,
    size bigint not null,
    root bytea not null,
    time text not null,
    note bytea not null,
    primary key (ledger_id, size)
);

-- What witnesses signed of these checkpoints: one line for each of their keys; signed again later, the newest one.
create table if not exists cosignature (
    ledger_id int not null,
    size bigint not null,
    witness text not null,
    key_id bytea not null,
    time_s bigint not null,                   -- seconds since 1970, by the witness's clock
    line text not null,                       -- as it stands in a signed note
    primary key (ledger_id, size, witness, key_id)
);
create index if not exists cosignature_newest on cosignature (ledger_id, witness, key_id, size);

-- The newest checkpoint that enough witnesses signed, and since when they were enough.
create table if not exists cosigned (
    ledger_id int primary key,
    size bigint not null,
    time_s bigint not null
);

-- What time stamping authorities answered about published checkpoints (RFC 3161).
create table if not exists stamp (
    ledger_id int not null,
    size bigint not null,
    authority text not null,                  -- the name under which its stamps hang below a note
    time text not null,                       -- by the authority's clock
    answer bytea not null,
    primary key (ledger_id, size, authority)
);
create index if not exists stamp_newest on stamp (ledger_id, time);

-- When an authority was asked last, and why it was in vain; empty: it was not.
create table if not exists stamping (
    ledger_id int primary key,
    asked text not null,
    failure text not null default ''
);

-- Values that may be given once only, for ever: donation numbers, serials, retired sign-in names.
create table if not exists claim (
    ledger_id int not null,
    scope text not null,
    value text not null,
    subject text not null,
    position bigint not null,
    primary key (ledger_id, scope, value)
);

-- Derived, disposable: how far each subject's history reaches, and its states.
create table if not exists subject_head (
    ledger_id int not null,
    subject text not null,
    seq bigint not null,
    position bigint not null,
    primary key (ledger_id, subject)
) with (fillfactor = 60);

create table if not exists state (
    ledger_id int not null,
    subject text not null,
    view text not null,
    seq bigint not null,
    fold int not null,
    body bytea not null,
    primary key (ledger_id, subject, view)
) with (fillfactor = 60);

-- The sorted Merkle map of the subjects' last entries, in pages; made anew from the entries when it is gone.
create table if not exists heads_map (
    ledger_id int primary key,
    size bigint not null,                     -- entries below this are in it
    subjects bigint not null
);

create table if not exists heads_page (
    ledger_id int not null,
    prefix text collate "C" not null,         -- the first hexadecimal digits of the keys in it
    parts bytea not null,
    primary key (ledger_id, prefix)
) with (fillfactor = 60);

create table if not exists fold (
    ledger_id int not null,
    view text not null,
    version int not null,
    primary key (ledger_id, view)
);

-- Repeats of the same refusal within a minute: counted here, entered once with the count.
create table if not exists refusal_repeat (
    ledger_id int not null,
    digest bytea not null,
    position bigint not null,
    since text not null,
    repeats int not null default 0,
    template bytea not null,
    primary key (ledger_id, digest)
);

create table if not exists prepared_intent (
    ledger_id int not null,
    intent_hash bytea not null,
    person text not null,
    expires text not null,
    payload bytea not null,
    primary key (ledger_id, intent_hash)
);

create table if not exists scrub (
    ledger_id int primary key,
    verified_to bigint not null,              -- entries below this were compared in the running round
    round_size bigint,                        -- size that the last complete round covered
    round_finished timestamptz,
    accepted text not null default ''         -- damage that two people looked at and went on from: shuts nothing again
);

create table if not exists simulated_clock (
    ledger_id int primary key,
    behind_us bigint not null                 -- how far the demonstration's clock is behind the wall clock
);

create table if not exists security_log (
    id bigint generated always as identity primary key,
    time timestamptz not null default clock_timestamp(),
    ledger_id int not null,
    kind text not null,
    person text not null,
    detail jsonb not null
);
create index if not exists security_log_kind on security_log (ledger_id, kind, time desc);
