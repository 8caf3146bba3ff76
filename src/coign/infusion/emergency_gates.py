"""The gates of an emergency decision: one bag, two persons, what does not hold is named, and the giver has no part."""

from typing import Literal, Protocol

from coign.infusion import gates, patient_gates, product_gates
from coign.infusion.product_gates import OfUnit
from coign.infusion.state import BAG
from coign.kernel.actions import Circumstances, Gate, Risk, gate

#: What a prescriber and a second person may decide to go without, for one bag. Whose bag it is, that it is released,
#: that the patient agreed, and that two saw it at the bed, nobody may decide away.
MAY_BE_DECIDED: tuple[Gate[OfUnit], ...] = (
    gates.thaw_clock_runs,
    product_gates.product_is_not_expired,
    product_gates.product_kept_cold,
    patient_gates.patient_is_ready,
    patient_gates.assessment_is_fresh,
    product_gates.administration_is_witnessed,
)


class OfRequest(OfUnit, Protocol):
    """A command with whether the patient was told."""

    @property
    def patient_informed(self) -> Literal["yes", "no", "cannot_be"]: ...


def unmet_now(asked: OfUnit, known: Circumstances) -> tuple[str, ...]:
    """The gates that would refuse the regular start, of those that may be decided."""
    return tuple(g.id for g in MAY_BE_DECIDED if g.check(asked, known) is not None)


@gate(
    "infusion.something_is_unmet",
    requirement="PAT-30",
    protects="An emergency without a reason becomes the usual way.",
    remedy="Start the infusion as usual: nothing stands against it that could be decided.",
    resolvers=("infusion", "nurse"),
    risk=Risk.PATIENT,
)
def something_is_unmet(asked: OfUnit, known: Circumstances) -> str | None:
    if product_gates.product(asked, known) is None or unmet_now(asked, known):
        return None
    return f"nothing stands against {asked.unit.identifier} that could be decided"


@gate(
    "infusion.patient_is_informed",
    requirement=("PAT-33", "PAT-30"),
    protects="The patient decides about a risk that nobody has measured, as long as they can.",
    remedy="Tell the patient what does not hold and what may follow.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def patient_is_informed(asked: OfRequest, known: Circumstances) -> str | None:
    return "the patient was not told" if asked.patient_informed == "no" else None


@gate(
    "infusion.emergency_is_requested",
    requirement=("PAT-30", "TRC-13"),
    protects="A second person agrees to something that the prescriber asked for.",
    remedy="Let the prescriber ask for it first, with the maker's advice.",
    resolvers=("physician",),
    risk=Risk.PATIENT,
)
def emergency_is_requested(asked: OfUnit, known: Circumstances) -> str | None:
    emergency = known.state(BAG, asked.unit).emergency
    if emergency is not None and emergency.second is None:
        return None
    return f"no emergency decision about {asked.unit.identifier} waits for a second person"


@gate(
    "infusion.second_did_not_request",
    requirement=("TRC-13", "CSV-29", "PAT-30"),
    protects="Two people carry this, not one in a hurry.",
    remedy="Let a colleague decide with you.",
    resolvers=("physician", "pharmacist"),
    risk=Risk.PATIENT,
)
def second_did_not_request(asked: OfUnit, known: Circumstances) -> str | None:
    emergency = known.state(BAG, asked.unit).emergency
    mine = emergency is not None and emergency.first == known.actor.person
    return "you asked for it yourself" if mine else None


@gate(
    "infusion.emergency_is_decided",
    requirement="PAT-30",
    protects="Nobody gives cells against a limit on their own word.",
    remedy="Let the prescriber ask and a second person agree, for this bag.",
    resolvers=("physician", "pharmacist"),
    risk=Risk.PATIENT,
)
def emergency_is_decided(asked: OfUnit, known: Circumstances) -> str | None:
    emergency = known.state(BAG, asked.unit).emergency
    decided = emergency is not None and emergency.decided_at is not None
    return None if decided else f"no two people decided to give {asked.unit.identifier} in an emergency"


@gate(
    "infusion.emergency_still_holds",
    requirement="PAT-30",
    protects="What was right an hour ago was decided about cells that were an hour younger.",
    remedy="Let the two decide again.",
    resolvers=("physician", "pharmacist"),
    risk=Risk.PATIENT,
)
def emergency_still_holds(asked: OfUnit, known: Circumstances) -> str | None:
    emergency = known.state(BAG, asked.unit).emergency
    if emergency is None or emergency.decided_at is None:
        return None  # `infusion.emergency_is_decided` says so
    if known.now.minutes_since(emergency.decided_at) <= known.rules.minutes("infusion.emergency_valid", known.now):
        return None
    held = known.rules.rule("infusion.emergency_valid", known.now)
    return f"it was decided {emergency.decided_at}, longer ago than {held.value} {held.unit}"


@gate(
    "infusion.emergency_covers_what_is_unmet",
    requirement="PAT-30",
    protects="A decision about one limit is none about another that ran out meanwhile.",
    remedy="Let the two decide again, about everything that does not hold now.",
    resolvers=("physician", "pharmacist"),
    risk=Risk.PATIENT,
)
def emergency_covers_what_is_unmet(asked: OfUnit, known: Circumstances) -> str | None:
    emergency = known.state(BAG, asked.unit).emergency
    if emergency is None or emergency.decided_at is None:
        return None
    further = [gate for gate in unmet_now(asked, known) if gate not in emergency.unmet]
    return f"nobody decided about {', '.join(further)}" if further else None


@gate(
    "infusion.giver_did_not_decide",
    requirement=("TRC-13", "CSV-29", "PAT-30"),
    protects="Who holds the bag and sees its clock is the last to judge whether it may still be given.",
    remedy="Let somebody start the infusion who had no part in the decision.",
    resolvers=("infusion", "nurse"),
    risk=Risk.PATIENT,
)
def giver_did_not_decide(asked: OfUnit, known: Circumstances) -> str | None:
    emergency = known.state(BAG, asked.unit).emergency
    if emergency is not None and known.actor.person in (emergency.first, emergency.second):
        return "you had a part in the decision yourself"
    return None
