"""Every action can succeed; every gate can refuse alone, and without it what it refuses would be allowed."""

import pytest
from tests.catalogue import examples  # noqa: F401  # registers them
from tests.catalogue.stage import ACCEPTED, REFUSED, Example, play, played, record_of

from coign import catalogue

EXAMPLES = {(e.action, e.gate) for e in (*ACCEPTED, *REFUSED)}
PAIRS = [(a.name, g.id) for a in catalogue.ACTIONS.values() for g in a.gates]


def _id(example: Example) -> str:
    return example.name


def test_every_action_has_an_example_that_is_accepted() -> None:
    missing = [action for action in catalogue.ACTIONS if (action, "") not in EXAMPLES]
    assert missing == [], "add accepted(…) to tests/catalogue/examples for each"


@pytest.mark.parametrize("example", ACCEPTED, ids=_id)
@pytest.mark.requirement("CSV-07")
def test_the_accepted_example_passes_every_gate_and_decides_facts(example: Example) -> None:
    assert played(example).unmet == [] and played(example).facts


def test_every_gate_of_every_action_has_an_example_where_it_alone_refuses() -> None:
    assert [pair for pair in PAIRS if pair not in EXAMPLES] == [], "add lone_refusal(action, gate, …) for each"


def test_every_gate_that_stands_before_every_action_has_an_example() -> None:
    assert {gate.id for _, gate in catalogue.SUBJECT_GATES} <= {e.gate for e in REFUSED}


@pytest.mark.parametrize("example", REFUSED, ids=_id)
@pytest.mark.requirement("CSV-07")
def test_exactly_this_gate_refuses_and_says_why_and_what_to_do_and_without_it_all_would_be_allowed(
    example: Example,
) -> None:
    record = record_of(example)
    asked = play(example, record=record)
    assert asked.unmet == [example.gate]
    answer = next(a for a in asked.answers if a.gate == example.gate)
    assert answer.message and answer.remedy and answer.resolvers and answer.protects
    assert play(example, without=example.gate, record=record).unmet == []


def test_no_example_is_about_an_action_or_gate_that_does_not_exist() -> None:
    known = {*PAIRS, *((a, gate.id) for a in catalogue.ACTIONS for _, gate in catalogue.SUBJECT_GATES)}
    assert [e.name for e in REFUSED if (e.action, e.gate) not in known] == []
    assert [e.name for e in ACCEPTED if e.action not in catalogue.ACTIONS] == []
