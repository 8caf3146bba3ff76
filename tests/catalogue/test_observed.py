"""What is reported after the fact counts for no gate: it holds what it names, and opens a discrepancy."""

import pytest
from tests.catalogue import examples  # noqa: F401  # registers them
from tests.catalogue.stage import ACCEPTED, REFUSED, Example, play

from coign import catalogue
from coign.identity.events import UnitsBlocked
from coign.identity.views import UNIT, UnitState
from coign.kernel.subjects import Unit
from coign.quality.events import DeviationOpened

OBSERVED = [e for e in (*ACCEPTED, *REFUSED) if catalogue.ACTIONS[e.action].observed]


def test_every_observed_action_has_examples_of_gates_that_did_not_hold() -> None:
    observed = {a.name for a in catalogue.ACTIONS.values() if a.observed}
    assert observed and observed == {e.action for e in OBSERVED if e.gate}


@pytest.mark.requirement("GMP-19", "TRC-27")
@pytest.mark.parametrize("example", OBSERVED, ids=lambda e: e.name)
def test_an_observed_act_holds_every_container_it_names_and_opens_a_deviation(example: Example) -> None:
    played = play(example)
    named = {Unit(value) for value in example.command.values() if str(value).startswith("unit:")}
    known = {unit for unit in named if played.known.heads[unit].seq}
    held = {unit for fact in played.facts if isinstance(fact, UnitsBlocked) for unit in fact.units}
    assert known and known <= held
    opened = {
        fact.batch or unit for fact in played.facts if isinstance(fact, DeviationOpened) for unit in fact.units or known
    }
    for unit in known:
        state = played.known.states[unit, UNIT.name]
        assert isinstance(state, UnitState)
        assert state.chain is None or {state.batch, unit} & opened, "a discrepancy is open for each of them"
