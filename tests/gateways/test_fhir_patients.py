"""Patient files: taken whole, or refused naming the element."""

import hashlib
import json
from collections.abc import Iterator
from decimal import Decimal
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coign.gateways.fhir import FhirRefused, Identifier, PartialDate, read_files, read_patient
from coign.gateways.fhir.json_text import read_resource

PATIENT: dict[str, Any] = {
    "resourceType": "Patient",
    "id": "p-1",
    "active": True,
    "identifier": [{"system": "https://centre-a.example.org/patients", "value": "A-104417", "use": "usual"}],
    "name": [{"use": "official", "family": "Silva", "given": ["Maria", "José"]}],
    "gender": "female",
    "birthDate": "1975-03-12",
    "managingOrganization": {"reference": "Organization/1", "display": "Treatment Centre A"},
}


def _bytes(**changes: Any) -> bytes:
    changed = {**PATIENT, **changes}
    return json.dumps({key: value for key, value in changed.items() if value is not ...}).encode()


def _patients(value: Any) -> Iterator[Any]:
    if isinstance(value, dict):
        if value.get("resourceType") == "Patient":
            yield value
        for inner in value.values():
            yield from _patients(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _patients(inner)


def test_a_patient_is_read_as_sent() -> None:
    data = _bytes()
    patient = read_patient(data)
    assert patient.identifiers == (Identifier("https://centre-a.example.org/patients", "A-104417", "usual"),)
    assert (patient.names[0].family, patient.names[0].given) == ("Silva", ("Maria", "José"))
    assert (patient.gender, patient.birth_date, patient.active) == ("female", PartialDate("1975-03-12", "day"), True)
    assert patient.managing_organisation is not None
    assert patient.managing_organisation.display == "Treatment Centre A"
    assert patient.sha256 == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(("text", "precision"), [("2026", "year"), ("2026-11", "month"), ("2026-11-03", "day")])
def test_a_partial_birth_date_stays_partial(text: str, precision: str) -> None:
    assert read_patient(_bytes(birthDate=text)).birth_date == PartialDate(text, precision)


def test_our_own_example_with_a_partial_birth_date_is_read() -> None:
    example = files("coign.gateways.fhir").joinpath("examples/patient-partial-birth-date.json").read_bytes()
    assert read_patient(example).birth_date == PartialDate("1981-11", "month")


@pytest.mark.parametrize(
    ("changes", "element"),
    [
        ({"resourceType": "Person"}, "resourceType"),
        ({"resourceType": ...}, "resourceType"),
        ({"birthDate": "12.03.1975"}, "Patient.birthDate"),
        ({"birthDate": "1975-02-30"}, "Patient.birthDate"),
        ({"birthDate": "1975-13"}, "Patient.birthDate"),
        ({"birthDate": "1975-03-12T00:00:00Z"}, "Patient.birthDate"),
        ({"birthDate": None}, "Patient.birthDate"),
        ({"birthDate": ""}, "Patient.birthDate"),
        ({"gender": "f"}, "Patient.gender"),
        ({"gender": 1}, "Patient.gender"),
        ({"id": "bad id"}, "Patient.id"),
        ({"name": []}, "Patient.name"),
        ({"name": [{}]}, "Patient.name[0]"),
        ({"name": [{"use": "official"}]}, "Patient.name[0]"),
        ({"name": [{"family": "Sil\u0007va"}]}, "Patient.name[0].family"),
        ({"name": [{"given": ["Maria", None]}]}, "Patient.name[0].given[1]"),
        ({"name": {"family": "Silva"}}, "Patient.name"),
        ({"nickname": "Mia"}, "Patient.nickname"),
        ({"identifier": [{"value": "A-1"}]}, "Patient.identifier[0].system"),
        ({"identifier": [{"system": "https://x.example.org"}]}, "Patient.identifier[0].value"),
        ({"identifier": [{"system": "https://x.example.org", "value": "A-1 "}]}, "Patient.identifier[0].value"),
        ({"managingOrganization": {"type": "Organization"}}, "Patient.managingOrganization"),
        ({"modifierExtension": [{"url": "https://x.example.org/not", "valueBoolean": True}]}, "modifierExtension"),
        ({"implicitRules": "https://x.example.org/rules"}, "Patient.implicitRules"),
    ],
)
def test_a_defect_is_refused_naming_its_element(changes: dict[str, Any], element: str) -> None:
    with pytest.raises(FhirRefused) as no:
        read_patient(_bytes(**changes))
    assert no.value.element.endswith(element)
    assert no.value.problem


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"[]",
        b"{}",
        b"null",
        b"<Patient xmlns='http://hl7.org/fhir'/>",
        b'{"resourceType": "Patient", // note\n"id": "1"}',
        b'{"resourceType": "Patient", "id": "1", "id": "2"}',
        b'{"resourceType": "Patient", "multipleBirthInteger": NaN}',
        b'{"resourceType": "Patient", "multipleBirthInteger": ' + b"9" * 5000 + b"}",
        b'{"resourceType": "Patient", "id": "\xff"}',
        b'{"resourceType": "Patient", "id": "\\ud800"}',
        b'{"resourceType": "Patient", "contained": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"resourceType": "Patient", "contained": ' + b"[" * 100 + b"1" + b"]" * 100 + b"}",
    ],
    ids=range(13),
)
def test_text_that_is_no_fhir_json_is_refused(data: bytes) -> None:
    with pytest.raises(FhirRefused) as no:
        read_patient(data)
    assert no.value.element


def test_decimals_keep_their_digits() -> None:
    resource = read_resource(b'{"resourceType": "Observation", "valueQuantity": {"value": 1.00}}')
    assert str(resource["valueQuantity"]["value"]) == "1.00"
    assert isinstance(resource["valueQuantity"]["value"], Decimal)


def test_every_published_patient_is_taken_or_refused_as_the_reference_says(shared: Path) -> None:
    expected_refused = {
        # The one published patient whose identifier has no system.
        "r4-examples/Bundle-xds.json": "Patient.identifier[0].system",
        "validator-r4/ai4.json": "Patient.birthDate",
        "validator-r4/patient-id-bad-1.json": "Patient.id",
        "validator-r4/patient-id-bad-2.json": "Patient.id",
    }
    refused: dict[str, str] = {}
    taken = 0
    for path in sorted((shared / "vectors/fhir").glob("*/*.json")):
        try:
            content = json.loads(path.read_bytes())
        except ValueError:
            continue  # published as broken JSON
        for patient in _patients(content):
            whole = patient is content
            try:
                read_patient(path.read_bytes() if whole else json.dumps(patient).encode())
                taken += 1
            except FhirRefused as no:
                refused[f"{path.parent.name}/{path.name}"] = no.element
    assert refused == expected_refused
    assert taken >= 59


def test_patients_that_the_reference_validator_refuses_are_refused_and_no_others(shared: Path) -> None:
    folder = shared / "vectors/fhir/validator-r4"
    cases = json.loads((folder / "index.json").read_text())["cases"]
    # Where an extension may stand is not checked here: none is read.
    not_checked = {"maiden-name.json"}
    compared = 0
    for case in cases:
        data = (folder / case["file"]).read_bytes()
        if b'"Patient"' not in data[:400] or case["file"] in not_checked:
            continue
        try:
            if json.loads(data)["resourceType"] != "Patient":
                continue
        except ValueError:
            pass
        try:
            read_patient(data)
            ours = True
        except FhirRefused:
            ours = False
        assert ours == (case["reference_error_count"] == 0), case["file"]
        compared += 1
    assert compared >= 9


def test_a_pile_of_files_is_reported_one_by_one() -> None:
    good, bad = _bytes(), _bytes(birthDate="never")
    report = read_files({"a.json": good, "b.json": bad, "c.json": good}, read_patient)
    assert [taken.file for taken in report.taken] == ["a.json"]
    assert report.taken[0].content.birth_date == PartialDate("1975-03-12", "day")
    assert [(no.file, no.element) for no in report.refused] == [("b.json", "Patient.birthDate"), ("c.json", "file")]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(sorted(PATIENT)), json_values)
def test_any_value_anywhere_is_taken_or_refused_but_never_an_accident(element: str, value: Any) -> None:
    try:
        read_patient(_bytes(**{element: value}))
    except FhirRefused as no:
        assert no.element
