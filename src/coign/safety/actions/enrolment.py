"""Hold enrolment into a programme, as the safety officer, and let it go on, as two of the safety board."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Programme
from coign.kernel.values import Actor, FreeText
from coign.safety import plan_gates
from coign.safety.events import EnrolmentHeld, EnrolmentResumed, ResumptionProposed
from coign.safety.views import ENROLMENT

BY_HAND = "the safety officer held it"


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEnrolment:
    """Which programme takes in nobody new for now, and why."""

    programme: Programme = field(metadata=asks("Programme", "choose", options="programmes"))
    reason: FreeText = field(metadata=asks("Why"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposeResumption:
    """A first decision of the safety board, with what it rests on."""

    programme: Programme = field(metadata=asks("Programme", "choose", options="programmes"))
    rationale: FreeText = field(metadata=asks("What the decision rests on"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmResumption:
    """A second decision of the safety board, by somebody else who read the same data."""

    programme: Programme = field(metadata=asks("Programme", "choose", options="programmes"))


def _reads(asked: HoldEnrolment | ProposeResumption | ConfirmResumption, actor: Actor) -> Sequence[Read]:
    return (Read(asked.programme, ENROLMENT),)


def _held(asked: HoldEnrolment, known: Circumstances) -> Sequence[EnrolmentHeld]:
    return (EnrolmentHeld(programme=asked.programme, because=BY_HAND, reason=asked.reason),)


def _proposed(asked: ProposeResumption, known: Circumstances) -> Sequence[ResumptionProposed]:
    return (ResumptionProposed(programme=asked.programme, rationale=asked.rationale, by=known.actor.person),)


def _resumed(asked: ConfirmResumption, known: Circumstances) -> Sequence[EnrolmentResumed]:
    first = known.state(ENROLMENT, asked.programme).proposed_by
    assert first is not None
    return (EnrolmentResumed(programme=asked.programme, first=first, second=known.actor.person),)


HOLD_ENROLMENT = Action(
    name="safety.hold_enrolment",
    title="Hold enrolment",
    command=HoldEnrolment,
    roles=frozenset({"safety"}),
    reads=_reads,
    gates=(plan_gates.enrolment_is_open,),
    decide=_held,
    emits=(EnrolmentHeld,),
    requirements=("PAT-20", "REG-05"),
    risk=Risk.PATIENT,
    rationale="While nobody knows what happened to the last patients, nobody new is put at the same risk.",
)

PROPOSE_RESUMPTION = Action(
    name="safety.propose_resumption",
    title="Decide that enrolment may go on",
    command=ProposeResumption,
    roles=frozenset({"safety"}),
    reads=_reads,
    gates=(plan_gates.enrolment_is_held,),
    decide=_proposed,
    emits=(ResumptionProposed,),
    requirements=("PAT-19", "PAT-20"),
    risk=Risk.PATIENT,
    rationale="A hold that ends without anybody having looked protects nobody.",
    meaning="approved",
)

CONFIRM_RESUMPTION = Action(
    name="safety.confirm_resumption",
    title="Agree that enrolment may go on",
    command=ConfirmResumption,
    roles=frozenset({"safety", "qa", "physician"}),
    reads=_reads,
    gates=(plan_gates.enrolment_is_held, plan_gates.resumption_is_proposed, plan_gates.decided_by_another),
    decide=_resumed,
    emits=(EnrolmentResumed,),
    requirements=("PAT-19", "PAT-20"),
    risk=Risk.PATIENT,
    rationale="One person alone must not put further patients at a risk that stopped a programme.",
    meaning="approved",
    second_of="safety.propose_resumption",
)
