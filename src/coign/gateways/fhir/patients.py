"""A Patient file to the facts the identity vault keeps; nothing of it goes into the ledger openly."""

import hashlib
from typing import Any

from coign.gateways.fhir.elements import (
    HumanName,
    Identifier,
    PartialDate,
    Reference,
    identifiers_of,
    names_of,
    partial_date,
    reference_of,
)
from coign.gateways.fhir.json_text import read_resource
from coign.gateways.fhir.refusal import FhirRefused
from coign.gateways.fhir.shape import check_shape
from coign.kernel.frozen import dataclass

GENDERS = frozenset({"male", "female", "other", "unknown"})


@dataclass(frozen=True, slots=True)
class PatientFile:
    """Who a Patient file is about. `sha256` is the hash of the file as received."""

    id: str
    active: bool | None
    identifiers: tuple[Identifier, ...]
    names: tuple[HumanName, ...]
    birth_date: PartialDate | None
    gender: str
    managing_organisation: Reference | None
    sha256: str


def read_patient(data: bytes) -> PatientFile:
    """Read one Patient resource (R4, JSON); `FhirRefused` names the element."""
    resource = read_resource(data)
    check_shape(resource, "Patient")
    return patient_of(resource, hashlib.sha256(data).hexdigest())


def patient_of(resource: dict[str, Any], sha256: str) -> PatientFile:
    """The facts of a Patient whose shape is right."""
    gender = resource.get("gender", "")
    if gender and gender not in GENDERS:
        raise FhirRefused("Patient.gender", f"expected one of {', '.join(sorted(GENDERS))}")
    if not isinstance(resource.get("active", True), bool):
        raise FhirRefused("Patient.active", "expected true or false")
    birth_date = None
    if "birthDate" in resource:
        birth_date = partial_date(resource["birthDate"], "Patient.birthDate")
        if birth_date.precision == "instant":
            raise FhirRefused("Patient.birthDate", "expected a date without time")
    managing = resource.get("managingOrganization")
    return PatientFile(
        id=resource.get("id", ""),
        active=resource.get("active"),
        identifiers=identifiers_of(resource, "Patient"),
        names=names_of(resource, "Patient"),
        birth_date=birth_date,
        gender=gender,
        managing_organisation=reference_of(managing, "Patient.managingOrganization") if managing else None,
        sha256=sha256,
    )
