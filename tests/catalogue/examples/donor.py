"""What a donor's tests say, and what follows for the bag."""

from typing import Any

from tests.support.plant import (
    BAG,
    CELLLAB,
    CENTRE,
    COURIER,
    FILE,
    MAKER,
    NURSE,
    QA,
    SEALED,
    SHIPPER,
    T1,
    WAREHOUSE,
    Plant,
)
from tests.support.plant_cases import allow, refuse, then

from coign.donor.events import SetApart
from coign.kernel.subjects import Person, Unit
from coign.kernel.values import Actor, Quantity

TAKE, REPORT, JUSTIFY, APART = "donor.take_samples", "donor.record_report", "donor.justify", "donor.set_apart"
MAKERS_NURSE, MAKERS_LAB = (Actor(Person.of(f"makers-{r}"), r, MAKER) for r in ("nurse", "celllab"))
PHYSICIAN = Actor(Person.of("physician-1"), "physician", CENTRE)


def taken(p: Plant, **changed: Any) -> dict[str, Any]:
    asked = {
        "sample": "S-9", "taken_at": p.now.plus(minutes=-5), "history_reviewed": "yes", "origin_at_risk": "no",
        "given_before": "no",
    }  # fmt: skip
    return {"chain": T1, **asked, **changed}


def report(**markers: str) -> dict[str, Any]:
    return {"chain": T1, "sample": "S", "laboratory": "Virology, licence 7", "report": FILE, **markers}


def sampled(p: Plant) -> None:
    p.until("slot")
    p.donor_tested()


def half_tested(p: Plant) -> None:
    p.until("slot")
    p.collected(tested=False)
    p.donor_tested(but="syphilis")


def reactive(p: Plant) -> None:
    p.until("slot")
    p.collected()
    p.donor_tested(result="reactive")


allow(TAKE, NURSE, then("slot"), taken)
refuse(TAKE, "therapy_is_of_this_centre", MAKERS_NURSE, then("slot"), taken)
refuse(TAKE, "sample_is_new", NURSE, sampled, lambda p: taken(p, sample="S"))
refuse(TAKE, "sample_was_taken_before_now", NURSE, then("slot"), lambda p: taken(p, taken_at=p.now.plus(minutes=5)))

GIVEN = {"given_before": "yes", "weight": Quantity("70", "kg"), "colloids": Quantity("500", "mL")}
allow(TAKE, NURSE, then("slot"), lambda p: taken(p, **GIVEN))
refuse(TAKE, "infusions_are_told", NURSE, then("slot"), lambda p: taken(p, given_before="yes"))
refuse(TAKE, "infusions_are_told", NURSE, then("slot"), lambda p: taken(p, **{**GIVEN, "given_before": "no"}))
allow(TAKE, NURSE, then("slot"), lambda p: taken(p, **GIVEN, blood_until=p.now.plus(minutes=-90)))
refuse(TAKE, "infusions_are_told", NURSE, then("slot"), lambda p: taken(p, crystalloids_until=p.now.plus(minutes=-90)))
refuse(TAKE, "infusions_ended_before_the_sample", NURSE, then("slot"), lambda p: taken(p, **GIVEN, blood_until=p.now))
refuse(TAKE, "infusions_in_their_units", NURSE, then("slot"), lambda p: taken(p, **GIVEN, blood=Quantity("1", "L")))

allow(REPORT, CELLLAB, sampled, report(hiv_1_2="negative"))
allow(REPORT, CELLLAB, sampled, report(hiv_1_2="negative", cmv="reactive"))
allow(REPORT, CELLLAB, half_tested, report(syphilis="reactive"))
refuse(REPORT, "therapy_is_of_this_centre", MAKERS_LAB, sampled, report(hiv_1_2="negative"))
refuse(REPORT, "sample_is_known", CELLLAB, then("slot"), report(hiv_1_2="negative"))
refuse(REPORT, "something_is_reported", CELLLAB, sampled, report())

WHY = {"chain": T1, "reason": SEALED, "evidence": FILE}
allow(JUSTIFY, PHYSICIAN, half_tested, WHY)
refuse(JUSTIFY, "markers_are_open", PHYSICIAN, then("collected"), WHY)

HERE = {"unit": BAG, "label": BAG, "place": "Tank H"}
allow(APART, CELLLAB, reactive, HERE)
refuse(APART, "bag_is_hazardous", CELLLAB, then("collected"), HERE)


def given_away(p: Plant) -> None:
    reactive(p)
    p.packed()
    p.sealed(SHIPPER, CELLLAB, COURIER)


refuse(APART, "bag_is_held_here", CELLLAB, given_away, HERE)
refuse(APART, "hazard_label_is_of_the_bag", CELLLAB, then(reactive, lambda p: p.collected(Unit.of("BAG2"))),
       {**HERE, "label": Unit.of("BAG2")})  # fmt: skip
refuse(APART, "not_set_apart_here_yet", CELLLAB, then(reactive, lambda p: p.act(APART, CELLLAB, **HERE)), HERE)


def arrived(*before: Any) -> Any:
    return then("equipped", lambda p: p.ordered(), lambda p: p.slot(), *before, lambda p: p.arrived())


def without_one(p: Plant) -> None:
    p.collected(tested=False)
    p.donor_tested(but="syphilis")


def too_late(p: Plant) -> None:
    p.collected(tested=False)
    p.wait(days=8)
    p.donor_tested()


def decided(p: Plant) -> None:
    without_one(p)
    p.act(JUSTIFY, PHYSICIAN, **WHY)


def reactive_on_the_way(p: Plant) -> None:
    p.donor_tested(result="reactive", sample="S-2")


ACCEPT = "quality.accept_material"
allow(ACCEPT, QA, arrived(decided), {"unit": BAG})
refuse(ACCEPT, "donor_is_tested", QA, arrived(lambda p: p.collected(tested=False)), {"unit": BAG})
refuse(ACCEPT, "donor_is_tested", QA, arrived(without_one), {"unit": BAG})
refuse(ACCEPT, "donor_is_tested", QA, arrived(too_late), {"unit": BAG})
refuse(ACCEPT, "hazard_is_set_apart", QA, then("at_maker", reactive_on_the_way), {"unit": BAG})


def set_apart_by_the_maker(p: Plant) -> None:
    reactive_on_the_way(p)
    p.happened(SetApart(unit=BAG, organisation=MAKER, place="Tank H", by=WAREHOUSE.person), by=WAREHOUSE)


allow(ACCEPT, QA, then("at_maker", set_apart_by_the_maker), {"unit": BAG})
