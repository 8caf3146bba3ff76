"""Nothing is decided on a history that was found changed or missing, however far a rule looks."""

from dataclasses import replace

import pytest
from tests.catalogue import examples  # noqa: F401  # registers them
from tests.catalogue.stage import ACCEPTED, Example, given, play, played

from coign import catalogue
from coign.installation.events import THIS, LedgerResumed

GATE = "ledger.subject_is_whole"
FIRST = {example.action: example for example in reversed(ACCEPTED)}


@pytest.mark.requirement("CSV-01")
@pytest.mark.parametrize("example", FIRST.values(), ids=lambda e: e.action)
def test_whatever_subject_a_decision_rests_on_its_damage_refuses(example: Example) -> None:
    ways_out = catalogue.ACTIONS[example.action].when_shut  # of a damaged record: they name what is damaged
    for subject in played(example).known.heads:
        if subject.public:
            continue
        damaged = given(LedgerResumed(ledger=THIS, damaged=(subject,)))
        asked = play(replace(example, given=(*example.given, damaged)))
        assert (GATE in asked.unmet) is not ways_out, subject


def test_what_is_damaged_is_named_only_to_whoever_named_it() -> None:
    example, told = FIRST["logistics.unpack"], {}
    for subject in played(example).known.heads:
        damaged = given(LedgerResumed(ledger=THIS, damaged=(subject,)))
        asked = play(replace(example, given=(*example.given, damaged)))
        told[subject.kind] = next((a.message for a in asked.answers if a.gate == GATE), "")
    shipment = example.command["shipment"].partition(":")[2]
    assert told["shipment"] == f"entries about {shipment} were found changed or missing"
    assert told["unit"] == "entries about the unit that this rests on were found changed or missing"
