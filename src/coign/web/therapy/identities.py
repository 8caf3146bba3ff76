"""Who a patient is: initials and two identifiers, opened from the vault for those who treat (TRC-24, TRC-26)."""

import threading
import time
from collections.abc import Collection, Iterable, Mapping
from datetime import date

from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Patient
from coign.kernel.values import Actor
from coign.ledger.entries import Entry
from coign.service.opening import TELLS, identities_in, opened_from, stands_before_patients
from coign.vault.likeness import Candidate, similar
from coign.web import running
from coign.web.middleware import page_name
from coign.web.reading import reader
from coign.web.therapy.looking import visible

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")


#: How long it is kept who could be mixed up with whom, and for how many sets of patients.
COMPARED_SECONDS, COMPARED_MAX = 60, 64
_compared: dict[tuple[int, frozenset[Patient]], tuple[float, dict[Patient, list[Patient]]]] = {}
_turn = threading.Lock()


@dataclass(frozen=True, slots=True)
class Identity:
    """A patient as printed on the wristband."""

    family_name: str = ""
    given_name: str = ""
    birth_date: str = ""
    hospital_number: str = ""

    @property
    def initials(self) -> str:
        """First letters, given name first: `M.S.`."""
        return "".join(f"{name[0].upper()}." for name in (self.given_name, self.family_name) if name)

    @property
    def born(self) -> str:
        """The date as people read it: `14 FEB 1971`; as it was given when it is no whole date."""
        try:
            day = date.fromisoformat(self.birth_date)
        except ValueError:
            return self.birth_date
        return f"{day.day:02d} {_MONTHS[day.month - 1]} {day.year}"


def identities_of(patients: Iterable[Patient], actor: Actor) -> dict[Patient, Identity]:
    """Who these patients are, as far as the actor may know; one query for the record, one for the vault.

    The organisation must be party to the patient, and the role must be one that meets patients. Every look is entered
    into the access ledger before anything is shown (CSV-42).
    """
    asked = set(patients)
    if not asked or not stands_before_patients(actor.role):
        return {}
    found = _identities([p for p in visible(asked, actor.organisation) if isinstance(p, Patient)])
    if found:
        running.service().look(actor, found, page_name())
    return found


def _identities(patients: Collection[Patient]) -> dict[Patient, Identity]:
    committed = _commitments(patients)
    opened = _opened({c for fields in committed.values() for c in fields.values()})
    return {
        patient: Identity(**{name: opened.get(c, "") for name, c in fields.items()})
        for patient, fields in committed.items()
    }


def _commitments(patients: Collection[Patient]) -> dict[Patient, dict[str, str]]:
    """The newest commitment to each part of each identity."""
    if not patients:
        return {}
    with reader().connection() as connection:
        rows = connection.execute(
            "select distinct e.position, e.body from records.journey j join records.act a using (ledger_id, root) "
            "join entry e on e.ledger_id = a.ledger_id and e.position = a.position "
            "where j.ledger_id = %s and j.patient = any(%s) and a.facts && %s order by e.position",
            (running.service().ledger_id, [str(p) for p in patients], list(TELLS)),
        ).fetchall()
    facts = (fact for at, body in rows for fact in Entry(at, bytes(body)).plain["intent"]["facts"])
    return {Patient(patient): told for patient, told in identities_in(facts).items()}


def _opened(commitments: Collection[str]) -> dict[str, str]:
    return {c: opened.value for c, opened in opened_from(running.service().vault, commitments).items()}


def mixed_up_among(patients: Iterable[Patient], actor: Actor) -> dict[Patient, list[Patient]]:
    """Who of all these could be mixed up with whom. Names are compared and not shown: nobody looks at anybody here.

    A patient more or less is compared at once; a name that was changed within a minute.
    """
    if not stands_before_patients(actor.role):
        return {}
    house = frozenset(p for p in visible(set(patients), actor.organisation) if isinstance(p, Patient))
    key, now = (running.service().ledger_id, house), time.monotonic()
    with _turn:
        told = _compared.get(key)
    if told is None or now - told[0] > COMPARED_SECONDS:
        told = now, could_be_mixed_up(_identities(house))
        with _turn:
            if len(_compared) >= COMPARED_MAX:
                _compared.clear()
            _compared[key] = told
    return told[1]


def could_be_mixed_up(found: Mapping[Patient, Identity]) -> dict[Patient, list[Patient]]:
    """For each of these patients, the others whose name or birth date is the same or nearly so (TRC-24)."""
    people = [Candidate(str(p), f"{i.given_name} {i.family_name}", i.birth_date) for p, i in found.items()]
    mixed: dict[Patient, list[Patient]] = {}
    for pair in similar(people):
        mixed.setdefault(Patient(pair.first), []).append(Patient(pair.second))
        mixed.setdefault(Patient(pair.second), []).append(Patient(pair.first))
    return mixed
