"""Resolve a hand-over that did not agree: a third person records what they found, and the unit may move again."""

from collections.abc import Sequence
from dataclasses import field

from coign.custody import gates
from coign.custody.events import MismatchResolved
from coign.custody.views import HOLDING, OFFER
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor, FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class ResolveMismatch:
    """Which unit, and what was found."""

    unit: Unit = field(metadata=asks("Unit", "scan"))
    finding: FreeText = field(metadata=asks("What happened", hint="what unit, seal and papers showed"))


def _reads(asked: ResolveMismatch, actor: Actor) -> Sequence[Read]:
    return (Read(asked.unit, HOLDING), Read(asked.unit, OFFER))


def _decide(asked: ResolveMismatch, known: Circumstances) -> Sequence[MismatchResolved]:
    return (MismatchResolved(unit=asked.unit, finding=asked.finding),)


ACTION = Action(
    name="custody.resolve_mismatch",
    title="Resolve a hand-over that did not agree",
    command=ResolveMismatch,
    roles=frozenset({"qa", "celllab"}),
    reads=_reads,
    gates=(gates.mismatch_is_open, gates.resolver_is_a_third_person),
    decide=_decide,
    emits=(MismatchResolved,),
    requirements=("TRC-11", "TRC-13", "SCS-12"),
    risk=Risk.PATIENT,
    rationale="A mismatch waved through by those who caused it hides a swapped or opened bag.",
)
