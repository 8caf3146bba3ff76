"""A look is a fact about each patient that was shown, and is counted for each of them."""

import pytest
from tests.catalogue.stage import NOW, actor

from coign import catalogue
from coign.access import LOOK, Look
from coign.access.views import LOOKS
from coign.installation.events import THIS, SetupFinished
from coign.kernel.actions import Circumstances
from coign.kernel.subjects import Patient
from coign.kernel.views import Stamp

NURSE = actor("nina", "nurse", "hospital")
ANNA, BERT = Patient.of("A1"), Patient.of("B1")


def test_a_look_names_everybody_shown_who_saw_them_and_where_and_is_counted() -> None:
    asked = Look(patients=(ANNA, BERT), page="journey")
    assert [(r.subject, r.view) for r in LOOK.reads(asked, NURSE)] == [(ANNA, LOOKS), (BERT, LOOKS)]
    (fact,) = LOOK.decide(asked, Circumstances(now=NOW, actor=NURSE, states={}, heads={}))
    assert (fact.patients, fact.to, fact.role, fact.page) == ((ANNA, BERT), NURSE.person, "nurse", "journey")
    stamp = Stamp(NOW, 7, NURSE, ANNA)
    once = LOOKS.evolve(LOOKS.state(), fact, stamp)
    twice = LOOKS.evolve(once, fact, stamp)
    assert (once.count, twice.count, twice.last_at, twice.last_to) == (1, 2, NOW, NURSE.person)
    assert LOOKS.evolve(twice, SetupFinished(ledger=THIS), stamp) == twice


@pytest.mark.requirement("REG-10")
def test_an_inspector_enters_nothing() -> None:
    assert [name for name, action in catalogue.ACTIONS.items() if "inspector" in action.roles] == []
