"""A record of the told story in a scratch database, entered by the real door; copies of it go on in other ways."""

import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import orjson
import psycopg
from psycopg import sql

from coign import catalogue
from coign.checker.history import History, Told
from coign.checker.rules import Move
from coign.checker.stories import command_of
from coign.database import Database
from coign.demo import player
from coign.demo.in_memory import BEGINS, InMemory
from coign.kernel.values import Actor, Instant
from coign.ledger.encoding import from_wire
from coign.ledger.store import connect
from coign.perform import assemble
from coign.perform.door import Door
from coign.perform.request import Request, Source
from coign.perform.shape import shape_of
from coign.service import Service, Settings, first_start, prepare, vaulting

#: All that one ledger's next commit rests on; the vault's keys are made anew where they are needed.
COPIED = (
    "head", "entry", "entry_subject", "nonce", "tile", "claim", "subject_head", "state", "fold", "heads_map",
    "heads_page",
)  # fmt: skip
GATHERED_MAX = 200

_ledger_ids = count(secrets.randbelow(1 << 30) + 1)


class _Clock:
    """Shows the time of whatever is told; it never goes back."""

    def __init__(self, begins: Instant) -> None:
        self._us = begins.us

    def reach(self, time: Instant) -> None:
        self._us = max(self._us, time.us)

    def now_us(self) -> int:
        """The story's time."""
        return self._us

    def check_against(self, last_us: int) -> None:
        """Told at one instant, entries lie microseconds apart: the last one may lie so far ahead."""


@dataclass
class Ledger:
    """One ledger. Things are called in it as the story calls them: by its name an attempt draws its questions."""

    database: Database
    home: Path
    history: History
    id: int
    origin: str

    def __post_init__(self) -> None:
        self._clock, self._told_fields = _Clock(BEGINS), dict[str, Any]()
        self._named: dict[str, Mapping[str, str]] = {}
        self._vault = vaulting.open_vault(self.database, Settings(home=self.home), self.id)

    @contextmanager
    def door(self, without: frozenset[str] = frozenset()) -> Iterator[Door]:
        """The real door; `without`: nobody asks these gates. Nothing else in the product opens such a door."""
        programmes = self.history.programmes
        judge = assemble.judge(programmes, programmes.digest)
        actions = catalogue.ACTIONS
        if without:
            judge = replace(judge, before=tuple(each for each in judge.before if each.gate.id not in without))
            actions = {
                name: replace(action, gates=tuple(g for g in action.gates if g.id not in without))
                for name, action in actions.items()
            }
        resolvers = {r for action in actions.values() for r in shape_of(action).resolved.values()}
        door = assemble.put_together(
            assemble.Place(self.database.application_dsn, self.id, self.origin),
            judge,
            actions,
            clock=self._clock,
            sealer=self._vault.sealer,
            digest_key=InMemory.digest_key,
            resolvers=dict.fromkeys(resolvers, self._as_told),
            methods=assemble.methods(demonstration=True),
            rates=None,
            on_commit=lambda size: None,
            in_transaction=lambda: False,
            named=lambda request: self._named[request.nonce],
        )
        try:
            yield door
        finally:
            door.close()

    def _as_told(self, command: Any, actor: Actor) -> Mapping[str, Any]:
        """What registers, files and lists say is a part of the story."""
        return self._told_fields

    def perform(self, door: Door, move: Move, nonce: str) -> None:
        """One act in its time, signed where it is signed. Raises what the door raises."""
        request = self._request(move, nonce)
        as_service = SimpleNamespace(
            door=door, origin=self.origin, vault=SimpleNamespace(digest_key=InMemory.digest_key)
        )
        door.perform(player.signed(cast(Service, as_service), request))

    def tell(self, door: Door, acts: Sequence[Told], first: int) -> None:
        """Acts of the story; those of one instant that nobody signs and nothing is looked up for, in one commit."""
        gathered: list[Move] = []
        for number, told in enumerate(acts, start=first):
            move = told.move
            if _stands_alone(move) or len(gathered) == GATHERED_MAX or (gathered and gathered[0].time != move.time):
                self._commit(door, gathered, number)
                gathered = []
            if _stands_alone(move):
                self.perform(door, move, f"told/{number}")
            else:
                gathered.append(move)
        self._commit(door, gathered, first + len(acts))

    def _commit(self, door: Door, moves: Sequence[Move], before: int) -> None:
        first = before - len(moves)
        if moves:
            door.perform_all([self._request(move, f"told/{first + n}") for n, move in enumerate(moves)])

    def _request(self, move: Move, nonce: str) -> Request:
        self._clock.reach(move.time)
        shape = shape_of(move.action)
        request = Request(move.action.name, move.actor, nonce, source=Source.INSIDE)
        self._named[nonce] = {name: str(getattr(move.command, name)) for name in shape.allotted}
        command = command_of(move.command)
        known = from_wire(move.action.command, command)
        self._told_fields = {name: getattr(known, name) for name in shape.resolved}
        return replace(request, command={n: value for n, value in command.items() if n not in shape.closed})

    def entries(self) -> list[dict[str, Any]]:
        """Everything that was entered."""
        with connect(self.database.application_dsn) as reads:
            rows = reads.execute(
                "select body, position from entry where ledger_id = %s order by position", (self.id,)
            ).fetchall()
        return [{**orjson.loads(body), "position": position} for body, position in rows]

    def size(self) -> int:
        """How many entries that are."""
        with connect(self.database.application_dsn) as reads:
            row = reads.execute("select size from head where ledger_id = %s", (self.id,)).fetchone()
        assert row is not None
        return int(row[0])

    @contextmanager
    def copy(self) -> Iterator["Ledger"]:
        """Another ledger with the same past and origin, for as long as the block lasts; this one stays as it is."""
        other = replace(self, id=next(_ledger_ids))
        with psycopg.connect(self.database.owner_dsn) as owner:
            owner.execute("insert into ledger (ledger_id, origin) values (%s, %s)", (other.id, f"copy/{other.id}"))
            for table in COPIED:
                owner.execute(_copying(owner, table), (other.id, self.id))
        other._clock.reach(Instant.of_us(self._clock.now_us()))
        try:
            yield other
        finally:
            other.close()

    def close(self) -> None:
        """Give the connections back; the rows go with the database."""
        self._vault.close()


def _copying(owner: psycopg.Connection, table: str) -> sql.Composed:
    columns = owner.execute(
        "select column_name from information_schema.columns where table_schema = current_schema() "
        "and table_name = %s and column_name <> 'ledger_id'",
        (table,),
    ).fetchall()
    names = sql.SQL(", ").join(sql.Identifier(name) for (name,) in columns)
    return sql.SQL(
        "insert into {table} (ledger_id, {names}) select %s, {names} from {table} where ledger_id = %s"
    ).format(table=sql.Identifier(table), names=names)


@contextmanager
def new_ledger(database: Database, home: Path, history: History) -> Iterator[Ledger]:
    """An empty one in a database that is used for nothing else."""
    prepare(database)
    ledger = Ledger(database, home, history, next(_ledger_ids), InMemory.origin)
    with connect(database.application_dsn) as connection:
        first_start.ensure_ledger(connection, ledger.id, origin=f"told/{ledger.id}")
    try:
        yield ledger
    finally:
        ledger.close()


def _stands_alone(move: Move) -> bool:
    return move.action.meaning is not None or bool(shape_of(move.action).resolved)
