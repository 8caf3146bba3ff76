"""A look is a fact about each patient that was shown, and is counted for each of them."""

import pytest
from tests.catalogue.stage import NOW, actor

from coign import catalogue
from coign.access import LOOK, TAKE_COPY, Look, TakeCopy
from coign.access.views import LOOKS
from coign.installation.events import THIS, SetupFinished
from coign.kernel.actions import Circumstances
from coign.kernel.subjects import Patient
from coign.kernel.values import Digest
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
def test_a_copy_that_is_taken_away_says_who_took_what_and_its_hash() -> None:
    asked = TakeCopy(what="pack of A", sha256=Digest("ab" * 32), page="journey-pack")
    (fact,) = TAKE_COPY.decide(asked, Circumstances(now=NOW, actor=NURSE, states={}, heads={}))
    assert (fact.by, fact.role, fact.organisation) == (NURSE.person, "nurse", NURSE.organisation)
    assert (fact.what, fact.sha256, fact.page) == (asked.what, asked.sha256, asked.page)


@pytest.mark.requirement("REG-10")
def test_an_inspector_enters_nothing() -> None:
    assert [name for name, action in catalogue.ACTIONS.items() if "inspector" in action.roles] == []
