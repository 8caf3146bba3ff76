"""What must hold for every action, gate and fact of the catalogue, so that forgetting is impossible."""

from collections.abc import Iterable
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any

import pytest

from coign import catalogue
from coign.kernel.actions import Action, Risk
from coign.kernel.errors import Refused
from coign.kernel.facts import Fact
from coign.people.authority import INSIDE
from coign.people.events import Role
from coign.web.api.schema import command_schema
from coign.web.reference import errors
from coign.web.reference.tracing import requirement_ids

ACTIONS = list(catalogue.ACTIONS.values())
GATES = list(catalogue.GATES.values())
ROLES = {*Role.__args__, *INSIDE}  # type: ignore[attr-defined]
#: Facts that change no state, each with the reason.
NOT_FOLDED: dict[str, str] = {}


def unguarded(actions: Iterable[Action[Any]]) -> list[str]:
    """Actions that can harm a patient or a product and have no gate of their own."""
    return [a.name for a in actions if a.risk is not Risk.DATA and not a.gates and not a.observed]


@pytest.mark.requirement("CSV-25")
def test_an_action_that_can_harm_a_patient_or_a_product_has_a_gate_of_its_own() -> None:
    assert unguarded(ACTIONS) == []


def test_an_action_stripped_of_its_gates_would_be_noticed() -> None:
    harmful = next(a for a in ACTIONS if a.risk is Risk.PATIENT)
    assert unguarded([replace(harmful, gates=())]) == [harmful.name]


@pytest.mark.requirement("CSV-25")
def test_every_action_is_documented_and_risk_classed() -> None:
    for action in ACTIONS:
        assert isinstance(action.risk, Risk) and len(action.rationale) > 20 and action.title, action.name
        own = (action.command.__doc__ or "").strip()
        assert own and not own.startswith(f"{action.command.__name__}("), f"{action.name}: a docstring is missing"
        assert action.requirements, f"{action.name} serves no requirement"
        assert action.name == f"{action.domain}.{action.name.partition('.')[2]}"
        assert action.roles and action.roles <= ROLES, (action.name, action.roles - ROLES)


def test_every_gate_says_what_it_protects_what_opens_it_and_who_can() -> None:
    for gate in GATES:
        assert gate.requirement and gate.protects.endswith(".") and gate.remedy.endswith("."), gate.id
        assert gate.resolvers and set(gate.resolvers) <= ROLES, (gate.id, set(gate.resolvers) - ROLES)


def test_a_gate_id_means_one_gate() -> None:
    every = [g for a in ACTIONS for g in a.gates] + [g for _, g in catalogue.SUBJECT_GATES]
    assert {g.id for g in every if catalogue.GATES[g.id] is not g} == set()


def test_every_cited_requirement_exists(shared: Path) -> None:
    known = set(requirement_ids((shared / "requirements.md").read_text(encoding="utf-8")))
    cited = {r: a.name for a in ACTIONS for r in a.requirements} | {r: g.id for g in GATES for r in g.requirement}
    assert {r: by for r, by in cited.items() if r not in known} == {}


def test_every_fact_that_an_action_gives_changes_a_state() -> None:
    folded = {fact for view in catalogue.VIEWS for fact in view.folds}
    assert [a.name for a in ACTIONS if not a.emits] == []
    assert [f.TYPE for a in ACTIONS for f in a.emits if f not in folded and f.TYPE not in NOT_FOLDED] == []


def test_the_second_of_a_pair_names_an_action_that_exists() -> None:
    assert [a.name for a in ACTIONS if a.second_of and a.second_of not in catalogue.ACTIONS] == []


def test_every_command_has_a_schema_and_asks_for_its_fields_in_words() -> None:
    for action in ACTIONS:
        schema = command_schema(action.command)
        assert schema["additionalProperties"] is False, action.name
        if not action.roles - INSIDE:
            continue  # never asked at a page
        for f in fields(action.command):
            if "allotted" in f.metadata or "resolved_by" in f.metadata:
                continue
            assert "asks" in f.metadata, f"{f.name} of {action.name} needs metadata=asks(…)"
            assert f.metadata["asks"].label, (action.name, f.name)
            if f.default is MISSING and f.default_factory is MISSING:
                assert f.name in schema["required"], (action.name, f.name)


def test_facts_have_public_names_with_a_version_that_fit_their_domain() -> None:
    for action in ACTIONS:
        for fact in action.emits:
            assert issubclass(fact, Fact) and fact.TYPE.rpartition(".v")[2].isdigit(), fact
            assert fact.ABOUT, f"{fact.TYPE} is about nothing"


def test_every_error_code_is_unique_documented_and_has_one_status(request: pytest.FixtureRequest) -> None:
    documented = errors.every_error()
    assert len({e.code for e in documented}) == len(documented)
    page = (request.config.rootpath / "docs" / "reference" / "errors.md").read_text(encoding="utf-8")
    assert [e.code for e in documented if f"| `{e.code}` | {e.status} |" not in page] == []
    assert Refused.code in {e.code for e in documented}
