"""An order that a hospital's system sends over HTTP: a draft for its prescriber, or nothing at all."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from fhir.resources.R4B import get_fhir_model_class
from tests.demo.conftest import entries, shipped_file
from tests.web.served import served
from tests.web.site import Site

from coign.clinical.views import PATIENT
from coign.database import Database
from coign.demo import people, scene
from coign.kernel.subjects import Patient
from coign.service import Service

PUBLISHED = Path(__file__).parents[3] / "shared/vectors/fhir/r4-examples"
_numbers = count(1)


@pytest.fixture(scope="module")
def centre(site: Site, database: Database, home: Path) -> Iterator[Service]:
    """People, keys, skills and stock; the pages are those of this demonstration."""
    with served(database, home) as service:
        yield service


@pytest.fixture(scope="module")
def system(centre: Service) -> Client:
    """The hospital's own system."""
    from coign.web.accounts.machines import machine_token

    token = machine_token(people.INTERFACE.actor, label="test").text
    return Client(headers={"Authorization": f"Bearer {token}"})


def order(centre: Service) -> dict[str, Any]:
    """Our example as a transaction, for somebody whom nobody knows yet, weighed the day before."""
    bundle: dict[str, Any] = json.loads(shipped_file("order-demolucel.json"))
    bundle["type"] = "transaction"
    for entry in bundle["entry"]:
        entry["request"] = {"method": "POST", "url": entry["resource"]["resourceType"]}
    of(bundle, "Patient")["identifier"][0]["value"] = f"FH-{next(_numbers):06}"
    of(bundle, "Observation")["effectiveDateTime"] = scene.now(centre).plus(days=-1)[:10]
    return bundle


def of(bundle: dict[str, Any], kind: str) -> dict[str, Any]:
    """The Bundle's resource of this type."""
    found: dict[str, Any] = next(e["resource"] for e in bundle["entry"] if e["resource"]["resourceType"] == kind)
    return found


def sent(system: Client, bundle: dict[str, Any]) -> Any:
    return system.post("/fhir/", json.dumps(bundle), content_type="application/fhir+json")


def became(response: Any) -> dict[str, tuple[str, str]]:
    """What became of each resource: status and address."""
    assert response.status_code == 200, response.content
    said = response.json()
    get_fhir_model_class("Bundle").model_validate(said)
    assert said["type"] == "transaction-response"
    kinds = ("Patient", "Practitioner", "Condition", "Observation", "ServiceRequest")
    answers = [entry["response"] for entry in said["entry"]][: len(kinds)]
    return {kind: (a["status"][:3], a.get("location", "")) for kind, a in zip(kinds, answers, strict=True)}


def issues(response: Any) -> list[dict[str, Any]]:
    get_fhir_model_class("OperationOutcome").model_validate(response.json())
    return response.json()["issue"]  # type: ignore[no-any-return]


@pytest.mark.requirement("PAT-28")
def test_an_order_becomes_a_draft_that_waits_and_never_a_chain(centre: Service, system: Client) -> None:
    done = became(sent(system, order(centre)))
    assert {kind: status for kind, (status, _) in done.items()} == {
        "Patient": "201", "Practitioner": "200", "Condition": "200", "Observation": "200", "ServiceRequest": "201",
    }  # fmt: skip
    state = centre.states.of(PATIENT, Patient.of(done["Patient"][1].removeprefix("Patient/")))
    assert state.draft is not None and state.draft.prescriber == "person:physician-1" and not state.chains
    assert entries(centre)[int(done["ServiceRequest"][1].removeprefix("ServiceRequest/"))].plain["signature"] is None


def test_the_same_order_again_changes_nothing_and_is_answered_with_the_same_addresses(
    centre: Service, system: Client
) -> None:
    bundle = order(centre)
    first, before = became(sent(system, bundle)), len(entries(centre))
    again = became(sent(system, bundle))
    assert {status for status, _ in again.values()} == {"200"}
    assert [address for _, address in again.values()] == [address for _, address in first.values()]
    assert len(entries(centre)) == before


def test_our_example_is_taken_as_it_is_a_collection(centre: Service, system: Client) -> None:
    bundle = json.loads(shipped_file("order-demolucel.json"))
    of(bundle, "Observation")["effectiveDateTime"] = scene.now(centre).plus(days=-1)[:10]
    assert became(system.post("/fhir", json.dumps(bundle), content_type="application/json"))["ServiceRequest"]


@pytest.mark.requirement("TRC-10")
def test_an_order_that_a_rule_refuses_enters_nobody(centre: Service, system: Client) -> None:
    bundle = order(centre)
    of(bundle, "Observation")["effectiveDateTime"] = scene.now(centre).plus(days=2)[:10]
    refused = sent(system, bundle)
    (issue,) = issues(refused)
    assert (refused.status_code, issue["code"]) == (422, "business-rule") and "still to come" in issue["details"][
        "text"
    ]
    assert len(issue["diagnostics"]) > len(issue["details"]["text"]), "with the remedy"
    number = of(bundle, "Patient")["identifier"][0]["value"]
    assert centre.identities.who_has(number, people.CENTRE) is None


def test_what_an_order_has_no_use_for_is_said_not_to_be_taken(centre: Service, system: Client) -> None:
    bundle = order(centre)
    device = {"resourceType": "Device", "status": "active"}
    bundle["entry"].append({"resource": device, "request": {"method": "POST", "url": "Device"}})
    (issue,) = sent(system, bundle).json()["entry"][-1]["response"]["outcome"]["issue"]
    assert (issue["severity"], issue["code"]) == ("warning", "not-supported")


@pytest.mark.parametrize(
    ("kind", "element", "value", "status"),
    [
        ("ServiceRequest", "code", {"coding": [{"system": "urn:x", "code": "y"}]}, 422),
        ("ServiceRequest", "status", "draft", 422),
        ("Practitioner", "identifier", [{"system": "https://centre-a.example.org/staff", "value": "P-1"}], 422),
        ("Observation", "effectiveDateTime", None, 400),
        ("Patient", "birthDate", "1961-02-30", 400),
    ],
)
def test_a_bundle_that_is_no_order_is_refused_by_its_element(
    centre: Service, system: Client, kind: str, element: str, value: Any, status: int
) -> None:
    bundle = order(centre)
    of(bundle, kind)[element] = value
    refused = sent(system, bundle)
    assert (refused.status_code, issues(refused)[0]["expression"]) == (status, [f"{kind}.{element}"])


def test_every_published_service_request_is_refused_by_its_code(centre: Service, system: Client) -> None:
    files = sorted(PUBLISHED.glob("ServiceRequest-*.json"))
    assert files
    for file in files:
        bundle = order(centre)
        published = json.loads(file.read_text()) | {"status": "active", "intent": "order"}
        published.pop("doNotPerform", None)
        (ordered,) = [e for e in bundle["entry"] if e["resource"]["resourceType"] == "ServiceRequest"]
        ordered["resource"] = published
        refused = sent(system, bundle)
        assert issues(refused)[0]["expression"][0].startswith("ServiceRequest.code"), file.name
