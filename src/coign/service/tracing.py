"""Where something went, or where it came from: the walk with the state, holder and place of everything on it."""

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import Any

import psycopg

from coign.catalogue import PARTIES
from coign.custody.views import HOLDING, Holding
from coign.equipment.views import DEVICE, DeviceState, kind_words
from coign.facility.views import ROOM, RoomState
from coign.identity.views import UNIT, UnitState
from coign.kernel.errors import Invalid, NotFound
from coign.kernel.frozen import dataclass
from coign.kernel.sight import may_see
from coign.kernel.subjects import Batch, Organisation, Subject, Unit, parse_subject
from coign.kernel.values import Instant
from coign.kernel.views import View
from coign.ledger.states import Folding
from coign.ledger.store import history
from coign.ledger.tiles import Tiles
from coign.manufacturing.views import BATCH, BatchState
from coign.people.views import SITE
from coign.quality.views import DISPOSITION, DispositionState
from coign.records import scope
from coign.records.trace import Hit, position_at, projected_to, walk
from coign.service.trace_file import Proved, Signed, trace_file
from coign.supply.views import LOT, LotState
from coign_verify.checkpoint import Checkpoint
from coign_verify.notes import parse_note

_TOLD: tuple[View[Any], ...] = (UNIT, HOLDING, DISPOSITION, BATCH, LOT, ROOM, DEVICE)


@dataclass(frozen=True, slots=True)
class Traced:
    """One thing on the way, and what is known of it now."""

    subject: Subject
    state: str
    holder: str
    place: str
    how: str
    path: tuple[str, ...]
    #: One for each line of the path.
    entries: tuple[int, ...]
    #: The therapy that it belongs to, where it belongs to one.
    therapy: str = ""

    @property
    def position(self) -> int:
        """The entry that tells of the last line."""
        return self.entries[-1]

    def as_json(self) -> dict[str, Any]:
        """As commands and REST give it."""
        return {
            "subject": str(self.subject),
            "kind": self.subject.kind,
            "state": self.state,
            "holder": self.holder,
            "place": self.place,
            "path": list(self.path),
        }


@dataclass(frozen=True, slots=True)
class Trace:
    """An answer, and the part of the record that it rests on."""

    start: Subject
    size: int
    root: str
    hits: tuple[Traced, ...]
    checkpoint: str
    behind: int

    def as_json(self) -> dict[str, Any]:
        """As commands and REST give it."""
        return {
            "ok": not self.behind,
            "start": str(self.start),
            "as_of": {"size": self.size, "root": self.root},
            "count": len(self.hits),
            "hits": [hit.as_json() for hit in self.hits],
            "proof": {"entries": sorted({hit.position for hit in self.hits}), "checkpoint": self.checkpoint},
        }


class Tracer:
    """Traces in one ledger, over connections that may only read."""

    def __init__(self, connect: Callable[[], Any], ledger_id: int, folding: Folding) -> None:
        self._connect, self._ledger_id, self._folding = connect, ledger_id, folding
        self._tiles = Tiles(connect, ledger_id)

    def trace(
        self, start: Subject, *, back: bool = False, since: Instant | None = None, sees_for: Organisation | None = None
    ) -> Trace:
        """Everything that came out of `start`, or `back`: that it came out of. `sees_for` None: everything."""
        with self._connect() as connection:

            def may_know(found: Collection[str]) -> Collection[str]:
                return found if sees_for is None else self._visible(connection, found, sees_for)

            if not self._is_known(connection, start) or not may_know([str(start)]):
                raise NotFound(f"{start} is not known here")
            begin = position_at(connection, self._ledger_id, str(since)) if since is not None else 0
            size = projected_to(connection, self._ledger_id)
            found = walk(
                connection, self._ledger_id, str(start), back=back, since=begin, may_know=may_know
            )  # fmt: skip
            hits = self._told(connection, found)
            newest, note = self._checkpoint(connection)
        root = self._tiles.root(size).hex() if size else ""
        return Trace(start, size, root, hits, note, max(0, newest - size))

    def file(self, found: Trace, *, back: bool, since: Instant | None) -> bytes:
        """An answer as a file that proves itself: `coign verify FILE` reads it."""
        told = sorted({position for hit in found.hits for position in hit.entries})
        with self._connect() as connection:
            bodies = connection.execute(
                "select position, body from entry where ledger_id = %s and position = any(%s) order by position",
                (self._ledger_id, told),
            ).fetchall()
        entries = [Proved(at, bytes(body), self._tiles.inclusion_proof(at, found.size)) for at, body in bodies]
        signed = Checkpoint.parse(parse_note(found.checkpoint.encode()).text).size if found.checkpoint else 0
        old, new = sorted((found.size, signed))
        joined = self._tiles.consistency_proof(old, new) if 0 < old < new else []
        answer = {
            "start": str(found.start),
            "back": back,
            "since": str(since) if since is not None else "",
            "as_of": {"size": found.size, "root": found.root},
            "count": len(found.hits),
            "hits": [{**hit.as_json(), "entries": list(hit.entries)} for hit in found.hits],
        }
        return trace_file(answer, entries, Signed(found.checkpoint, joined))

    def _is_known(self, connection: "psycopg.Connection[Any]", subject: Subject) -> bool:
        row = connection.execute(
            "select exists (select from entry_subject where ledger_id = %s and subject = %s)",
            (self._ledger_id, str(subject)),
        ).fetchone()
        return bool(row and row[0])

    def _checkpoint(self, connection: "psycopg.Connection[Any]") -> tuple[int, str]:
        """How long the record is, and the newest note that was signed over it."""
        head = connection.execute("select size from head where ledger_id = %s", (self._ledger_id,)).fetchone()
        note = connection.execute(
            "select note from checkpoint where ledger_id = %s order by size desc limit 1", (self._ledger_id,)
        ).fetchone()
        return int(head[0]) if head else 0, bytes(note[0]).decode() if note else ""

    # States, many at once

    def _states(
        self, connection: "psycopg.Connection[Any]", views: Sequence[View[Any]], subjects: Iterable[str]
    ) -> dict[tuple[str, str], Any]:
        named = {view.name: view for view in views}
        rows = connection.execute(
            "select subject, view, fold, body from state where ledger_id = %s and subject = any(%s) and view = any(%s)",
            (self._ledger_id, list(subjects), list(named)),
        ).fetchall()
        return {
            (subject, name): self._state(connection, named[name], subject, fold, bytes(body))
            for subject, name, fold, body in rows
        }

    def _state(
        self, connection: "psycopg.Connection[Any]", view: View[Any], subject: str, fold: int, body: bytes
    ) -> Any:
        if fold == view.version:
            return self._folding.load(view.name, body)
        known = parse_subject(subject)  # stored by an older version of the fold: made anew here
        return self._folding.refold(view, known, history(connection, self._ledger_id, known))

    def _visible(
        self, connection: "psycopg.Connection[Any]", found: Collection[str], organisation: Organisation
    ) -> list[str]:
        """Those that this organisation may know of: the one rule of sight, asked once for all (CSV-04)."""
        subjects = [parse_subject(text) for text in found]
        parties = self._states(connection, [PARTIES], [s for s in subjects if not s.public])
        empty = PARTIES.state()
        seen = [str(s) for s in subjects if may_see(s, parties.get((str(s), PARTIES.name), empty), organisation)]
        return list(scope.inside(connection, self._ledger_id, seen))

    def _told(self, connection: "psycopg.Connection[Any]", found: Sequence[Hit]) -> tuple[Traced, ...]:
        states = self._states(connection, _TOLD, [hit.subject for hit in found])
        places = self._places(connection)

        def told(hit: Hit) -> Traced:
            of = {view.name: states.get((hit.subject, view.name), view.state()) for view in _TOLD}
            holding: Holding = of[HOLDING.name]
            return Traced(
                subject=parse_subject(hit.subject),
                state=_state_words(parse_subject(hit.subject), of),
                holder=str(holding.organisation or ""),
                place=places.get(str(holding.organisation), ""),
                how=hit.how,
                path=hit.path,
                entries=hit.entries,
                therapy=str(of[UNIT.name].chain or of[BATCH.name].chain or ""),
            )

        return tuple(told(hit) for hit in found)

    def _places(self, connection: "psycopg.Connection[Any]") -> dict[str, str]:
        """Where each organisation is, for those that have one place."""
        rows = connection.execute(
            "select subject from state where ledger_id = %s and view = %s", (self._ledger_id, SITE.name)
        ).fetchall()
        found: dict[str, list[str]] = {}
        for state in self._states(connection, [SITE], [subject for (subject,) in rows]).values():
            found.setdefault(str(state.organisation), []).append(state.name)
        return {organisation: names[0] for organisation, names in found.items() if len(names) == 1}


def _state_words(subject: Subject, of: dict[str, Any]) -> str:
    if isinstance(subject, Unit):
        return _unit_words(of[UNIT.name], of[DISPOSITION.name])
    if isinstance(subject, Batch):
        return _batch_words(of[BATCH.name])
    if subject.kind == "equipment":
        return _device_words(of[DEVICE.name])
    if subject.kind == "room":
        return _room_words(of[ROOM.name])
    lot: LotState = of[LOT.name]
    if subject.kind == "lot":
        return lot.recalled_because or ("approved" if lot.approved else "in quarantine")
    return ""


def _unit_words(unit: UnitState, disposition: DispositionState) -> str:
    kind = unit.kind.replace("_", " ")
    if unit.ended or unit.blocked:
        return f"{kind}, {unit.stands_still_because}"
    if disposition.rejected:
        return f"{kind}, was rejected"
    said = disposition.may_be_given_because or ("was accepted" if disposition.is_accepted else "")
    return f"{kind}, {said}" if said else kind


def _room_words(room: RoomState) -> str:
    """Its grade, and whether anything grew there or flew there too much when it was read last."""
    above = any(reading.level == "action" for reading in room.last)
    return f"grade {room.grade}, {'above a limit when it was read last' if above else 'within its limits'}"


def _device_words(device: DeviceState) -> str:
    """What kind it is, and whether something speaks against what it was used on."""
    if not device.kind:
        return "storage tank, or not registered"
    if device.doubts:
        return f"{kind_words(device.kind)}, was found out of calibration"
    return f"{kind_words(device.kind)}, {'out of service' if device.out_since else 'in service'}"


def _batch_words(batch: BatchState) -> str:
    if batch.abandoned:
        return "was given up"
    return "is in production" if batch.is_open else "is filled" if batch.filled_at is not None else ""


def start_of(text: str) -> Subject:
    """What a person names: `kind:identifier`."""
    try:
        return parse_subject(text)
    except ValueError as error:
        raise Invalid.at("ID", str(error)) from error


def instant_of(text: str) -> Instant | None:
    """Since when; None for no limit."""
    try:
        return Instant.parse(text) if text else None
    except ValueError as error:
        raise Invalid.at("since", str(error)) from error
