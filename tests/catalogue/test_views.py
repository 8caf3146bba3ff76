"""What every view of the catalogue promises."""

from typing import Any

import pytest

from coign import catalogue
from coign.installation.events import THIS, SetupFinished
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Actor, Instant
from coign.kernel.views import Stamp, View
from coign.people.events import PersonLeft
from coign.perform import assemble

STAMP = Stamp(
    Instant("2026-03-12T09:42:00.000000Z"), 7, Actor(Person.of("a"), "admin", Organisation.of("b")), THIS
)  # fmt: skip
#: One of them is unknown to any view: no view folds both.
STRANGERS = (SetupFinished(ledger=THIS), PersonLeft(person=Person.of("a")))


@pytest.mark.parametrize("view", catalogue.VIEWS, ids=lambda v: v.name)
def test_a_view_is_not_changed_by_a_fact_that_it_does_not_fold(view: View[Any]) -> None:
    stranger = next(fact for fact in STRANGERS if type(fact) not in view.folds)
    assert view.evolve(view.state(), stranger, STAMP) == view.state()


@pytest.mark.parametrize("view", catalogue.VIEWS, ids=lambda v: v.name)
def test_the_empty_state_of_a_view_comes_back_from_its_stored_form(view: View[Any]) -> None:
    folding = assemble.folding()
    assert folding.load(view.name, folding.dump(view.state())) == view.state()
