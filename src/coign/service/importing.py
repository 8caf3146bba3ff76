"""Takes in files of others: patients and orders of a hospital's system, readings of a logger. All through the door."""

from collections.abc import Mapping
from dataclasses import dataclass, field
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
from coign.kernel.subjects import Organisation, Patient, Person, Shipment
from coign.kernel.values import Actor, Instant
from coign.people.views import AUTHORITY, ORGANISATION, SITE
from coign.perform.request import Done, Request, Source
from coign.programmes.model import ProgrammeVersion
from coign.service import Service
from coign.vault import match

#: Kilograms in one of the units a weight is sent in; exact by definition (UCUM).
_KILOGRAMS = {"kg": Decimal(1), "g": Decimal("0.001"), "[lb_av]": Decimal("0.45359237")}
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


@dataclass(slots=True)
class Imported:
    """What became of each file."""

    taken: list[TakenFile] = field(default_factory=list)
    refused: list[RefusedFile] = field(default_factory=list)


def actor_named(service: Service, person: Person, roles: tuple[str, ...]) -> Actor:
    """Somebody who acts for an import, in the first of these roles that they hold now."""
    state, now = service.states.of(AUTHORITY, person), Instant.of_us(service.clock.now_us())
    for grant in state.grants:
        if grant.role in roles and state.holds(grant.role, grant.organisation, now):
            return Actor(person, grant.role, grant.organisation)
    raise Invalid.at("as", f"{person.identifier} holds none of the roles {', '.join(roles)} now")


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
                result.taken.append(TakenFile(taken.file, taken.sha256, resource, *entered))
        return result

    def _read(self, content: bytes) -> PatientFile | OrderFile:
        try:
            peeked = orjson.loads(content)
        except orjson.JSONDecodeError:
            return read_patient(content)  # refused there, in the words of FHIR
        if isinstance(peeked, dict) and peeked.get("resourceType") == "Bundle":
            return read_order_bundle(content, self._products)
        return read_patient(content)

    def _enter(self, content: PatientFile | OrderFile) -> tuple[Patient, tuple[int, ...]]:
        if isinstance(content, PatientFile):
            return self._enter_patient(content, content.sha256)
        patient, positions = self._enter_patient(content.patient, content.sha256)
        try:
            return patient, (*positions, *self._draft(content, patient))
        except Refused as no:
            said = "; ".join(gate.message for gate in no.gates)
            # The patient is who they are whatever becomes of the order.
            raise FhirRefused(no.action, f"{said}. {patient} stands in the record") from no

    # Patients

    def _enter_patient(self, found: PatientFile, sha256: str) -> tuple[Patient, tuple[int, ...]]:
        values = identity_of(found)
        known = self._service.identities.who_has(values["hospital_number"], self._actor.organisation)
        if known is not None:
            patient, held = known
            compared = match({name: held.get(name, "") for name in values}, values)
            if not compared.equal:
                differs = ", ".join(compared.different)
                raise FhirRefused("Patient.identifier", f"belongs to a patient here whose {differs} is another")
            return patient, ()
        done = self._perform("clinical.enrol", f"fhir/{sha256}/patient", values)
        entered = next(s for s in done.entries[0].subjects if s.startswith("patient:"))
        return Patient(entered), _new(done)

    # Orders

    def _draft(self, order: OrderFile, patient: Patient) -> tuple[int, ...]:
        version = self._programme(order)
        command = {
            "patient": patient,
            "programme": version.programme,
            "weight": {"value": str(_kilograms(order)), "unit": WEIGHT_UNIT},
            "weighed_on": self._instant(order.weight.measured_at),
            "indication": order.indication.text or ", ".join(c.display or c.code for c in order.indication.codings),
            "prescriber": self._prescriber(order.prescriber),
            "maker": self._maker(),
        }
        return _new(self._perform("clinical.draft_order", f"fhir/{order.sha256}/order", command))

    def _programme(self, order: OrderFile) -> ProgrammeVersion:
        return [v for v in self._service.programmes.all() if str(v.programme) == order.product][-1]

    def _prescriber(self, prescriber: Prescriber) -> Person:
        named = [f"{i.system}|{i.value}" for i in prescriber.identifiers]
        known = next((self._prescribers[n] for n in named if n in self._prescribers), None)
        if known is None:
            raise FhirRefused("Practitioner.identifier", f"nobody here has the number {named[0]}")
        return known

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

    def _perform(self, action: str, nonce: str, command: Mapping[str, Any]) -> Done:
        return self._service.door.perform(Request(action, self._actor, nonce, command, source=self._source))


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


def _kilograms(order: OrderFile) -> Decimal:
    return order.weight.value * _KILOGRAMS[order.weight.unit]


def _new(done: Done) -> tuple[int, ...]:
    return () if done.replayed else tuple(entry.position for entry in done.entries)


def import_readings(
    service: Service, content: bytes, shipment: Shipment, actor: Actor, *, source: Source = Source.OUTSIDE
) -> Done:
    """Keep a logger's file and enter what it says about a shipment; the same file twice is entered once."""
    digest = service.documents.put(content)
    command = {"shipment": shipment, "file": digest}
    nonce = f"readings/{shipment}/{digest}"
    return service.door.perform(Request("coldchain.record_logger", actor, nonce, command, source=source))
