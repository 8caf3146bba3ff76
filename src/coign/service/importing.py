"""Takes in files of others: patients and orders of a hospital's system, readings of a logger. All through the door."""

from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import orjson

from coign.clinical.gates import WEIGHT_UNIT
from coign.gateways.fhir import (
    FhirRefused,
    HumanName,
    OrderFile,
    PartialDate,
    PatientFile,
    Prescriber,
    RefusedFile,
    read_files,
    read_order_bundle,
    read_patient,
)
from coign.kernel.errors import Forbidden, Invalid, NotFound, Refused
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Patient, Person, Shipment
from coign.kernel.values import Actor, Instant
from coign.people.views import AUTHORITY, ORGANISATION, SITE
from coign.perform.request import Done, Request, Source
from coign.programmes.model import ProgrammeVersion
from coign.service import Service
from coign.vault import match

#: Kilograms in one of the units a weight is sent in; exact by definition (UCUM).
_KILOGRAMS = {"kg": Decimal(1), "g": Decimal("0.001"), "[lb_av]": Decimal("0.45359237")}
#: The system of identifiers under which people go by the name that this record gave them.
PEOPLE = "urn:coign:person"
_NAMES_OF_USE = ("official", "usual", "")


@dataclass(frozen=True, slots=True)
class TakenFile:
    """A file that was entered, or had been entered before: whom it is about, and where it stands."""

    file: str
    sha256: str
    resource: str
    patient: Patient
    #: Where the new entries stand; none when the file said nothing new.
    positions: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Entered:
    """Whom a file is about, and the entries that it led to, now or when it first came."""

    patient: Patient
    #: None: the patient was known here before.
    enrolled: Done | None = None
    drafted: Done | None = None

    @property
    def new_positions(self) -> tuple[int, ...]:
        """Where entries stand that were not there before."""
        return tuple(d.position for d in (self.enrolled, self.drafted) if d is not None and not d.replayed)


@dataclass(slots=True)
class Imported:
    """What became of each file."""

    taken: list[TakenFile] = field(default_factory=list)
    refused: list[RefusedFile] = field(default_factory=list)


def actor_named(service: Service, person: Person, roles: tuple[str, ...], *, field: str = "as") -> Actor:
    """Somebody who acts for an import, in the first of these roles that they hold now."""
    state, now = service.states.of(AUTHORITY, person), Instant.of_us(service.clock.now_us())
    for grant in state.grants:
        if grant.role in roles and state.holds(grant.role, grant.organisation, now):
            return Actor(person, grant.role, grant.organisation)
    raise Invalid.at(field, f"{person.identifier} holds none of the roles {', '.join(roles)} now")


class FhirImport:
    """Enters patients, and orders as drafts: nothing that comes from outside is ever signed by coming in."""

    def __init__(
        self,
        service: Service,
        actor: Actor,
        prescribers: Mapping[str, Person] | None = None,
        *,
        source: Source = Source.OUTSIDE,
    ) -> None:
        """`prescribers`: who is meant by a staff number, written `system|value`."""
        self._service, self._actor, self._source = service, actor, source
        self._prescribers = dict(prescribers or {})
        self._products = {
            f"{system}|{code}": str(version.programme)
            for version in service.programmes.all()
            for system, code in version.fhir_codes.items()
        }

    def run(self, files: Mapping[str, bytes]) -> Imported:
        """Every file on its own: one refusal does not keep the others out."""
        report, result = read_files(files, self._read), Imported()
        result.refused.extend(report.refused)
        for taken in report.taken:
            try:
                entered = self._enter(taken.content)
            except FhirRefused as no:
                result.refused.append(RefusedFile(taken.file, taken.sha256, no.element, no.problem))
            except Refused as no:
                said = "; ".join(gate.message for gate in no.gates)
                result.refused.append(RefusedFile(taken.file, taken.sha256, no.action, said))
            except (NotFound, Forbidden) as no:
                result.refused.append(RefusedFile(taken.file, taken.sha256, "file", no.message))
            else:
                resource = "Bundle" if isinstance(taken.content, OrderFile) else "Patient"
                result.taken.append(
                    TakenFile(taken.file, taken.sha256, resource, entered.patient, entered.new_positions)
                )
        return result

    def take_patient(self, content: bytes) -> Entered:
        """One Patient; refused naming the element or the gates."""
        return self._enter_patient(read_patient(content))

    def take_order(self, content: bytes) -> tuple[OrderFile, Entered]:
        """One Bundle with an order, as it was read and what it led to; refused naming the element or the gates."""
        order = read_order_bundle(content, self._products)
        return order, self._enter_order(order)

    def _read(self, content: bytes) -> PatientFile | OrderFile:
        try:
            peeked = orjson.loads(content)
        except orjson.JSONDecodeError:
            return read_patient(content)  # refused there, in the words of FHIR
        if isinstance(peeked, dict) and peeked.get("resourceType") == "Bundle":
            return read_order_bundle(content, self._products)
        return read_patient(content)

    def _enter(self, content: PatientFile | OrderFile) -> Entered:
        return self._enter_patient(content) if isinstance(content, PatientFile) else self._enter_order(content)

    # Patients

    def _enter_patient(self, found: PatientFile) -> Entered:
        values = identity_of(found)
        known = self._known(values)
        if known is not None:
            return Entered(known)
        done = self._service.door.perform(self._enrolment(found.sha256, values))
        return Entered(_enrolled(done), enrolled=done)

    def _known(self, values: Mapping[str, str]) -> Patient | None:
        """The patient here with this number; refused if it is somebody else."""
        known = self._service.identities.who_has(values["hospital_number"], self._actor.organisation)
        if known is None:
            return None
        patient, held = known
        compared = match({name: held.get(name, "") for name in values}, values)
        if not compared.equal:
            differs = ", ".join(compared.different)
            raise FhirRefused("Patient.identifier", f"belongs to a patient here whose {differs} is another")
        return patient

    def _enrolment(self, sha256: str, values: Mapping[str, str]) -> Request:
        return self._request("clinical.enrol", f"fhir/{sha256}/patient", values)

    # Orders

    def _enter_order(self, order: OrderFile) -> Entered:
        """Patient and draft, or neither of them."""
        values, draft = identity_of(order.patient), self._draft(order)
        patient = self._known(values)
        if patient is not None:
            return Entered(patient, drafted=self._service.door.perform(self._drafting(order, draft, patient)))
        enrolment = self._enrolment(order.sha256, values)
        patient = Patient(self._service.door.allotted(enrolment)["patient"])
        enrolled, drafted = self._service.door.perform_all([enrolment, self._drafting(order, draft, patient)])
        return Entered(patient, enrolled, drafted)

    def _drafting(self, order: OrderFile, draft: Mapping[str, Any], patient: Patient) -> Request:
        return self._request("clinical.draft_order", f"fhir/{order.sha256}/order", {**draft, "patient": patient})

    def _draft(self, order: OrderFile) -> dict[str, Any]:
        """The order in the record's words, all but the patient."""
        return {
            "programme": self._programme(order).programme,
            "weight": {"value": str(_kilograms(order)), "unit": WEIGHT_UNIT},
            "weighed_on": self._instant(order.weight.measured_at),
            "indication": order.indication.text or ", ".join(c.display or c.code for c in order.indication.codings),
            "prescriber": self._prescriber(order.prescriber),
            "maker": self._maker(),
        }

    def _programme(self, order: OrderFile) -> ProgrammeVersion:
        return [v for v in self._service.programmes.all() if str(v.programme) == order.product][-1]

    def _prescriber(self, prescriber: Prescriber) -> Person:
        named = [f"{i.system}|{i.value}" for i in prescriber.identifiers]
        known = next((self._prescribers[n] for n in named if n in self._prescribers), None)
        if known is not None:
            return known
        for identifier in prescriber.identifiers:
            if identifier.system == PEOPLE:
                return _person(identifier.value)
        raise FhirRefused("Practitioner.identifier", f"nobody here has the number {named[0]}")

    def _maker(self) -> Organisation:
        makers = [o for o, state in self._service.states.all(ORGANISATION) if state.category == "maker"]
        if len(makers) != 1:
            raise FhirRefused("ServiceRequest.performer", f"{len(makers)} makers take part: which one is meant?")
        return Organisation(makers[0])

    def _instant(self, written: PartialDate) -> Instant:
        """A day without a time begins when it begins at the centre: rather too old than too fresh (PAT-29)."""
        if written.precision == "instant":
            return Instant.parse(written.text.replace("Z", "+00:00"))
        if written.precision != "day":
            raise FhirRefused("Observation.effectiveDateTime", "expected at least the day of the measurement")
        here = self._actor.organisation
        zones = [state.zone for _, state in self._service.states.all(SITE) if state.organisation == here]
        zone = ZoneInfo(zones[0] if zones else "UTC")
        return Instant.of(datetime.fromisoformat(written.text).replace(tzinfo=zone))

    def _request(self, action: str, nonce: str, command: Mapping[str, Any]) -> Request:
        return Request(action, self._actor, self._key(nonce), command, source=self._source)

    def _key(self, nonce: str) -> str:
        """The key of a command: the same file is entered once, but what was refused is asked anew each time."""
        with self._service.vault.pool.connection() as connection:
            row = connection.execute(
                "select count(*) from nonce where ledger_id = %s and person = %s and answer is not null "
                "and (nonce = %s or nonce like %s)",
                (self._service.ledger_id, self._actor.person, nonce, f"{nonce}/%"),
            ).fetchone()
        refusals = row[0] if row else 0
        return f"{nonce}/{refusals}" if refusals else nonce


def identity_of(found: PatientFile) -> dict[str, str]:
    """Who a file is about, in the words of the wristband; `FhirRefused` names what is missing."""
    if not found.identifiers:
        raise FhirRefused("Patient.identifier", "missing: expected the number that stands on the wristband")
    if found.birth_date is None:
        raise FhirRefused("Patient.birthDate", "missing: expected at least the year")
    name = _name(found)
    if not name.family:
        raise FhirRefused("Patient.name.family", "missing")
    if not name.given:
        raise FhirRefused("Patient.name.given", "missing")
    numbers = sorted(found.identifiers, key=lambda i: i.use not in ("usual", "official"))
    return {
        "family_name": name.family,
        "given_name": " ".join(name.given),
        "birth_date": found.birth_date.text,
        "hospital_number": numbers[0].value,
    }


def _name(found: PatientFile) -> HumanName:
    for use in _NAMES_OF_USE:
        if named := [name for name in found.names if name.use == use]:
            return named[0]
    raise FhirRefused("Patient.name", "missing: expected an official or usual name")


def _person(name: str) -> Person:
    try:
        return Person.of(name)
    except ValueError:
        raise FhirRefused("Practitioner.identifier", f"{name[:64]!r} is no name of a person of the record") from None


def _kilograms(order: OrderFile) -> Decimal:
    return order.weight.value * _KILOGRAMS[order.weight.unit]


def _enrolled(done: Done) -> Patient:
    return Patient(next(s for s in done.entries[0].subjects if s.startswith("patient:")))


def import_readings(
    service: Service, content: bytes, shipment: Shipment, actor: Actor, *, source: Source = Source.OUTSIDE
) -> Done:
    """Keep a logger's file and enter what it says about a shipment; the same file twice is entered once."""
    digest = service.documents.put(content)
    command = {"shipment": shipment, "file": digest}
    nonce = f"readings/{shipment}/{digest}"
    return service.door.perform(Request("coldchain.record_logger", actor, nonce, command, source=source))
