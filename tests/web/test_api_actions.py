"""REST for actions: check, do, retries, refusals, and every documented way to say no."""

from collections.abc import Callable
from typing import Any

import pytest
from tests.web.conftest import gates_of
from tests.web.site import Site


def test_an_action_that_its_gates_allow_is_recorded(site: Site, fresh: Callable[[str], str]) -> None:
    unit = fresh("unit")
    response = site.api("hospital-celllab").act("custody.take_in", unit=unit, site="site:clinic")
    assert response.status_code == 201, response.content
    entry = response.json()["entries"][0]
    assert entry["action"] == "custody.take_in.v1" and entry["subjects"] == [unit] and len(entry["leaf_hash"]) == 64
    assert "Idempotent-Replayed" not in response


def test_a_retry_gets_the_same_answer_and_says_so(site: Site, fresh: Callable[[str], str]) -> None:
    unit, api = fresh("unit"), site.api("hospital-celllab")
    first = api.act("custody.take_in", "retry-1" + unit[-4:], unit=unit, site="site:clinic")
    again = api.act("custody.take_in", "retry-1" + unit[-4:], unit=unit, site="site:clinic")
    assert (again.status_code, again.content) == (first.status_code, first.content)
    assert again["Idempotent-Replayed"] == "true"


def test_a_retried_refusal_gets_the_same_answer_and_says_so(site: Site, unit: str) -> None:
    api, key = site.api("hospital-celllab"), "refusal-" + unit[-4:]
    first = api.act("custody.take_in", key, unit=unit, site="site:clinic")
    again = api.act("custody.take_in", key, unit=unit, site="site:clinic")
    assert first.status_code == again.status_code == 409
    assert first.json() == again.json()
    assert "Idempotent-Replayed" not in first and again["Idempotent-Replayed"] == "true"


def test_the_same_key_for_another_request_is_a_conflict(site: Site, fresh: Callable[[str], str]) -> None:
    api, key = site.api("hospital-celllab"), "other-body"
    assert api.act("custody.take_in", key, unit=fresh("unit"), site="site:clinic").status_code == 201
    response = api.act("custody.take_in", key, unit=fresh("unit"), site="site:clinic")
    assert response.status_code == 409 and response.json()["code"] == "conflict"


def test_a_refusal_lists_every_unmet_gate_in_stable_order_and_where_it_is_recorded(site: Site, offered: str) -> None:
    site.do("custody.accept", "maker-warehouse", unit=offered, seal="other")  # does not agree: a mismatch
    response = site.api("hospital-nurse").act("custody.accept", unit=offered, seal="S1")
    assert response.status_code == 409 and response["Content-Type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == "refused" and problem["action"] == "custody.accept"
    assert gates_of(problem) == ["custody.offer_is_open", "custody.no_mismatch"]
    assert all(g["message"] and g["remedy"] and g["protects"] and g["resolvers"] for g in problem["gates"])
    assert isinstance(problem["position"], int) and problem["subjects"] == [offered]


@pytest.mark.requirement("CSV-40")
def test_a_check_says_what_every_gate_says_and_records_nothing(site: Site, unit: str) -> None:
    api = site.api("hospital-celllab", "read", "act")
    before = api.get("/health").json()["ledger"]["size"]
    response = api.post("/api/actions/custody.accept/check", {"command": {"unit": unit}})
    said = {g["gate"]: g["holds"] for g in response.json()["gates"]}
    assert response.status_code == 200 and response.json()["allowed"] is False
    assert said["custody.offer_is_open"] is False and said["custody.no_mismatch"] is True
    assert api.get("/health").json()["ledger"]["size"] == before


@pytest.mark.requirement("CSV-04")
def test_what_a_foreign_organisation_may_not_know_of_is_not_found(site: Site, unit: str) -> None:
    hidden = site.api("maker-warehouse").act("custody.offer", unit=unit, to="organisation:maker")
    absent = site.api("maker-warehouse").act("custody.offer", unit="unit:NEVER", to="organisation:maker")
    assert hidden.status_code == absent.status_code == 404
    assert hidden.json()["detail"].replace(unit, "unit:NEVER") == absent.json()["detail"]


@pytest.mark.requirement("CSV-08")
def test_a_role_that_is_not_held_is_forbidden_whatever_the_request_claims(site: Site, unit: str) -> None:
    api = site.api("hospital-qa")
    assert api.act("custody.offer", unit=unit, to="organisation:maker").status_code == 403
    claimed = api.post(
        "/api/actions/custody.offer", {"command": {"unit": unit, "to": "organisation:maker"}}, Coign_Role="celllab"
    )
    assert claimed.status_code == 403 and claimed.json()["code"] == "forbidden"


def test_nobody_acts_as_set_up_from_outside(site: Site) -> None:
    response = site.api("hospital-admin").post(
        "/api/actions/people.register_organisation",
        {"command": {"organisation": "organisation:x", "name": "X", "category": "maker", "country": "DE"}},
        Coign_Role="setup",
    )
    assert response.status_code == 403


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"command": {"unit": "bag:1", "site": "site:x"}}, "unit"),
        ({"command": {"unit": "unit:X1", "site": "site:x", "colour": "red"}}, "colour"),
        ({"command": {"site": "site:x"}}, "unit"),
        ({"command": []}, "command"),
        ({"command": {}, "extra": 1}, "extra"),
        ({}, "command"),
        ({"command": {}, "claimed_time": "yesterday"}, "claimed_time"),
        ({"intent_hash": "00"}, "body"),
        ({"intent_hash": "00", "signature": {"method": "ed25519"}}, "intent_hash"),
        ({"intent_hash": "00" * 32, "signature": {"method": "wax"}}, "signature.method"),
        ({"intent_hash": "00" * 32, "signature": {"ring": "wax"}}, "signature.ring"),
        (b'{"command": {"unit": "unit:A", "unit": "unit:B"}}', "unit"),
        (b'{"command": {"unit": NaN}}', "body"),
        (b"\xff\xfe", "body"),
        (b'{"command": {"unit": "\\ud800"}}', "body"),
        (b"[" * 100_00, "body"),
        (b" ", "body"),
    ],
)
def test_what_cannot_be_understood_names_its_field(site: Site, body: Any, field: str) -> None:
    response = site.api("hospital-celllab").post("/api/actions/custody.take_in", body)
    assert response.status_code == 422, response.content
    assert response.json()["code"] == "invalid"
    assert field in [e["field"] for e in response.json()["errors"]], response.content


def test_numbers_beyond_the_profile_are_refused_not_rounded(site: Site) -> None:
    response = site.api("hospital-celllab").post(
        "/api/actions/custody.take_in", b'{"command": {"unit": 123456789012345678901234567890, "site": "site:x"}}'
    )
    assert response.status_code == 422 and response.json()["errors"][0]["field"] == "unit"


def test_larger_than_anything_taken_at_once_is_refused(site: Site) -> None:
    response = site.api("hospital-celllab").post(
        "/api/actions/custody.take_in", {"command": {"unit": "unit:" + "x" * 70_000, "site": "site:x"}}
    )
    assert response.status_code == 413 and response.json()["code"] == "too_large"


@pytest.mark.parametrize("key", ["", " ", "x" * 129, "a b", "ü"])
def test_a_key_is_needed_and_must_be_plain(site: Site, key: str) -> None:
    from tests.web.client import Client

    client = Client(headers={"Authorization": f"Bearer {site.token('hospital-celllab')}", "Idempotency-Key": key})
    response = client.post("/api/actions/custody.take_in", {"command": {}}, content_type="application/json")
    assert response.status_code == 422 and response.json()["errors"][0]["field"] == "Idempotency-Key"


def test_an_unknown_action_is_not_found(site: Site) -> None:
    assert site.api("hospital-celllab").act("custody.steal").status_code == 404
    assert site.api("hospital-celllab").get("/api/nothing").status_code == 404


def test_the_wrong_method_says_which_one_is_right(site: Site) -> None:
    response = site.api("hospital-celllab").get("/api/actions/custody.take_in")
    assert response.status_code == 405 and response.json()["code"] == "method_not_allowed"
    assert response["Allow"] == "POST"


def test_a_token_does_only_what_it_was_given_for(site: Site, unit: str) -> None:
    reads_only = site.api("hospital-celllab", "read")
    assert reads_only.get(f"/api/subjects/{unit}").status_code == 200
    assert reads_only.act("custody.withdraw_offer", unit=unit).status_code == 403
    assert site.api("hospital-celllab", "act").get(f"/api/subjects/{unit}").status_code == 403


def test_the_list_of_actions_tells_everything_that_follows_from_their_declaration(site: Site) -> None:
    actions = {a["name"]: a for a in site.api("hospital-celllab").get("/api/actions").json()}
    accept = actions["custody.accept"]
    assert accept["second_of"] == "custody.offer" and accept["risk"] == "patient"
    assert accept["command"]["properties"]["condition"]["enum"] == ["intact", "damaged"]
    assert accept["command"]["required"] == ["unit"]
    assert accept["gates"][0]["gate"] == "custody.offer_is_open"


def test_free_text_never_appears_in_the_entry(site: Site, offered: str) -> None:
    site.do("custody.accept", "maker-warehouse", unit=offered, seal="other")
    api = site.api("hospital-qa")
    response = api.act("custody.resolve_mismatch", unit=offered, finding="Dr Meier swapped the labels")
    assert response.status_code == 201, response.content
    position = response.json()["entries"][0]["position"]
    assert b"Meier" not in api.get(f"/api/entries/{position}").content
