"""Whether the product may have caused an event: the investigator's opinion, and beside it the sponsor's."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case
from coign.kernel.values import Actor, FreeText
from coign.safety import case_gates
from coign.safety.case_state import CASE
from coign.safety.events import CausalityAssessed, CausalityStated, Opinion


@dataclass(frozen=True, slots=True, kw_only=True)
class StateCausality:
    """The investigator's opinion on one event: a reasonable possibility is enough for related."""

    case: Case = field(metadata=asks("Case", "known"))
    event: int = field(metadata=asks("Event", "known"))
    opinion: Opinion = field(metadata=asks("Related to the product", "choose"))


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessCausality:
    """The sponsor's opinion on one event, with its reasons: beside the investigator's, never in its place."""

    case: Case = field(metadata=asks("Case", "known"))
    event: int = field(metadata=asks("Event", "known"))
    opinion: Opinion = field(metadata=asks("Related to the product", "choose"))
    rationale: FreeText = field(metadata=asks("Why"))


def _reads(asked: StateCausality | AssessCausality, actor: Actor) -> Sequence[Read]:
    return (Read(asked.case, CASE),)


def _stated(asked: StateCausality, known: Circumstances) -> Sequence[CausalityStated]:
    return (CausalityStated(case=asked.case, event=asked.event, opinion=asked.opinion, by=known.actor.person),)


def _assessed(asked: AssessCausality, known: Circumstances) -> Sequence[CausalityAssessed]:
    return (
        CausalityAssessed(
            case=asked.case,
            event=asked.event,
            opinion=asked.opinion,
            rationale=asked.rationale,
            by=known.actor.person,
        ),
    )


STATE_CAUSALITY = Action(
    name="safety.state_causality",
    title="State whether an event is related",
    command=StateCausality,
    roles=frozenset({"physician"}),
    reads=_reads,
    gates=(case_gates.case_is_ours, case_gates.event_is_of_case),
    decide=_stated,
    emits=(CausalityStated,),
    requirements=("PAT-02",),
    risk=Risk.PATIENT,
    rationale="Who saw the patient judges first; until then the event counts as related.",
)

ASSESS_CAUSALITY = Action(
    name="safety.assess_causality",
    title="Assess causality for the sponsor",
    command=AssessCausality,
    roles=frozenset({"safety"}),
    reads=_reads,
    gates=(case_gates.we_are_sponsor, case_gates.event_is_of_case),
    decide=_assessed,
    emits=(CausalityAssessed,),
    requirements=("PAT-02",),
    risk=Risk.PATIENT,
    rationale="A sponsor that could talk suspicion away would report nothing that hurts.",
    meaning="reviewed",
)
