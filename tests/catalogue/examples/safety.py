"""What the therapy does to the patient."""

from typing import Any

from tests.catalogue.told import Asked, allows, refuses
from tests.support.clinic import MAKER, NURSE, PHYSICIAN, Clinic, person, text

from coign.kernel.subjects import Chain
from coign.kernel.values import Actor, FreeText, Quantity
from coign.safety.actions import record_reaction


def _seen(clinic: Clinic, chain: Chain, actor: Actor = NURSE, **changed: Any) -> Asked:
    values: dict[str, Any] = {
        "seen_at": clinic.now,
        "temperature": Quantity("38.4", "Cel"),
        "blood_pressure": "normal",
        "oxygen": "none",
        "anticytokine_given": "no",
    }
    return record_reaction.ACTION, record_reaction.RecordReaction(chain=chain, **{**values, **changed}), actor


def _infused(clinic: Clinic) -> Chain:
    _, chain, unit = clinic.ready_to_infuse("ann")
    clinic.infuse(unit)
    return chain


@allows
def fever(clinic: Clinic) -> Asked:
    return _seen(clinic, _infused(clinic))


@allows
def graded_otherwise_by_the_physician(clinic: Clinic) -> Asked:
    chain = _infused(clinic)
    return _seen(clinic, chain, PHYSICIAN, clinicians_grade="2", clinicians_reason=text(FreeText))


@refuses("safety.therapy_is_of_this_centre")
def seen_by_the_maker(clinic: Clinic) -> Asked:
    return _seen(clinic, _infused(clinic), person("makers-nurse", "nurse", MAKER))


@refuses("safety.product_was_given")
def reaction_to_nothing(clinic: Clinic) -> Asked:
    return _seen(clinic, clinic.ordered("ann")[1])


@refuses("safety.seen_since_infusion")
def seen_before_the_infusion(clinic: Clinic) -> Asked:
    chain = _infused(clinic)
    return _seen(clinic, chain, seen_at=clinic.now.plus(hours=-1))


@refuses("safety.seen_since_infusion")
def seen_tomorrow(clinic: Clinic) -> Asked:
    chain = _infused(clinic)
    return _seen(clinic, chain, seen_at=clinic.now.plus(days=1))


@refuses("safety.own_grade_has_reason")
def own_grade_without_reason(clinic: Clinic) -> Asked:
    return _seen(clinic, _infused(clinic), PHYSICIAN, clinicians_grade="3")


@refuses("safety.own_grade_has_reason")
def reason_without_grade(clinic: Clinic) -> Asked:
    return _seen(clinic, _infused(clinic), PHYSICIAN, clinicians_reason=text(FreeText))
