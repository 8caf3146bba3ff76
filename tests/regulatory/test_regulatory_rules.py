"""A version comes into force by two signatures, and the one in force stays until then."""

import pytest
from tests.support.paper import Refusal
from tests.support.plant import CAR_T, QA, REGULATORY, VERSION, Plant

from coign.kernel.subjects import Programme
from coign.kernel.values import Instant
from coign.regulatory.views import PROGRAMME

MARCH = Instant("2026-03-02T08:00:00.000000Z")
THIS = {"programme": CAR_T, "version": VERSION.digest}


@pytest.mark.requirement("GMP-06")
def test_a_proposal_changes_nothing_until_another_person_approves_it() -> None:
    plant = Plant(MARCH)
    plant.act("regulatory.propose_programme", REGULATORY, **THIS)
    state = plant.state(PROGRAMME, CAR_T)
    assert (state.in_force, state.proposed, state.proposed_by) == (None, VERSION.digest, REGULATORY.person)
    plant.granted(REGULATORY, "qa")
    with pytest.raises(Refusal, match="approved_by_another"):
        plant.act("regulatory.approve_programme", type(QA)(REGULATORY.person, "qa", QA.organisation), **THIS)
    plant.act("regulatory.approve_programme", QA, **THIS)
    state = plant.state(PROGRAMME, CAR_T)
    assert (state.in_force, state.proposed) == (VERSION.digest, None) and state.since is not None


def test_the_file_of_one_programme_cannot_come_into_force_for_another() -> None:
    plant = Plant(MARCH)
    with pytest.raises(Refusal, match="version_is_here"):
        plant.act("regulatory.propose_programme", REGULATORY, programme=Programme.of("other"), version=VERSION.digest)
