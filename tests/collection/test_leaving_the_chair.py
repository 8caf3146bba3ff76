"""The last moment at which patient and bag are in one place: what does not belong together does not leave it."""

from dataclasses import replace
from typing import Any

import pytest
from tests.support.clinic import CELLLAB, CENTRE, NURSE, PHYSICIAN, VERSION, Clinic, leaving, text

from coign.collection.actions.label import RESOLVE_LABEL, VERIFY_LABEL, ResolveLabel, VerifyLabel
from coign.collection.actions.leave import CHECK_LEAVING
from coign.collection.events import LeavingChecked
from coign.collection.state import LABEL, LABEL_DIFFERS, LABEL_MISSING
from coign.collection.views import COLLECTION
from coign.custody.actions.offer import ACTION as GIVE
from coign.custody.actions.offer import MakeOffer
from coign.identity.events import UnitsBlocked, UnitsUnblocked
from coign.identity.views import UNIT
from coign.kernel.subjects import Chain, Patient, Unit
from coign.kernel.values import FreeText
from coign.programmes.model import Programmes


def at_the_chair(clinic: Clinic) -> tuple[Patient, Chain, Unit]:
    """A bag that was filled and whose label was scanned back."""
    ann, chain = clinic.ordered("ann")
    clinic.slot(chain)
    clinic.identified(ann, chain)
    bag = clinic.collect(chain, "bag")
    clinic.do(VERIFY_LABEL, VerifyLabel(unit=bag, label=bag, label_serial="1"), CELLLAB)
    return ann, chain, bag


@pytest.mark.requirement("TRC-12", "TRC-13")
def test_a_bag_leaves_once_two_people_found_that_it_is_this_patients() -> None:
    clinic = Clinic()
    ann, chain, bag = at_the_chair(clinic)
    give = MakeOffer(unit=bag, to=CENTRE)
    assert clinic.unmet(GIVE, give, NURSE) == ["custody.checked_at_the_chair"]
    (checked,) = clinic.do(CHECK_LEAVING, leaving(bag, ann), NURSE)
    assert isinstance(checked, LeavingChecked) and checked.patient == ann and checked.missing == 0
    assert [b.left_chair for b in clinic.state(COLLECTION, chain).collected] == [True]
    assert clinic.unmet(GIVE, give, NURSE) == []


@pytest.mark.requirement("TRC-12")
@pytest.mark.parametrize("what", ["wristband", "label", "din"])
def test_what_does_not_belong_together_stands_still(what: str) -> None:
    clinic = Clinic()
    ann, chain, bag = at_the_chair(clinic)
    another: dict[str, Any] = {
        "wristband": clinic.enrol("bea"), "label": clinic.product(chain, "another"), "din": "G123426000002"
    }  # fmt: skip
    asked = {"patient": ann, **({"patient": another["wristband"]} if what == "wristband" else {what: another[what]})}
    (blocked,) = clinic.do(CHECK_LEAVING, leaving(bag, **asked), NURSE)
    units = (bag, another["label"]) if what == "label" else (bag,)
    assert blocked == UnitsBlocked(units=units, why=LABEL_DIFFERS)
    assert not clinic.state(COLLECTION, chain).collected[0].left_chair
    assert clinic.state(LABEL, bag).found_wrong_by == NURSE.person


@pytest.mark.requirement("TRC-14")
def test_a_label_that_nobody_can_find_holds_the_bag_until_a_third_person_says_what_became_of_it() -> None:
    clinic = Clinic()
    ann, _, bag = at_the_chair(clinic)
    blocked, checked = clinic.do(CHECK_LEAVING, leaving(bag, ann, printed=5), NURSE)
    assert blocked == UnitsBlocked(units=(bag,), why=LABEL_MISSING)
    assert isinstance(checked, LeavingChecked) and checked.missing == 2
    assert clinic.unmet(GIVE, MakeOffer(unit=bag, to=CENTRE), NURSE) == ["custody.unit_may_move"]
    found = ResolveLabel(unit=bag, finding=text(FreeText))
    _, freed = clinic.do(RESOLVE_LABEL, found, PHYSICIAN)
    assert freed == UnitsUnblocked(units=(bag,), why=LABEL_MISSING)
    assert clinic.state(UNIT, bag).blocked == ()
    assert clinic.unmet(GIVE, MakeOffer(unit=bag, to=CENTRE), NURSE) == []


def test_a_programme_without_the_step_asks_for_nothing() -> None:
    clinic = Clinic()
    _, _, bag = at_the_chair(clinic)
    clinic.programmes = Programmes([replace(VERSION, journey=())])
    assert clinic.unmet(GIVE, MakeOffer(unit=bag, to=CENTRE), NURSE) == []
