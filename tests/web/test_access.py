"""Every action × every role × what belongs to another organisation: only pairs of the matrix are answered (CSV-04)."""

from collections.abc import Iterator
from typing import Any, get_args

import pytest
from tests.web.site import MAKER, Api, Site

from coign import catalogue
from coign.kernel.actions import Action
from coign.kernel.subjects import KINDS
from coign.people.authority import INSIDE
from coign.people.events import Role
from coign.people.separation import INSPECTOR
from coign.web.api.schema import command_schema

ROLES = get_args(Role)
ACTIONS = [a for a in catalogue.ACTIONS.values() if a.roles - INSIDE]
HIDDEN = "unit:FOREIGN"


@pytest.fixture(scope="module")
def makers(site: Site) -> Iterator[dict[str, Api]]:
    """Somebody of the maker in every role there is; a unit that only the hospital may know of."""
    site.do("custody.take_in", "hospital-celllab", unit=HIDDEN, site="site:clinic")
    found = {}
    for role in ROLES:
        name = f"matrix-{role}"
        site.add_person(name, MAKER, role, password=False)
        found[role] = site.api(name)
    yield found


def sample(schema: dict[str, Any]) -> Any:
    """A value of the right form; subjects that are not public belong to the hospital or do not exist."""
    if "enum" in schema:
        return schema["enum"][0]
    if "anyOf" in schema:
        return sample(schema["anyOf"][0])
    if schema.get("type") == "object":
        return {name: sample(schema["properties"][name]) for name in schema["required"]}
    if schema.get("type") == "array":
        return [sample(schema["items"])]
    if pattern := schema.get("pattern"):
        kind = pattern.lstrip("^").split(":")[0]
        return (
            HIDDEN
            if kind.startswith("(")
            else f"{kind}:FOREIGN"
            if kind in KINDS
            else "1"
            if "?" in pattern
            else "ab" * 32
        )
    return (
        {"string": "x", "boolean": True, "integer": 1}[schema["type"]]
        if "format" not in schema
        else "2030-01-01T00:00:00Z"
    )


def hides_something(action: Action[Any]) -> bool:
    """Whether what is asked for names something that is not public and must be visible."""
    from coign.ledger.encoding import field_types

    needed = command_schema(action.command)["required"]
    return any(
        hasattr(kind, "public") and not kind.public
        for name, kinds in field_types(action.command).items()
        if name in needed and name not in action.beyond_sight
        for kind in kinds
    )


@pytest.mark.requirement("CSV-04")
@pytest.mark.parametrize("action", ACTIONS, ids=lambda a: a.name)
def test_only_roles_of_the_matrix_are_answered_and_nobody_about_what_is_foreign(
    makers: dict[str, Api], action: Action[Any]
) -> None:
    body = {"command": sample(command_schema(action.command))}
    for role, api in makers.items():
        response = api.post(f"/api/actions/{action.name}/check", body)
        said = (response.status_code, response.json().get("code"))
        if role == INSPECTOR:  # one answer, whatever is asked about: it tells nothing
            assert said == (403, "forbidden"), response.content
        elif hides_something(action):
            assert said[0] in (404, 422), (role, response.content)
        elif role not in action.roles:
            assert said in ((403, "forbidden"), (422, "invalid")), (role, response.content)
        else:
            assert said[0] in (200, 404, 422), (role, response.content)


@pytest.mark.requirement("CSV-04")
@pytest.mark.parametrize("role", ROLES)
def test_no_role_opens_foreign_records(site: Site, makers: dict[str, Api], role: str) -> None:
    position = site.api("hospital-celllab").get(f"/api/subjects/{HIDDEN}").json()["history"][0]["position"]
    assert makers[role].get(f"/api/subjects/{HIDDEN}").status_code == 404
    assert makers[role].get(f"/api/entries/{position}").status_code == 404


@pytest.mark.requirement("CSV-08")
def test_whoever_lost_their_role_reads_nothing_any_more(site: Site) -> None:
    site.add_person("matrix-leaver", MAKER, "operator", password=False)
    api = site.api("matrix-leaver")
    assert api.get("/api/subjects/organisation:maker").status_code == 200
    site.do("people.record_leaving", site.administrator(1, MAKER), person="person:matrix-leaver")
    assert api.get("/api/subjects/organisation:maker").status_code == 401, "the token ended with the person's leaving"
