"""A small installation to test against: a ledger of its own, a hospital and a maker with people, and the real door."""

import hashlib
import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any, LiteralString

import orjson
import psycopg
from psycopg import sql

from coign.database import Database
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Actor
from coign.ledger import schema
from coign.ledger.clock import ClockLimits, SystemClock
from coign.ledger.store import connect
from coign.perform import Done, Door, Request, Signature, Source
from coign.perform.assemble import Place, door
from coign.perform.protocols import Clock, SealedRow, Sealer, SecretItem
from coign.perform.rates import Rates
from coign_verify.growing import Frontier

LIMITS = ClockLimits(behind_us_max=2_000_000, ahead_us_max=60_000_000)
HOSPITAL, MAKER = Organisation("organisation:hospital"), Organisation("organisation:maker")
SETUP = Actor(Person("person:setup"), "setup", Organisation("organisation:setup"))
ROLES = {HOSPITAL: ("celllab", "nurse", "qa"), MAKER: ("warehouse", "operator")}

_ledger_ids = count(secrets.randbelow(1 << 30) + 1)
_prepared: set[str] = set()


@dataclass(frozen=True, slots=True)
class Sealed:
    """A sealed text as the tests' sealer makes it."""

    commitment: bytes
    item: SecretItem


class MemorySealer:
    """A vault in memory: commitments like the real ones, openings kept in `openings` once they are written."""

    def __init__(self) -> None:
        self.openings: dict[bytes, SecretItem] = {}

    def ready(self, owners: Sequence[tuple[str, str]]) -> None:
        """Every key is always there."""

    def seal(self, items: Sequence[SecretItem]) -> list[Sealed]:
        """Each text under a salt of its own."""
        return [Sealed(hashlib.sha256(secrets.token_bytes(32) + i.value.encode()).digest(), i) for i in items]

    def pack(self, row: SealedRow) -> bytes:
        """As bytes."""
        assert isinstance(row, Sealed)
        item = [row.item.owner, row.item.retention_class, row.item.field, row.item.value]
        return orjson.dumps([row.commitment.hex(), *item])

    def unpack(self, packed: bytes) -> Sealed:
        """The row again."""
        commitment, *item = orjson.loads(packed)
        return Sealed(bytes.fromhex(commitment), SecretItem(*item))

    def write(self, cursor: psycopg.Cursor, rows: Sequence[SealedRow]) -> None:
        """Keep the openings."""
        for row in rows:
            assert isinstance(row, Sealed)
            self.openings[row.commitment] = row.item


class TestInstallation:
    """A fresh ledger in a shared database. Use as a context manager; `people` are actors by `organisation-role`."""

    __test__ = False  # not a test itself, whatever its name begins with

    def __init__(
        self,
        database: Database,
        *,
        demonstration: bool = True,
        clock: Clock | None = None,
        sealer: Sealer | None = None,
        digest_key: bytes = b"key of the tests, 32 bytes long..",
        on_commit: Callable[[int], None] = lambda size: None,
        rates: Rates | None = None,
    ) -> None:
        self.database = database
        self.ledger_id = fresh_ledger_id()
        self.origin = f"test.example/{self.ledger_id}"
        self.people: dict[str, Actor] = {}
        self.sealer = sealer or MemorySealer()
        self._clock, self._digest_key = clock or SystemClock(LIMITS), digest_key
        self._on_commit, self._demonstration, self._rates = on_commit, demonstration, rates
        self._nonces = count()
        create_ledger(database, self.ledger_id, self.origin)
        self.door = self.open_door()

    def __enter__(self) -> "TestInstallation":
        return self

    def __exit__(self, *exception: object) -> None:
        self.door.close()

    def open_door(self) -> Door:
        """A further door onto the same ledger, as another process would have. Close it yourself."""
        return door(
            Place(self.database.application_dsn, self.ledger_id, self.origin),
            clock=self._clock,
            sealer=self.sealer,
            digest_key=self._digest_key,
            demonstration=self._demonstration,
            rates=self._rates,
            on_commit=self._on_commit,
        )

    def reopen_door(self) -> None:
        """Close the door and open it anew, as a restart does."""
        self.door.close()
        self.door = self.open_door()

    def do(
        self, action: str, actor: Actor, *, nonce: str = "", reason: str = "", signature: Signature | None = None,
        intent_hash: bytes | None = None, **command: Any,
    ) -> Done:  # fmt: skip
        """Perform one action, under a key of its own unless one is given."""
        return self.door.perform(self.request(action, actor, nonce, command, reason, intent_hash, signature))

    def request(
        self, action: str, actor: Actor, nonce: str = "", command: dict[str, Any] | None = None, reason: str = "",
        intent_hash: bytes | None = None, signature: Signature | None = None,
    ) -> Request:  # fmt: skip
        """A request under a key of its own unless one is given."""
        key = nonce or f"test-{next(self._nonces)}"
        return Request(action, actor, key, command or {}, reason, None, intent_hash, signature, Source.INSIDE)

    def set_up(self) -> "TestInstallation":
        """Genesis, a hospital and a maker with people and roles, two administrators; set-up stays open."""
        opening = {"origin": self.origin, "demonstration": self._demonstration}
        people = [(f"{o.identifier}-{role}", o, role) for o, roles in ROLES.items() for role in roles]
        people += [(name, HOSPITAL, "admin") for name in ("admin-1", "admin-2")]
        asked = [
            self.request("installation.open", SETUP, command=opening),
            self._registration(HOSPITAL, "treatment_centre"),
            self._registration(MAKER, "maker"),
        ]
        self.door.perform_all(asked + [request for who in people for request in self._newcomer(*who)])
        return self

    def finish_set_up(self) -> None:
        """From now on only people with roles act."""
        self.do("installation.finish_setup", SETUP)

    def _registration(self, organisation: Organisation, category: str) -> Request:
        told = {"organisation": organisation, "name": organisation.identifier.title(), "category": category}
        return self.request("people.register_organisation", SETUP, command={**told, "country": "DE"})

    def add_person(self, name: str, organisation: Organisation, role: str) -> Actor:
        """Register somebody with one role, by the set-up actor; also found under `people[name]`."""
        self.door.perform_all(self._newcomer(name, organisation, role))
        return self.people[name]

    def _newcomer(self, name: str, organisation: Organisation, role: str) -> list[Request]:
        person = Person.of(name)
        self.people[name] = Actor(person, role, organisation)
        who = {"person": person, "organisation": organisation}
        return [
            self.request("people.register_person", SETUP, command={**who, "name": "Ann Example"}),
            self.request("people.grant_role", SETUP, command={**who, "role": role}),
        ]

    def take_in(self, unit: str) -> Done:
        """The hospital's cell laboratory takes a unit in."""
        return self.do("custody.take_in", self.people["hospital-celllab"], unit=f"unit:{unit}", site="site:clinic")

    def fill(self, entries: int, prefix: str = "FILL") -> None:
        """That many further entries, each about a unit of its own."""
        actor = self.people["hospital-celllab"]
        requests = [
            self.request("custody.take_in", actor, command={"unit": f"unit:{prefix}{n}", "site": "site:clinic"})
            for n in range(entries)
        ]
        for start in range(0, entries, 1000):
            self.door.perform_all(requests[start : start + 1000])

    def connection(self) -> psycopg.Connection:
        """A connection with the application's rights, statements committing by themselves."""
        return connect(self.database.application_dsn)

    def read_only(self) -> str:
        """Why the ledger is read-only; empty: it is not."""
        with self.connection() as connection:
            row = connection.execute("select read_only from head where ledger_id = %s", (self.ledger_id,)).fetchone()
        assert row is not None
        return str(row[0])

    def size(self) -> int:
        """How many entries are committed."""
        with self.connection() as connection:
            row = connection.execute("select size from head where ledger_id = %s", (self.ledger_id,)).fetchone()
        assert row is not None
        return int(row[0])

    @contextmanager
    def tampering(self, *tables: LiteralString) -> Iterator[psycopg.Connection]:
        """What nobody should do: the owner's connection with the triggers of these tables switched off."""
        with psycopg.connect(self.database.owner_dsn) as owner:
            for table in tables:
                owner.execute(sql.SQL("alter table {} disable trigger append_only").format(sql.Identifier(table)))
            yield owner
            for table in tables:
                owner.execute(sql.SQL("alter table {} enable trigger append_only").format(sql.Identifier(table)))


def fresh_ledger_id() -> int:
    """A ledger that nobody else uses; nothing is ever truncated."""
    return next(_ledger_ids)


def create_ledger(database: Database, ledger_id: int, origin: str) -> None:
    """The tables, once a database; then the rows of one empty ledger."""
    if database.owner_dsn not in _prepared:
        with psycopg.connect(database.owner_dsn) as owner:
            schema.create(owner)
        _prepared.add(database.owner_dsn)
    with psycopg.connect(database.application_dsn) as connection:
        connection.execute("insert into ledger (ledger_id, origin) values (%s, %s)", (ledger_id, origin))
        connection.execute(
            "insert into head (ledger_id, size, frontier, last_time) values (%s, 0, %s, '')",
            (ledger_id, Frontier().to_bytes()),
        )
