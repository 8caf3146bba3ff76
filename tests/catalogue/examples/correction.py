"""A recorded value is corrected by two, and what was decided on it is looked at again."""

from dataclasses import replace
from typing import Any

from tests.support.corrections import CORRECTION, found, proposal
from tests.support.plant import BAG, CASE, NURSE, OPERATOR, OPERATOR_2, QA, SEALED, T1, Plant, as_role
from tests.support.plant_cases import allow, refuse, then

from coign.collection.events import CollectionFinished
from coign.correction.recorded import Recorded
from coign.kernel.subjects import Case
from coign.kernel.values import Quantity
from coign.manufacturing.events import StepCompleted

PROPOSE, READ, ASSESS = "correction.propose", "correction.read_source", "correction.assess"
VIABILITY = "measurements/viability_at_harvest"


def measured(p: Plant) -> Recorded:
    return found(p, StepCompleted, VIABILITY)


def to(right: str, **changed: Any) -> Any:
    return lambda p: {**proposal(measured(p), right), **changed}


def proposed(right: str = "81", case: Case = CORRECTION) -> Any:
    return lambda p: p.act(PROPOSE, OPERATOR, **proposal(measured(p), right, case))


def read(value: str = "81", case: Case = CORRECTION) -> Any:
    return lambda p: p.act(READ, OPERATOR_2, case=case, value=value, deviation=CASE)


def collected(p: Plant) -> None:
    p.until("at_maker")
    volume, cd3 = Quantity("140", "mL"), Quantity("4", "10*9")
    p.happened(CollectionFinished(chain=T1, unit=BAG, volume=volume, cd3=cd3, din="G1"), by=NURSE)


def at_the_chair(p: Plant) -> dict[str, Any]:
    return proposal(found(p, CollectionFinished, "volume"), "104")


allow(PROPOSE, OPERATOR, then("stepped"), to("81"))
allow(PROPOSE, OPERATOR, then("certified"), to("81"))
allow(PROPOSE, NURSE, collected, at_the_chair)
refuse(PROPOSE, "value_is_a_number", OPERATOR, then("stepped"), to("81 %"))
refuse(PROPOSE, "value_is_a_number", OPERATOR, then("stepped"), to("-1"))
refuse(PROPOSE, "value_is_another", OPERATOR, then("stepped"), to("91.0"))
refuse(PROPOSE, "value_is_settled", OPERATOR_2, then("stepped", proposed()), to("82", case=Case.of("COR2")))
#: Found before somebody else's correction was through.
refuse(PROPOSE, "value_is_settled", OPERATOR_2, then("stepped", proposed(), read()), to("82", case=Case.of("COR2")))
allow(
    PROPOSE, OPERATOR_2, then("stepped", proposed(), read()),
    lambda p: proposal(replace(measured(p), value="81", case=CORRECTION), "82", Case.of("COR2")),
)  # fmt: skip

SOURCE = {"case": CORRECTION, "value": "81", "deviation": CASE}
allow(READ, OPERATOR_2, then("stepped", proposed()), SOURCE)
allow(READ, OPERATOR_2, then("stepped", proposed("61")), {**SOURCE, "value": "61"})
allow(READ, OPERATOR_2, then("stepped", proposed()), {**SOURCE, "value": "18"})
refuse(READ, "waits_for_reading", OPERATOR_2, then("stepped", proposed(), read()), SOURCE)
refuse(READ, "read_by_another", OPERATOR, then("stepped", proposed()), SOURCE)
refuse(
    READ, "read_where_it_lies", QA, then(collected, lambda p: p.act(PROPOSE, NURSE, **at_the_chair(p))),
    {**SOURCE, "value": "104"},
)  # fmt: skip
refuse(READ, "value_is_a_number", OPERATOR_2, then("stepped", proposed()), {**SOURCE, "value": "about 81"})

JUDGED = {"case": CORRECTION, "assessment": SEALED}
allow(ASSESS, QA, then("stepped", proposed(), read()), JUDGED)
allow(ASSESS, QA, then("filled", proposed(), read("18")), JUDGED)
refuse(ASSESS, "waits_for_assessment", QA, then("stepped", proposed()), JUDGED)
refuse(
    ASSESS, "assessed_by_another", as_role(OPERATOR_2, "qa"),
    then("stepped", lambda p: p.granted(OPERATOR_2, "qa"), proposed(), read()), JUDGED,
)  # fmt: skip
