"""The end of a therapy: every container has a decision, and ends as it was decided or not at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.clinic import CELLLAB, PHARMACIST, PHYSICIAN, Clinic, text
from tests.support.paper import Refusal

from coign.closing.actions import end_therapy
from coign.closing.actions.dispose import CONFIRM, DISPOSE, ConfirmDisposal, Dispose
from coign.closing.events import UnitDecision
from coign.closing.state import CLOSURE, DISPOSAL, DISPOSAL_DIFFERS, THERAPY_IS_OVER
from coign.identity.views import CHAIN, UNIT
from coign.infusion.actions import thaw
from coign.kernel.subjects import Chain, Unit
from coign.kernel.values import FreeText

BAGS = ("bag-1", "bag-2")


def _ended(clinic: Clinic, chain: Chain, *decisions: UnitDecision) -> None:
    command = end_therapy.EndTherapy(
        chain=chain, reason="death", note=text(FreeText), others="returned", decisions=decisions
    )
    clinic.do(end_therapy.ACTION, command, PHYSICIAN)


@pytest.mark.requirement("TRC-27")
def test_after_the_end_every_container_stands_still_until_two_have_carried_the_decision_out() -> None:
    clinic = Clinic()
    _, chain, unit = clinic.ready_to_thaw("ann")
    _ended(clinic, chain, UnitDecision(unit=unit, becomes="used_for_test"))

    assert clinic.state(CHAIN, chain).ended == "death" and clinic.state(CLOSURE, chain).reason == "death"
    assert clinic.state(UNIT, unit).blocked == (THERAPY_IS_OVER,)
    assert clinic.unmet(thaw.ISSUE, thaw.Issue(unit=unit), PHARMACIST) == ["infusion.product_may_be_used"]
    clinic.do(DISPOSE, Dispose(unit=unit), CELLLAB)
    assert not clinic.state(UNIT, unit).ended
    clinic.do(CONFIRM, ConfirmDisposal(unit=unit, scanned=unit), PHARMACIST)
    assert clinic.state(UNIT, unit).ended == "used_for_test"


@pytest.mark.requirement("TRC-27")
def test_what_the_centre_cannot_see_has_its_decision_as_well() -> None:
    clinic = Clinic()
    _, chain = clinic.ordered("ann")
    named, unnamed = (clinic.product(chain, f"bag-{n}") for n in (1, 2))
    _ended(clinic, chain, UnitDecision(unit=named, becomes="destroyed"))
    decided = [clinic.state(DISPOSAL, unit).becomes for unit in (named, unnamed)]
    assert decided == ["destroyed", "returned"]


@pytest.mark.requirement("TRC-27", "TRC-13")
def test_two_who_scan_different_bags_end_neither() -> None:
    clinic = Clinic()
    _, chain = clinic.ordered("ann")
    bags = [clinic.product(chain, f"bag-{n}") for n in (1, 2)]
    _ended(clinic, chain, *(UnitDecision(unit=u, becomes="destroyed") for u in bags))
    clinic.do(DISPOSE, Dispose(unit=bags[0]), CELLLAB)
    clinic.do(CONFIRM, ConfirmDisposal(unit=bags[0], scanned=bags[1]), PHARMACIST)
    for unit in bags:
        assert not clinic.state(UNIT, unit).ended and DISPOSAL_DIFFERS in clinic.state(UNIT, unit).blocked
        assert clinic.unmet(DISPOSE, Dispose(unit=unit), CELLLAB) == ["closing.no_doubt_which_container"]


@pytest.mark.requirement("TRC-27")
@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.booleans(), st.sampled_from(["bag-1", "bag-2"]), st.booleans(), st.booleans()), max_size=8)
)
def test_in_any_order_a_container_ends_at_most_once_and_by_two(acts: list[tuple[bool, str, bool, bool]]) -> None:
    clinic = Clinic()
    _, chain = clinic.ordered("ann")
    bags = [clinic.product(chain, f"bag-{n}") for n in (1, 2)]
    _ended(clinic, chain, *(UnitDecision(unit=u, becomes="destroyed") for u in bags))
    for first, name, by_celllab, other in acts:
        unit, actor = Unit.of(name), CELLLAB if by_celllab else PHARMACIST
        scanned = next(u for u in bags if u != unit) if other else unit
        try:
            if first:
                clinic.do(DISPOSE, Dispose(unit=unit), actor)
            else:
                clinic.do(CONFIRM, ConfirmDisposal(unit=unit, scanned=scanned), actor)
        except Refusal as refusal:
            assert refusal.gates
    ends = [fact for fact in clinic.facts if type(fact).__name__ == "UnitEnded"]
    assert len(ends) == len({fact.unit for fact in ends})
    confirmed = [fact for fact in clinic.facts if type(fact).__name__ == "DisposalConfirmed"]
    assert len(confirmed) == len(ends) and all(fact.first != fact.second for fact in confirmed)
