"""FHIR over HTTP: the same patients are taken and refused as by command, in FHIR's manner."""

import json
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from fhir.resources.R4B import get_fhir_model_class
from tests.web.site import HOSPITAL, MAKER, Site

from coign import rulesets
from coign.clinical.views import PATIENT
from coign.kernel.errors import Forbidden, Invalid
from coign.kernel.subjects import Patient
from coign.kernel.values import Instant
from coign.people.views import AUTHORITY
from coign.perform import Request
from coign.service.importing import FhirImport

VECTORS = Path(__file__).parents[3] / "shared/vectors/fhir"
FHIR_JSON = "application/fhir+json"
_numbers = count(1)


class HospitalSystem:
    """Another house's system, which speaks FHIR to us with a token of its own."""

    def __init__(self, token: str) -> None:
        self._client = Client(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False)

    def send(self, path: str, resource: Any, content_type: str = FHIR_JSON) -> Any:
        body = resource if isinstance(resource, bytes | str) else json.dumps(resource)
        return self._client.post(f"/fhir{path}", body, content_type=content_type)

    def ask(self, method: str, path: str) -> Any:
        return self._client.generic(method, f"/fhir{path}")


@pytest.fixture(scope="module")
def system(site: Site) -> HospitalSystem:
    site.add_person("fhir-system", HOSPITAL, "coordinator", password=False, demonstration=False)
    return HospitalSystem(machine_token_of(site, "fhir-system"))


def machine_token_of(site: Site, name: str) -> str:
    """A token as `coign token` gives it."""
    from coign.web.accounts.machines import machine_token

    return machine_token(site.people[name], label="test").text


def patient(**changes: Any) -> dict[str, Any]:
    """Somebody whom nobody knows yet."""
    number = next(_numbers)
    return {
        "resourceType": "Patient",
        "identifier": [{"system": "https://centre-a.example.org/patients", "value": f"FH-{number:06}"}],
        "name": [{"use": "official", "family": f"Fhir{number}", "given": ["Ada"]}],
        "birthDate": "1961-04",
        **changes,
    }


def issues(response: Any) -> list[dict[str, Any]]:
    """What an OperationOutcome says, once it was found to be one."""
    assert response["Content-Type"] == FHIR_JSON
    said = response.json()
    get_fhir_model_class("OperationOutcome").model_validate(said)
    assert all(issue["details"]["text"] for issue in said["issue"])
    return said["issue"]  # type: ignore[no-any-return]


def last_position(site: Site) -> int:
    from coign.web.reading import reader

    return reader().head().size


# What is there


def test_the_statement_names_what_is_answered_and_nothing_else(system: HospitalSystem) -> None:
    response = Client().get("/fhir/metadata")
    said = response.json()
    get_fhir_model_class("CapabilityStatement").model_validate(said)
    assert (response["Content-Type"], said["fhirVersion"], said["kind"]) == (FHIR_JSON, "4.0.1", "instance")
    (rest,) = said["rest"]
    assert [(r["type"], [i["code"] for i in r["interaction"]]) for r in rest["resource"]] == [("Patient", ["create"])]
    assert [i["code"] for i in rest["interaction"]] == ["transaction"]
    for path in ("/Patient", "/", ""):
        assert system.send(path, {"resourceType": "Basic"}).status_code == 400
        refused = system.ask("GET", path)
        assert (refused.status_code, issues(refused)[0]["code"]) == (405, "not-supported")
    for method, path in (("GET", "/Patient/1"), ("PUT", "/Patient/1"), ("POST", "/Observation"), ("GET", "/$meta")):
        unknown = system.ask(method, path)
        assert (unknown.status_code, issues(unknown)[0]["code"]) == (404, "not-found"), path


# Patients


def test_a_patient_is_created_once_and_known_afterwards(system: HospitalSystem, site: Site) -> None:
    sent = patient()
    first = system.send("/Patient", sent)
    assert first.status_code == 201 and "enrolled" in issues(first)[0]["details"]["text"]
    name = first["Location"].removeprefix("http://testserver/fhir/Patient/")
    assert site.service.states.of(PATIENT, Patient.of(name)).centre == HOSPITAL
    before = last_position(site)
    for again in (sent, {**sent, "gender": "female"}):
        known = system.send("/Patient", again)
        assert (known.status_code, known["Location"]) == (200, first["Location"])
        assert "known" in issues(known)[0]["details"]["text"]
    assert last_position(site) == before


@pytest.mark.requirement("TRC-12")
def test_a_number_that_is_somebody_elses_is_refused_naming_the_element(system: HospitalSystem) -> None:
    sent = patient()
    system.send("/Patient", sent)
    refused = system.send("/Patient", {**sent, "birthDate": "1961-05"})
    (issue,) = issues(refused)
    assert (refused.status_code, issue["severity"], issue["expression"]) == (422, "error", ["Patient.identifier"])
    assert "birth_date" in issue["details"]["text"] and "1961" not in refused.content.decode()


def test_every_published_patient_is_answered_as_by_command(system: HospitalSystem, site: Site) -> None:
    site.add_person("fhir-command", MAKER, "coordinator", password=False)
    command = FhirImport(site.service, site.people["fhir-command"])  # another house, which knows none of them either
    files = sorted((VECTORS / "r4-examples").glob("Patient-*.json"))
    assert len(files) >= 15
    taken = 0
    for file in files:
        done, response = command.run({file.name: file.read_bytes()}), system.send("/Patient", file.read_bytes())
        if done.taken:
            taken += 1
            assert response.status_code in (200, 201), file.name
        else:
            assert response.status_code in (400, 422), file.name
            (issue,), (refused,) = issues(response), done.refused
            assert (issue["expression"], issue["details"]["text"]) == ([refused.element], refused.message), file.name
    assert 0 < taken < len(files)


# Who may, and in what form


def test_whoever_has_no_token_of_this_scope_is_told_nothing(site: Site, system: HospitalSystem) -> None:
    stranger = Client().post("/fhir/Patient", "{}", content_type=FHIR_JSON)
    assert (stranger.status_code, issues(stranger)[0]["code"]) == (401, "login") and stranger["WWW-Authenticate"]
    for token in (site.token("hospital-physician"), site.token("hospital-physician", "fhir")):
        refused = HospitalSystem(token).send("/Patient", patient())
        assert (refused.status_code, issues(refused)[0]["code"]) == (403, "forbidden")


def test_the_token_of_a_machine_opens_nothing_else_and_ends_with_it(site: Site) -> None:
    from coign.web.accounts.machines import machine_token

    site.add_person("fhir-leaver", HOSPITAL, "coordinator", password=False, demonstration=False)
    actor = site.people["fhir-leaver"]
    token = machine_token(actor, label="test", days=1).text
    api = Client(headers={"Authorization": f"Bearer {token}"})
    assert api.get("/api/journeys").status_code == api.get("/log/tile/entries/000").status_code == 403
    site.do("people.record_leaving", site.administrator(1, HOSPITAL), person=actor.person)
    assert HospitalSystem(token).send("/Patient", patient()).status_code == 401
    assert not site.service.states.of(AUTHORITY, actor.person).active
    with pytest.raises(Invalid, match="days"):
        machine_token(actor, label="test", days=0)
    with pytest.raises(Forbidden, match="signs in"):
        machine_token(site.people["hospital-nurse"], label="test")


@pytest.mark.parametrize(
    ("body", "content_type", "status", "code"),
    [
        ("<Patient/>", "application/fhir+xml", 415, "not-supported"),
        ("no resource", FHIR_JSON, 400, "structure"),
        (b"\xff\xfe", FHIR_JSON, 400, "structure"),
        ("[" * 5000, FHIR_JSON, 400, "structure"),
        ('{"resourceType":"Patient","contained":' + '[{"a":' * 70 + "1" + "}]" * 70 + "}", FHIR_JSON, 400, "structure"),
        ('{"resourceType":"Patient","language":"' + "x" * 300_000 + '"}', FHIR_JSON, 413, "too-long"),
    ],
    ids=["xml", "no JSON", "no UTF-8", "brackets", "deep", "large"],
)
def test_what_is_no_resource_of_a_sensible_size_is_refused(
    system: HospitalSystem, body: Any, content_type: str, status: int, code: str
) -> None:
    refused = system.send("/Patient", body, content_type)
    assert (refused.status_code, issues(refused)[0]["code"]) == (status, code)


def test_a_system_that_asks_too_fast_is_told_when_to_come_back(site: Site) -> None:
    site.add_person("fhir-hurried", HOSPITAL, "coordinator", password=False, demonstration=False)
    actor = site.people["fhir-hurried"]
    hurried = HospitalSystem(machine_token_of(site, "fhir-hurried"))
    at_once = int(rulesets.load().number("door.acts_at_once_max", Instant.of_us(site.service.clock.now_us())))
    with pytest.raises(Invalid):  # counted all the same
        site.service.door.perform_all([Request("clinical.enrol", actor, "empty")] * (2 * at_once))
    refused = hurried.send("/Patient", patient())
    assert (refused.status_code, issues(refused)[0]["code"]) == (503, "transient") and int(refused["Retry-After"]) >= 1
