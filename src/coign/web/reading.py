"""What pages and the API read back: states, entries, tiles; always through the one rule of sight."""

import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, LiteralString, TypeVar, cast

import orjson
import psycopg
from psycopg.types.json import set_json_loads
from psycopg_pool import ConnectionPool

from coign import catalogue
from coign.kernel.errors import NotFound
from coign.kernel.facts import Fact, about
from coign.kernel.frozen import dataclass
from coign.kernel.sight import Parties, may_see
from coign.kernel.subjects import Organisation, Subject, parse_subject
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.ledger.cosignatures import with_cosignatures
from coign.ledger.entries import Entry
from coign.ledger.states import Folding
from coign.ledger.store import history
from coign.ledger.tiles import Tiles
from coign.people.views import ORGANISATION, SITE
from coign.records import scope
from coign.service.heads import Reach, reach
from coign.service.states import States
from coign.web import kept, running

S = TypeVar("S")
K = TypeVar("K", bound=Subject)

#: Subjects are sent as one text: names hold no space, and hundreds of texts one by one take longer than their answer.
_ROWS: LiteralString = (
    "select subject, view, fold, body from state where ledger_id = %(l)s and subject = any(string_to_array(%(s)s, ' '))"
)
_ROWS_OF_VIEWS: LiteralString = _ROWS + " and view = any(%(v)s)"
_NOW: LiteralString = (
    "select h.size, h.read_only, c.size, c.note, s.round_size, s.round_finished, w.size, w.time_s "
    "from head h left join lateral "
    "(select size, note from checkpoint where ledger_id = h.ledger_id order by size desc limit 1) c on true "
    "left join scrub s using (ledger_id) left join cosigned w using (ledger_id) where h.ledger_id = %s"
)
#: By their kind, which begins every subject's name and so the key of its states.
_LISTED: LiteralString = (
    "select s.view, s.subject, s.fold, s.body from unnest(%(k)s::text[]) as asked (kind) cross join lateral "
    "(select view, subject, fold, body from state where ledger_id = %(l)s and subject >= asked.kind || ':' "
    "and subject < asked.kind || ';' and view = any(%(v)s) offset 0) s order by s.subject limit %(m)s"
)
#: Which nearly every page names: read together.
_PLACES: Sequence[View[Any]] = (ORGANISATION, SITE)
_WAIT_S = 5.0  # for a connection, before the caller is told to try again
_turn = threading.RLock()
_reader: "Reader | None" = None


@dataclass(frozen=True, slots=True)
class LedgerHead:
    """How long the record is, and why nothing may be appended, if so."""

    size: int
    read_only: str


def _configure(connection: psycopg.Connection) -> None:
    """A list of therapies holds hundreds of small documents."""
    set_json_loads(orjson.loads, connection)


class Reader:
    """Reads one ledger with the reader's rights, which cannot write."""

    def __init__(self, dsn: str, ledger_id: int) -> None:
        self._ledger_id = ledger_id
        self._dsn = dsn
        self.folding = Folding(catalogue.VIEWS)
        self._pool: ConnectionPool[psycopg.Connection] = ConnectionPool(
            dsn, min_size=1, max_size=8, timeout=_WAIT_S, open=True, kwargs={"autocommit": True}, configure=_configure
        )
        self._states = States(self.connection, ledger_id, self.folding)
        self.tiles = Tiles(self.connection, ledger_id)

    @contextmanager
    def connection(self) -> Iterator[psycopg.Connection]:
        """A connection for reading."""
        with self._pool.connection() as connection:
            yield connection

    def is_of(self, dsn: str, ledger_id: int) -> bool:
        """Whether it reads this ledger."""
        return (self._dsn, self._ledger_id) == (dsn, ledger_id)

    def close(self) -> None:
        """Give all connections back."""
        self._pool.close()

    # States

    def state(self, view: View[S], subject: Subject) -> S:
        """The state of a subject now; the empty one when nothing was recorded."""
        return self.states_of(view, [subject])[subject]

    def states_of(self, view: View[S], subjects: Iterable[K]) -> dict[K, S]:
        """The state of every one of these subjects, in one query; the empty one where nothing was recorded."""
        asked = {str(s): s for s in subjects}
        found = dict.fromkeys(asked.values(), view.empty)
        if asked:
            for text, (fold, body) in kept.states(view.name, list(asked), self._rows).items():
                found[asked[text]] = self.loaded(view, asked[text], fold, body)
        return found

    def look_ahead(self, subjects: Iterable[Subject], views: Iterable[View[Any]] | None = None) -> None:
        """Read at once the states of these subjects that a page will ask for one by one; in these views, or in all."""
        kept.ahead([str(s) for s in subjects], None if views is None else [v.name for v in views], self._rows)

    def _rows(self, subjects: Sequence[str], views: Sequence[str] | None) -> list[tuple[str, str, int, bytes]]:
        query = _ROWS if views is None else _ROWS_OF_VIEWS
        with self.connection() as connection:
            asked = {"l": self._ledger_id, "s": " ".join(subjects), "v": views}
            return connection.execute(query, asked).fetchall()

    def every(self, view: View[S], kind: type[K]) -> dict[K, S]:
        """Every state of a view, by subject; for views of which there are few."""
        found: dict[K, S] = kept.once(("every", view.name), lambda: self._every(view, kind))
        return found

    def _every(self, view: View[S], kind: type[K]) -> dict[K, S]:
        together = _PLACES if view in _PLACES else [view]
        rows = kept.once(("listed", together[0].name), lambda: self._listed(together))
        mine = ((kind(subject), fold, body) for name, subject, fold, body in rows if name == view.name)
        return {subject: self.loaded(view, subject, fold, body) for subject, fold, body in mine}

    def states(self, view: View[S], at_most: int | None = 500) -> list[tuple[Subject, S]]:
        """Every subject that has a state in this view, by name; as many as a list of choices can hold, or all."""
        return [
            (subject := parse_subject(text), self.loaded(view, subject, fold, body))
            for _name, text, fold, body in self._listed([view], at_most)
        ]

    def _listed(self, views: Sequence[View[Any]], at_most: int | None = None) -> list[tuple[str, str, int, bytes]]:
        """The rows of these views, by subject: only subjects of their kinds are looked at, however many others are."""
        asked = {
            "l": self._ledger_id, "v": [v.name for v in views], "m": at_most,
            "k": sorted({kind for view in views for kind in view.kinds}),
        }  # fmt: skip
        with self.connection() as connection:
            return connection.execute(_LISTED, asked).fetchall()

    def loaded(self, view: View[S], subject: Subject, fold: int, body: bytes) -> S:
        """A stored state; one that was folded by another version is folded anew."""
        if fold != view.version:
            return self._states.of(view, subject)
        return cast(S, self.folding.load(view.name, bytes(body)))

    def states_as_of(self, subject: Subject, entries: Sequence[Entry], told: Callable[[Fact], bool]) -> dict[str, Any]:
        """All states of a subject folded from what is told of these entries about it."""
        states = {v.name: (v, v.state()) for v in self.folding.views.values() if subject.kind in v.kinds}
        for entry in entries:
            if entry.outcome == "refused":
                continue
            stamp = Stamp(entry.time, entry.position, entry.actor, subject)
            for fact in entry.facts:
                for name, (view, state) in states.items():
                    if type(fact) in view.folds and subject in about(fact) and told(fact):
                        states[name] = (view, view.evolve(state, fact, stamp))
        return {name: state for name, (view, state) in states.items() if state != view.state()}

    # Entries

    def head(self) -> LedgerHead:
        """Where the record ends."""
        row = self._now()
        return LedgerHead(row[0], row[1])

    def verified(self) -> tuple[int, Any] | None:
        """How far the last complete round of the scrubber reached, and when."""
        row = self._now()
        return None if row[4] is None else (row[4], row[5])

    def entry(self, position: int) -> Entry:
        """One entry; `NotFound` beyond the end."""
        with self.connection() as connection:
            row = connection.execute(
                "select body from entry where ledger_id = %s and position = %s", (self._ledger_id, position)
            ).fetchone()
        if row is None:
            raise NotFound(f"there is no entry {position}")
        return Entry(position, bytes(row[0]))

    def history(self, subject: Subject, until: Instant | None = None) -> list[Entry]:
        """Every entry about a subject, in order; up to an instant if one is given."""
        with self.connection() as connection:
            entries = list(history(connection, self._ledger_id, subject))
        return [e for e in entries if until is None or e.time <= until]

    def reach(self, subject: Subject) -> Reach | None:
        """How far a subject's past reached when the heads were last entered, with its proof."""
        with self.connection() as connection:
            return reach(connection, self._ledger_id, subject)

    def nonce_position(self, person: str, nonce: str) -> int | None:
        """Where the answer to this person's key stands."""
        with self.connection() as connection:
            row = connection.execute(
                "select position from nonce where ledger_id = %s and person = %s and nonce = %s",
                (self._ledger_id, person, nonce),
            ).fetchone()
        return None if row is None else int(row[0])

    # Tiles and checkpoints

    def checkpoint(self) -> tuple[int, bytes] | None:
        """The newest published checkpoint: its size and its signed note."""
        row = self._now()
        return None if row[2] is None else (row[2], bytes(row[3]))

    def cosigned(self) -> tuple[int, int] | None:
        """The newest size that enough witnesses signed, and since when (seconds since 1970)."""
        row = self._now()
        return None if row[6] is None else (row[6], row[7])

    def checkpoint_for_others(self, covering: int = -1) -> tuple[int, bytes] | None:
        """The newest checkpoint that enough witnesses signed, if there is one that covers this position; else the
        newest of all. With every signature of a witness that is kept for it."""
        policy, found, seen = running.service().policy, self.checkpoint(), self.cosigned()
        if found is None:
            return None
        with self.connection() as connection:
            if policy is not None and policy.quorum is not None and seen is not None and seen[0] > covering:
                row = connection.execute(
                    "select size, note from checkpoint where ledger_id = %s and size = %s", (self._ledger_id, seen[0])
                ).fetchone()
                found = found if row is None else (row[0], bytes(row[1]))
            return found[0], with_cosignatures(connection, self._ledger_id, *found)

    def _now(self) -> Any:
        """How far the whole ledger is recorded, published and verified; asked for once a page."""

        def ask() -> Any:
            with self.connection() as connection:
                return connection.execute(_NOW, (self._ledger_id,)).fetchone()

        row = kept.once(_NOW, ask)
        assert row is not None, "the ledger has no head"
        return row

    # Sight

    def may_see(self, subject: Subject, organisation: Organisation | None) -> bool:
        """Whether this organisation may know that the subject exists (21 CFR 11.10(d), CSV-04)."""
        if subject.public:
            return True
        if organisation is None:
            return False
        parties: Parties = self.state(catalogue.PARTIES, subject)
        return may_see(subject, parties, organisation) and bool(self.in_scope([subject]))

    def in_scope(self, subjects: Collection[Subject]) -> Collection[Subject]:
        """Those that the scope of whoever reads this page leaves, whatever their house may know (REG-10)."""
        if scope.within() is None:
            return subjects
        with self.connection() as connection:
            left = scope.inside(connection, self._ledger_id, [str(s) for s in subjects])
        return [s for s in subjects if str(s) in left]

    def existing(self, subjects: Iterable[str]) -> set[Subject]:
        """Those about which anything was ever recorded: an identifier allotted and not used tells of nothing."""
        with self.connection() as connection:
            rows = connection.execute(
                "select subject from subject_head where ledger_id = %s and subject = any(%s)",
                (self._ledger_id, list(subjects)),
            ).fetchall()
        return {parse_subject(text) for (text,) in rows}


def reader() -> Reader:
    """The reader of the running service."""
    global _reader
    service = running.service()
    wanted = (service.database.reader_dsn, service.ledger_id)
    found = _reader
    if found is not None and found.is_of(*wanted):
        return found
    with _turn:
        if _reader is None or not _reader.is_of(*wanted):
            close()
            _reader = Reader(*wanted)
        return _reader


def close() -> None:
    """Give the reader's connections back, if it has any."""
    global _reader
    if _reader is not None:
        _reader.close()
    _reader = None
