"""Answers what rules cannot know by themselves, before the lock: who is this, and what stands in that logger's file."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_UP, Decimal
from threading import Lock
from typing import Any

import psycopg

from coign import rulesets
from coign.clinical.actions.enrol import CorrectIdentity, Enrol
from coign.clinical.actions.settle_identity import SettleIdentity
from coign.clinical.events import IdentityCorrected, PatientEnrolled
from coign.coldchain.actions.record_logger import RecordLogger
from coign.custody.views import HOLDING
from coign.documents import Documents
from coign.gateways.loggers import Expected, LoggerSeries, evaluate, read_logger_file
from coign.identity.views import CHAIN, UNIT
from coign.kernel.errors import Invalid, NotFound
from coign.kernel.subjects import HospitalNumber, Organisation, Patient
from coign.kernel.values import Actor, Identifying, Instant, Quantity
from coign.ledger.entries import Entry
from coign.logistics.views import SHIPMENT
from coign.programmes.model import Programmes, ProgrammeVersion
from coign.service.states import Connect, States
from coign.vault import Candidate, Vault, match, similar
from coign.vault.likeness import traits

#: What can be searched in the vault: the field of an action → the name of its index.
INDEXED: Mapping[str, str] = {
    "clinical.enrol.hospital_number": "hospital_number",
    "clinical.correct_identity.hospital_number": "hospital_number",
}
_FIELDS = ("family_name", "given_name", "birth_date", "hospital_number")


@dataclass(slots=True)
class _Known:
    """One patient as far as the record tells: the centre, and the commitments of what holds now."""

    centre: Organisation
    commitments: dict[str, bytes] = field(default_factory=dict)

    def take(self, fact: PatientEnrolled | IdentityCorrected) -> None:
        for name in _FIELDS:
            value: Identifying | None = getattr(fact, name)
            if value is not None:
                self.commitments[name] = bytes.fromhex(value.commitment)


class IdentityLookup:
    """Whether a hospital number is somebody's already, and how many patients of the centre could be mixed up with this
    one (TRC-24).

    The number is found by the vault's blind index and then compared exactly. For likeness every patient is opened once
    in a process and keyed marks of name and birth date are kept; only whose marks agree is opened again and compared,
    so that an enrolment costs the same whether a centre has ten patients or ten thousand.
    """

    def __init__(self, connect: Connect, ledger_id: int, vault: Vault) -> None:
        self._connect, self._ledger_id, self._vault = connect, ledger_id, vault
        self._patients: dict[Patient, _Known] = {}
        #: Keyed marks of names and birth dates: who shares one, and nothing about anybody.
        self._marked: defaultdict[str, set[Patient]] = defaultdict(set)
        self._unmarked: set[Patient] = set()
        self._next_position = 0
        self._lock = Lock()

    def __call__(self, command: Enrol | CorrectIdentity, actor: Actor) -> Mapping[str, Any]:
        """`already`, `similar` and `number`."""
        presented = {name: text for name in _FIELDS if (text := _text(getattr(command, name)))}
        number, centre = presented.get("hospital_number", ""), actor.organisation
        with self._connect() as connection:
            self._catch_up(connection)
            mine = self._opened(connection, centre, [command.patient]).get(command.patient, {})
            asked = {**mine, **presented}
            numbered = self._numbered(connection, number)
            others = self._opened(connection, centre, (self._like(asked, centre) | numbered) - {command.patient})
        return {
            "already": _of_number(others, numbered, number),
            "similar": _alike(asked, others),
            "number": HospitalNumber.of(self._vault.mark(f"number/{centre}", number)) if number else None,
        }

    def who_has(self, number: str, centre: Organisation) -> tuple[Patient, Mapping[str, str]] | None:
        """The patient of this centre who has this hospital number now, with the values that hold now."""
        with self._connect() as connection:
            self._catch_up(connection)
            numbered = self._numbered(connection, number)
            known = self._opened(connection, centre, numbered)
        found = _of_number(known, numbered, number)
        return None if found is None else (found, known[found])

    def values_of(self, patient: Patient, centre: Organisation) -> Mapping[str, str]:
        """Who a patient of this centre is now; nothing for anybody else's."""
        with self._connect() as connection:
            self._catch_up(connection)
            return self._opened(connection, centre, [patient]).get(patient, {})

    def _numbered(self, connection: psycopg.Connection[Any], number: str) -> set[Patient]:
        return {Patient(p) for p in self._vault.find(connection, "hospital_number", number)} if number else set()

    def _like(self, values: Mapping[str, str], centre: Organisation) -> set[Patient]:
        """Those of the centre who share a mark with these values."""
        with self._lock:
            return {p for mark in self._marks_of(values, centre) for p in self._marked.get(mark, ())}

    def _marks_of(self, values: Mapping[str, str], centre: Organisation) -> frozenset[str]:
        shared = zip(("name", "birth_date"), traits(_candidate("", values)), strict=True)
        return frozenset(self._vault.mark(f"{trait}/{centre}", value) for trait, value in shared if value)

    def _opened(
        self, connection: psycopg.Connection[Any], centre: Organisation, patients: Iterable[Patient]
    ) -> dict[Patient, dict[str, str]]:
        """The values that hold now, of those of these patients who are the centre's and were not erased."""
        with self._lock:
            found = {p: self._patients[p] for p in patients if p in self._patients}
            known = {p: dict(k.commitments) for p, k in found.items() if k.centre == centre}
        return self._values(connection, known)

    def _values(
        self, connection: psycopg.Connection[Any], known: Mapping[Patient, Mapping[str, bytes]]
    ) -> dict[Patient, dict[str, str]]:
        opened = self._vault.open(connection, [c for held in known.values() for c in held.values()])
        return {
            patient: {name: opened[c].value for name, c in held.items() if c in opened}
            for patient, held in known.items()
        }

    def _catch_up(self, connection: psycopg.Connection[Any]) -> None:
        """Take in who was entered or corrected since the last look, and mark them."""
        with self._lock:
            self._follow(connection)
            new = {p: self._patients[p].commitments for p in self._unmarked}
            for patient, values in self._values(connection, new).items() if new else ():
                # What was marked before a correction stays: it costs a comparison and hides nobody.
                for mark in self._marks_of(values, self._patients[patient].centre):
                    self._marked[mark].add(patient)
            self._unmarked.clear()

    def _follow(self, connection: psycopg.Connection[Any]) -> None:
        """Take in what was entered about patients since the last look."""
        rows = connection.execute(
            "select distinct e.position, e.body from entry_subject s join entry e using (ledger_id, position) "
            "where s.ledger_id = %s and s.subject >= 'patient:' and s.subject < 'patient;' and s.seq is not null "
            "and s.position >= %s order by e.position",
            (self._ledger_id, self._next_position),
        )
        for position, body in rows:
            for fact in Entry(position, bytes(body)).facts:
                if isinstance(fact, PatientEnrolled):
                    self._patients[fact.patient] = _Known(fact.centre)
                if isinstance(fact, PatientEnrolled | IdentityCorrected):
                    self._patients[fact.patient].take(fact)
                    self._unmarked.add(fact.patient)
            self._next_position = position + 1


def _of_number(known: Mapping[Patient, Mapping[str, str]], numbered: set[Patient], number: str) -> Patient | None:
    """The index finds who ever had the number, in any spelling; who has it now is compared exactly."""
    asked = {"hospital_number": number}
    found = (p for p in sorted(known) if p in numbered)
    return next(
        (p for p in found if match({"hospital_number": known[p].get("hospital_number", "")}, asked).equal), None
    )


def _text(value: Identifying | None) -> str:
    return (value.text or "") if value is not None else ""


def _alike(this: Mapping[str, str], others: Mapping[Patient, Mapping[str, str]]) -> int:
    asked = _candidate("", this)
    return len(similar_to(asked, [_candidate(patient, values) for patient, values in others.items()]))


def similar_to(asked: Candidate, others: list[Candidate]) -> set[str]:
    """The keys of those that could be taken for this one."""
    pairs = similar([asked, *others])
    return {other for a in pairs for other in (a.first, a.second) if asked.key in (a.first, a.second)} - {asked.key}


def _candidate(key: str, values: Mapping[str, str]) -> Candidate:
    name = " ".join(part for part in (values.get("given_name"), values.get("family_name")) if part)
    return Candidate(key, name, values.get("birth_date", ""))


class IdentityMatch:
    """Whether birth date and hospital number are this patient's, exactly; the rules get the answer and no value."""

    def __init__(self, identities: IdentityLookup) -> None:
        self._identities = identities

    def __call__(self, command: SettleIdentity, actor: Actor) -> Mapping[str, Any]:
        """`matches`."""
        presented = {n: _text(getattr(command, n)) for n in ("birth_date", "hospital_number")}
        known = self._identities.values_of(command.patient, actor.organisation)
        return {"matches": match({n: known.get(n, "") for n in presented}, presented).equal}


class LoggerFile:
    """What a logger's file says about a shipment's journey, counted with the limits of the therapy's own programme."""

    def __init__(self, states: States, documents: Documents, programmes: Programmes) -> None:
        self._states, self._documents, self._programmes = states, documents, programmes

    def __call__(self, command: RecordLogger, actor: Actor) -> Mapping[str, Any]:
        """The fields of `RecordLogger` that are read from the file."""
        try:
            content = self._documents.get(command.file)
        except NotFound as error:
            raise Invalid.at("file", "upload the logger's file first: nothing lies under this hash") from error
        shipment = self._states.of(SHIPMENT, command.shipment)
        if shipment.unit is None or shipment.packed_at is None:
            return {}  # an unknown shipment: the door says so
        series = read_logger_file(content, Expected.usual(rulesets.load(), shipment.packed_at))
        programme = self._programme(command)
        since, until = shipment.packed_at, self._states.of(HOLDING, shipment.unit).since
        return _evaluated(series, programme, since, until)

    def _programme(self, command: RecordLogger) -> ProgrammeVersion:
        unit = self._states.of(SHIPMENT, command.shipment).unit
        assert unit is not None
        chain = self._states.of(UNIT, unit).chain
        assert chain is not None
        version = self._states.of(CHAIN, chain).version
        assert version is not None
        return self._programmes.version(version)


def _evaluated(
    series: LoggerSeries, programme: ProgrammeVersion, since: Instant, until: Instant | None
) -> dict[str, Any]:
    limit = programme.quantity("transport_temperature_max")
    found = evaluate(
        series,
        limit.amount,
        programme.quantity("transport_temperature_alarm").amount,
        programme.quantity("logger_uncertainty").amount if "logger_uncertainty" in programme.limits else Decimal(0),
        since=since.moment,
        until=until.moment if until is not None and until > since else None,
    )
    return {
        "logger": series.serial,
        "first": Instant.of(series.readings[0].at),
        "last": Instant.of(series.readings[-1].at),
        "readings": len(series.readings),
        "minutes_above_limit": _whole(found.minutes_above_limit),
        "unknown_minutes": _whole(found.unknown_minutes),
        # Without a single temperature there is no worst one; the minutes nobody knows decide then.
        "worst": Quantity.of(found.max_c if found.max_c is not None else limit.amount, limit.unit),
        "problems": tuple(dict.fromkeys(problem.code for problem in series.problems)),
    }


def _whole(minutes: Decimal) -> int:
    """A started minute is a minute."""
    return int(minutes.to_integral_value(ROUND_UP))
