"""Assess a warming, or time that nobody knows: the quality unit decides on a basis whether the unit is usable."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.coldchain import gates
from coign.coldchain.events import Assessment, ExcursionAssessed
from coign.coldchain.views import CONDITION
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor, Digest, FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessExcursion:
    """Which unit, the decision, its basis in words, and the hash of the data it rests on."""

    unit: Unit = field(metadata=asks("Unit", "known"))
    verdict: Assessment = field(metadata=asks("Decision", "choose"))
    basis: FreeText = field(metadata=asks("Basis", hint="what the stability data say about this warming"))
    evidence: Digest = field(metadata=asks("Stability data", "upload"))
    further_minutes: int = field(
        default=0,
        metadata=asks("Further time out of the cold", "measure", unit="min", hint="only where its time was used up"),
    )


def _reads(asked: AssessExcursion, actor: Actor) -> Sequence[Read]:
    return (Read(asked.unit, CONDITION),)


def _decide(asked: AssessExcursion, known: Circumstances) -> Sequence[ExcursionAssessed]:
    return (
        ExcursionAssessed(
            unit=asked.unit,
            verdict=asked.verdict,
            basis=asked.basis,
            evidence=asked.evidence,
            by=known.actor.person,
            further_minutes=asked.further_minutes,
        ),
    )


ACTION = Action(
    name="coldchain.assess_excursion",
    title="Assess a temperature excursion",
    command=AssessExcursion,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(gates.excursion_is_open, gates.further_time_is_a_duration),
    decide=_decide,
    emits=(ExcursionAssessed,),
    requirements=("SCS-09", "SCS-11"),
    risk=Risk.PATIENT,
    rationale="A wrong decision gives a patient cells that do not work, after the bone marrow was prepared for them.",
    meaning="assessed",
)
