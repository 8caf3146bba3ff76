"""Reads the audit trail of a batch from the record, for those who review it and for the gates of its release."""

from collections.abc import Container, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

import psycopg

from coign import catalogue, rulesets
from coign.correction.recorded import values_of
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch, Person
from coign.kernel.values import Actor, Instant
from coign.ledger.entries import Entry
from coign.manufacturing.views import BATCH, BatchState
from coign.people.events import AuthenticatorEnrolled, CredentialsReset, RoleGranted
from coign.people.views import SITE
from coign.perform.protocols import Clock
from coign.programmes.model import Programmes
from coign.quality.actions.audit_trail import AnswerAuditTrailLine, ReviewAuditTrail
from coign.quality.actions.certify import Certify
from coign.quality.actions.supply_under_exception import SupplyUnderException
from coign.quality.audit_trail import Act, Change, Limits, Line, Trail
from coign.quality.audit_trail_signs import exceptional, read_by_exception
from coign.quality.audit_trail_state import AUDIT_TRAIL
from coign.service.states import Connect, States
from coign.training.events import QualificationEarned, Qualified

#: So far back is looked for what changed for a person: the newest entries about each.
CHANGES_MAX = 200
Asked = AnswerAuditTrailLine | ReviewAuditTrail | Certify | SupplyUnderException


@dataclass(frozen=True, slots=True)
class Reading:
    """What the audit trail of a batch says when it is read now."""

    #: Position of the newest entry of the whole record when it was read.
    up_to: int
    trail: Trail
    lines: list[Line]
    exceptional: list[Line]

    def only(self, seen: Container[int]) -> "Reading":
        """The same for somebody who may know of these entries alone."""
        acts = [act for act in self.trail.acts if act.position in seen]
        lines = [line for line in self.lines if line.act.position in seen]
        return Reading(self.up_to, Trail(acts), lines, [line for line in self.exceptional if line in lines])


class AuditTrails:
    """The entries that the maker's own people made about a batch and what is in it, ranked by what stands out."""

    def __init__(self, connect: Connect, ledger_id: int, states: States, programmes: Programmes, clock: Clock) -> None:
        self._connect, self._ledger_id = connect, ledger_id
        self._states, self._programmes, self._clock = states, programmes, clock

    def __call__(self, command: Asked, actor: Actor) -> Mapping[str, Any]:
        """What the rules are told about the audit trail."""
        if isinstance(command, Certify | SupplyUnderException):
            return {"unreviewed": self._unreviewed(command.batch)}
        read = self.read(command.batch)
        if isinstance(command, ReviewAuditTrail):
            return {
                "up_to": read.up_to,
                "entries": len(read.trail.acts),
                "listed": len(read.lines),
                "exceptional": tuple(sorted(line.act.position for line in read.exceptional)),
            }
        line = next((line for line in read.exceptional if line.act.position == command.entry), None)
        if line is None:
            return {}
        return {"signs": tuple(s.words for s in line.signs), "risk": line.risk, "done_by": line.act.person}

    def _unreviewed(self, batch: Batch) -> tuple[int, ...]:
        state = self._states.of(AUDIT_TRAIL, batch)
        if state.up_to is None:
            return ()  # a gate of its own says so, and nobody waits for the reading
        found = sorted(line.act.position for line in self.read(batch).exceptional)
        # What is older was answered before the review was signed, unless it stands out by something newer.
        return tuple(n for n in found if n > state.up_to or n not in state.answered)

    def unreviewed_of(self, reviewed: Mapping[Batch, int]) -> dict[Batch, tuple[int, ...]]:
        """Of batches with the position up to which each was reviewed: those in which something stands out since.

        One query tells about which anything but the review itself was entered; only these are read.
        """
        with self._connect() as connection:
            rows = connection.execute(
                "select asked.subject from unnest(%s::text[], %s::bigint[]) as asked (subject, up_to) where exists "
                "(select from entry_subject s where s.ledger_id = %s and s.subject = asked.subject "
                "and s.position > asked.up_to order by s.position offset 1)",
                ([str(batch) for batch in reviewed], list(reviewed.values()), self._ledger_id),
            ).fetchall()
        return {batch: found for (name,) in rows if (found := self._unreviewed(batch := Batch(name)))}

    def read(self, batch: Batch) -> Reading:
        """The whole audit trail of a batch, as it stands now."""
        made = self._states.of(BATCH, batch)
        with self._connect() as connection:
            up_to = self._newest(connection)
            entries = self._entries(connection, batch, made)
            changes = self._changes(connection, {entry.actor.person for entry in entries})
        trail = Trail(self._acts(entries, made), changes)
        limits = Limits(rulesets.load(), Instant.of_us(self._clock.now_us()))
        lines = read_by_exception(trail, limits)
        return Reading(up_to, trail, lines, exceptional(lines, limits))

    def _newest(self, connection: "psycopg.Connection[Any]") -> int:
        row = connection.execute("select size from head where ledger_id = %s", (self._ledger_id,)).fetchone()
        assert row is not None
        return int(row[0]) - 1

    def _entries(self, connection: "psycopg.Connection[Any]", batch: Batch, made: BatchState) -> list[Entry]:
        """Everything about the batch and its containers, refusals too, that people of its maker entered."""
        source = () if made.source is None else (made.source,)
        subjects = [str(subject) for subject in (batch, *source, *made.units)]
        rows = connection.execute(
            "select position, body from entry where ledger_id = %s and position in "
            "(select position from entry_subject where ledger_id = %s and subject = any(%s)) order by position",
            (self._ledger_id, self._ledger_id, subjects),
        )
        found = [Entry(position, bytes(body)) for position, body in rows]
        return [entry for entry in found if entry.actor.organisation == made.maker]

    def _changes(self, connection: "psycopg.Connection[Any]", people: Iterable[Person]) -> list[Change]:
        rows = connection.execute(
            "select distinct e.position, e.body from unnest(%s::text[]) as who (subject) cross join lateral "
            "(select position from entry_subject where ledger_id = %s and subject = who.subject and seq is not null "
            "order by position desc limit %s) s join entry e on e.ledger_id = %s and e.position = s.position "
            "order by e.position",
            ([str(person) for person in people], self._ledger_id, CHANGES_MAX, self._ledger_id),
        )
        entries = (Entry(position, bytes(body)) for position, body in rows)
        return [change for entry in entries for change in _changes_in(entry)]

    def _acts(self, entries: Iterable[Entry], made: BatchState) -> list[Act]:
        zone = ZoneInfo(self._states.of(SITE, made.site).zone if made.site is not None else "UTC")
        known = made.version is not None and self._programmes.known(made.version)
        programme = self._programmes.version(made.version) if known and made.version is not None else None
        return [act_of(e, zone, programme.task_of(_name(e)) if programme is not None else "") for e in entries]


def act_of(entry: Entry, zone: ZoneInfo, task: str) -> Act:
    """An entry as a reviewer reads it."""
    intent, facts = entry.plain["intent"], tuple(entry.facts)
    action = catalogue.ACTIONS.get(_name(entry))
    local = entry.time.moment.astimezone(zone)
    return Act(
        position=entry.position,
        at=entry.time,
        action=_name(entry),
        person=entry.actor.person,
        outcome=entry.outcome,
        station=entry.actor.station,
        claimed=Instant(intent["claimed_time"]) if intent["claimed_time"] else None,
        prepared=Instant(intent["prepared"]) if intent.get("prepared") else None,
        local_minute=local.hour * 60 + local.minute,
        method=(entry.plain["signature"] or {}).get("method", ""),
        unmet=tuple(entry.unmet),
        subjects=frozenset((*(a["subject"] for a in entry.plain["about"]), *entry.plain["refs"])),
        second_of=(action.second_of or "") if action is not None else "",
        task=task,
        values=tuple((value.name, value.value) for value in values_of(facts)),
        facts=facts,
    )


def _name(entry: Entry) -> str:
    """The action without its version."""
    return entry.action.rpartition(".v")[0]


def _changes_in(entry: Entry) -> Iterable[Change]:
    for fact in entry.facts:
        match fact:
            case RoleGranted(person=person):
                yield Change(person, entry.time, "role")
            case AuthenticatorEnrolled(person=person) | CredentialsReset(person=person):
                yield Change(person, entry.time, "key")
            case Qualified(person=person, task=task) | QualificationEarned(person=person, task=task):
                yield Change(person, entry.time, "qualified", task)
            case _:
                pass
