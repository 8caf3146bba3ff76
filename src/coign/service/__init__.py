"""One installation in one process: database, tables, vault, clock, door, checkpoints, scrubber."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import field, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

import psycopg

from coign import catalogue
from coign.database import Database, home, running
from coign.documents import Documents
from coign.kernel.errors import Invalid, Unavailable
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Patient
from coign.kernel.values import Actor
from coign.ledger import check, checkpoints, schema
from coign.ledger.checkpoints import Publisher
from coign.ledger.log_keys import KeysHere, KnownKeys, keys_here, known_keys
from coign.ledger.scrubber import Scrubber
from coign.ledger.seen import FILE as SEEN_FILE
from coign.ledger.seen import Seen
from coign.ledger.shutting import Problem, is_shut
from coign.ledger.stamper import Stamper
from coign.ledger.submitting import Submitter
from coign.ledger.witnessed_clock import WitnessedClock
from coign.perform import assemble
from coign.perform.door import Door
from coign.perform.protocols import Clock
from coign.perform.rates import Rates
from coign.perform.request import Request, Source
from coign.programmes.model import Programmes
from coign.quality.actions.audit_trail import READER
from coign.records import Projector
from coign.records import create_tables as create_record_tables
from coign.service import first_start, house_rules, therapies, vaulting, witnesses
from coign.service.audit_trail import AuditTrails
from coign.service.clocks import DemonstrationClock, GuardedClock, Moved, against_witnesses, clock_for
from coign.service.correcting import RecordedValue
from coign.service.first_start import LEDGER_ID, SETUP, Opened
from coign.service.heads import HeadsKeeper
from coign.service.key_files import log_key_file
from coign.service.log_keys import PresentLogKey
from coign.service.rebuilding import bring_up_to_date
from coign.service.resolvers import IdentityLookup, IdentityMatch, LoggerFile
from coign.service.states import States
from coign.service.vaulting import OpenVault
from coign.service.witnesses import Relied
from coign.settings import Settings
from coign.timestamps.policy import FILE as STAMPS_FILE
from coign.timestamps.policy import StampPolicy, read_stamp_policy
from coign.vault import create_tables as create_vault_tables
from coign.witness.policy import Policy
from coign_verify.checkpoint_text import SIZE_MAX
from coign_verify.keys import VerifierKey

__all__ = ["LEDGER_ID", "SETUP", "Service", "Settings", "prepare", "seen_file"]


def _quiet(line: str) -> None:
    """Nobody watches."""


def _never() -> bool:
    """Whoever calls has no transactions of its own."""
    return False


@dataclass(frozen=True, slots=True)
class With:
    """What an opener may give besides the settings."""

    #: The therapies that this installation makes; None: those whose files are here.
    programmes: Programmes | None = None
    #: Whether the calling thread holds a transaction of its own; the door refuses such callers.
    in_transaction: Callable[[], bool] = _never
    #: Another clock than the ledger's own, for drills.
    clock: Clock | None = None
    #: Other rates than those of the rule sets, for measuring from outside.
    rates: Rates | None = None
    #: Publish checkpoints, walk the record and enter its heads while open; short commands leave that to the server.
    background: bool = True
    #: Starts witnesses for a demonstration that has no others; only where checkpoints are published.
    own_witnesses: Callable[[Settings, Sequence[VerifierKey]], Relied] | None = None
    #: Keep the read models current while open.
    records: bool = True
    progress: Callable[[str], None] = _quiet


@dataclass
class Service:
    """An open installation. Thread-safe; one per process."""

    database: Database
    settings: Settings
    ledger_id: int
    origin: str
    demonstration: bool
    clock: Clock
    simulated: DemonstrationClock | None
    vault: OpenVault
    documents: Documents
    programmes: Programmes
    states: States
    #: Who has which hospital number, and who could be mixed up with whom.
    identities: IdentityLookup
    #: What stands out in the audit trail of a batch.
    audit_trails: AuditTrails
    #: Keeps the read models current; None where nobody asked for them.
    projector: Projector | None
    door: Door
    #: The access ledger's door: who looked at whose identity.
    access: Door
    #: The log's keys that lay here at the start: what follows from one of them by entries is relied on.
    trusted: tuple[VerifierKey, ...]
    #: Whose signatures count; None: nobody outside is shown the record.
    policy: Policy | None
    #: Who stamps checkpoints with the time; None: nobody is asked.
    stamp_policy: StampPolicy | None
    #: What did not verify at the start; if there is anything, the ledger is read-only.
    problems: list[Problem]
    #: Called by the writer after each commit with the new size; must not wait.
    on_commit: list[Callable[[int], None]] = field(default_factory=list)

    def keys_here(self) -> KeysHere:
        """The log's keys that lie here, read from their files where something is signed."""
        return keys_here(log_key_file(self.settings, self.ledger_id), self.origin)

    def log_keys(self) -> KnownKeys:
        """Who signs for the record, by its entries and by what lay here at the start."""
        with self.vault.pool.connection() as connection:
            return known_keys(connection, self.ledger_id, self.trusted)[0]

    @property
    def log_key(self) -> VerifierKey:
        """The key that signs now."""
        return self.log_keys().at(SIZE_MAX)[0]

    @classmethod
    @contextmanager
    def open(cls, home: Path | None = None, *, settings: Settings | None = None, **given: Any) -> Iterator["Service"]:
        """Open the installation for as long as the block lasts; what is queued at its end is finished first.

        `given`: see `With`.
        """
        settings = settings or Settings.read()
        if home is not None:
            settings = replace(settings, home=home)
        with running(settings.home) as database:
            prepare(database)
            with cls.on(database, settings, **given) as service:
                yield service

    @classmethod
    @contextmanager
    def on(
        cls, database: Database, settings: Settings, *, ledger_id: int = LEDGER_ID, **given: Any
    ) -> Iterator["Service"]:
        """The same on a database that somebody else holds and has prepared."""
        with ExitStack() as stack:
            yield _assembled(stack, database, settings, ledger_id, With(**given))

    def advance(self, hours: float) -> Moved:
        """Move a demonstration's clock forward; a ledger that is none has no such switch."""
        if self.simulated is None:
            raise Invalid.at("hours", "this record is not a demonstration: its clock is the machine's")
        return self.simulated.advance(hours)

    def catch_up(self, *, timeout_s: float = 60) -> None:
        """Wait until the lists know of all that is entered, by whichever process; Unavailable: not in time."""
        with self.vault.pool.connection() as connection:
            row = connection.execute("select size from head where ledger_id = %s", (self.ledger_id,)).fetchone()
        assert row is not None and self.projector is not None, "opened without its read models"
        if not self.projector.wait_for(row[0] - 1, timeout_s=timeout_s):
            raise Unavailable("the lists do not follow the record: look into the log")

    def look(self, actor: Actor, patients: Iterable[Patient], page: str) -> None:
        """Enter into the access ledger that these identities are shown to somebody; before they are shown."""
        looked = {"patients": sorted(patients), "page": page}
        nonce = f"look-{secrets.token_hex(16)}"
        self.access.perform(Request("access.look", actor, nonce, looked, source=Source.INSIDE))

    def taken(self, actor: Actor, what: str, content: bytes, page: str) -> None:
        """Enter into the access ledger that somebody takes these bytes away; before they are handed over."""
        told = {"what": what, "sha256": sha256(content).hexdigest(), "page": page}
        nonce = f"copy-{secrets.token_hex(16)}"
        self.access.perform(Request("access.take_copy", actor, nonce, told, source=Source.INSIDE))


def prepare(database: Database) -> None:
    """Tables, rights and triggers; the application's role may do no more than it needs. Repeating changes nothing."""
    with psycopg.connect(database.owner_dsn) as owner:
        schema.create(owner)
        create_vault_tables(owner)
        create_record_tables(owner)
    with psycopg.connect(database.application_dsn) as application:
        schema.check_rights(application)


def _assembled(stack: ExitStack, database: Database, settings: Settings, ledger_id: int, given: With) -> Service:
    dsn = database.application_dsn
    with first_start.one_at_a_time(dsn) as connection:
        opened = first_start.ensure_ledger(connection, ledger_id)
        bring_up_to_date(database.owner_dsn, ledger_id, progress=given.progress)
        read_keys = partial(keys_here, log_key_file(settings, ledger_id), opened.origin)
        keys = read_keys(create=checkpoints.latest(connection, ledger_id) is None)
        seen = seen_file(settings, ledger_id)
        demonstration = settings.demonstration if opened.demonstration is None else opened.demonstration
        relied, stamp_policy = None, read_stamp_policy((settings.home or home()) / STAMPS_FILE)
        if given.background:
            own = given.own_witnesses if demonstration and settings.witnesses is None else None
            relied = (own or witnesses.asked)(settings, keys.known)
        problems = check.start(
            connection, ledger_id, log_keys=keys.known, seen=seen.read(),
            witnessed=relied.shown if relied else check.NONE_SHOWN,
        )  # fmt: skip
        if not problems and not is_shut(connection, ledger_id):
            _remember_newest(connection, ledger_id, seen)
        own_clock = given.clock or clock_for(dsn, ledger_id, demonstration=demonstration)
        simulated = own_clock if isinstance(own_clock, DemonstrationClock) else None
        if simulated:
            stack.callback(simulated.close)
        clock = GuardedClock(own_clock, dsn, ledger_id)
        listeners: list[Callable[[int], None]] = []
        if given.background:
            policy = relied.policy if relied else None
            compared = against_witnesses(connection, ledger_id, own_clock, policy)
            _in_background(stack, dsn, ledger_id, read_keys, clock, listeners, seen, policy, compared, stamp_policy)
        programmes = given.programmes or therapies.load(settings.home or home())
        projector = _projector(stack, dsn, ledger_id, programmes, listeners) if given.records else None
        vault = vaulting.open_vault(database, settings, ledger_id)
        stack.callback(vault.close)
        documents = Documents((settings.home or home()) / "documents")
        house_rules.keep(documents)
        states = States(vault.pool.connection, ledger_id, assemble.folding())
        identities = IdentityLookup(vault.pool.connection, ledger_id, vault.vault)
        audit_trails = AuditTrails(vault.pool.connection, ledger_id, states, programmes, clock)
        door = assemble.door(
            assemble.Place(dsn, ledger_id, opened.origin),
            clock=clock,
            sealer=vault.sealer,
            digest_key=vault.digest_key,
            demonstration=demonstration,
            resolvers={
                "identity_lookup": identities,
                "identity_match": IdentityMatch(identities),
                "logger_file": LoggerFile(states, documents, programmes),
                READER: audit_trails,
                "log_key": PresentLogKey(vault.pool.connection, ledger_id, keys.known),
                "recorded_value": RecordedValue(vault.pool.connection, ledger_id),
            },
            programmes=programmes,
            programmes_digest=programmes.digest,
            rates=given.rates,
            on_commit=partial(_tell, listeners),
            in_transaction=given.in_transaction,
        )
        stack.callback(door.close)
        access = _access_door(
            stack, connection, dsn, settings, ledger_id, opened, clock, vault, background=given.background
        )
        if opened.demonstration is None:
            first_start.first_entry(door, opened, demonstration=demonstration, progress=given.progress)
        if given.background:
            stack.callback(HeadsKeeper(dsn, ledger_id, door).start().stop)
    return Service(
        database,
        settings,
        ledger_id,
        opened.origin,
        demonstration,
        clock,
        simulated,
        vault,
        documents,
        programmes,
        states,
        identities,
        audit_trails,
        projector,
        door,
        access,
        keys.known,
        relied.policy if relied else None,
        stamp_policy,
        problems,
        listeners,
    )


def _access_door(
    stack: ExitStack,
    connection: psycopg.Connection,
    dsn: str,
    settings: Settings,
    ledger_id: int,
    opened: Opened,
    clock: Clock,
    vault: OpenVault,
    *,
    background: bool,
) -> Door:
    """The ledger of looks beside that of the therapies, with a key and checkpoints of its own."""
    own_id = -ledger_id
    own = first_start.ensure_ledger(connection, own_id, origin=f"{opened.origin}/access")
    place = assemble.Place(dsn, own_id, own.origin)
    listeners: list[Callable[[int], None]] = []
    if background:
        key = keys_here(
            log_key_file(settings, own_id), own.origin, create=checkpoints.latest(connection, own_id) is None
        )
        _in_background(stack, dsn, own_id, lambda: key, clock, listeners)
    door = assemble.access_door(
        place, clock=clock, sealer=vault.sealer, digest_key=vault.digest_key, on_commit=partial(_tell, listeners)
    )
    stack.callback(door.close)
    return door


def seen_file(settings: Settings, ledger_id: int = LEDGER_ID) -> Seen:
    """Where the newest checkpoint is kept outside the database; of the access ledger none is."""
    name = SEEN_FILE if ledger_id == LEDGER_ID else f"{ledger_id}.{SEEN_FILE}"
    return Seen((settings.home or home()) / name)


def _remember_newest(connection: psycopg.Connection, ledger_id: int, seen: Seen) -> None:
    row = connection.execute(
        "select size, note from checkpoint where ledger_id = %s order by size desc limit 1", (ledger_id,)
    ).fetchone()
    if row is not None:
        seen.keep_if_newer(bytes(row[1]), row[0])


def _in_background(
    stack: ExitStack,
    dsn: str,
    ledger_id: int,
    keys: Callable[[], KeysHere],
    clock: Clock,
    listeners: list[Callable[[int], None]],
    seen: Seen | None = None,
    policy: Policy | None = None,
    compared: WitnessedClock | None = None,
    stamp_policy: StampPolicy | None = None,
) -> None:
    """Checkpoints and the walk through the record. Stopped after the door, so that its last entries are signed too."""
    publisher = Publisher(dsn, ledger_id, keys, clock.now_us, seen=seen)
    if policy is not None:
        submitter = Submitter(dsn, ledger_id, lambda: keys().known, policy, lambda: publisher.leads, clock=compared)
        publisher.tell(submitter.notify)
        stack.callback(submitter.start().stop)
    if stamp_policy is not None:
        stack.callback(Stamper(dsn, ledger_id, stamp_policy, lambda: publisher.leads).start().stop)
    stack.callback(publisher.start().stop)
    publisher.notify(0)  # what is committed already is signed at once
    listeners.append(publisher.notify)
    scrubber = Scrubber(dsn, ledger_id).start()
    stack.callback(scrubber.stop)


def _projector(
    stack: ExitStack, dsn: str, ledger_id: int, programmes: Programmes, listeners: list[Callable[[int], None]]
) -> Projector:
    """The read models' thread. Stopped after the door; what it did not reach it takes up at the next start."""
    projector = Projector(dsn, ledger_id, catalogue.ACTIONS, programmes)
    stack.callback(projector.stop)
    listeners.append(projector.notify)
    return projector


def _tell(listeners: list[Callable[[int], None]], size: int) -> None:
    for listener in listeners:
        listener(size)
