"""Assess what was decided on a value that was wrong: what is held because of it may go on."""

from collections.abc import Sequence
from dataclasses import field

from coign.correction import gates
from coign.correction.events import CorrectionAssessed
from coign.correction.state import CORRECTION, why_held
from coign.identity.events import UnitsUnblocked
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case
from coign.kernel.values import Actor, FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class Assess:
    """Which correction, and what it means for everything that was decided before."""

    case: Case = field(metadata=asks("Correction", "known"))
    assessment: FreeText = field(
        metadata=asks("Assessment", hint="each decision that rested on the old value, and whether it still holds")
    )


def _reads(asked: Assess, actor: Actor) -> Sequence[Read]:
    return (Read(asked.case, CORRECTION),)


def _reads_of_held(asked: Assess, known: Circumstances) -> Sequence[Read]:
    proposal = known.state(CORRECTION, asked.case).proposal
    return () if proposal is None else (Read(proposal.home), *(Read(unit) for unit in proposal.units))


def _decide(asked: Assess, known: Circumstances) -> Sequence[Fact]:
    proposal = known.state(CORRECTION, asked.case).proposal
    assert proposal is not None
    assessed = CorrectionAssessed(
        case=asked.case, home=proposal.home, assessment=asked.assessment, by=known.actor.person
    )
    lifted = (UnitsUnblocked(units=proposal.units, why=why_held(asked.case)),) if proposal.units else ()
    return (assessed, *lifted)


ACTION = Action(
    name="correction.assess",
    title="Assess a corrected value",
    command=Assess,
    roles=frozenset(gates.WHO_ASSESSES),
    reads=_reads,
    then_reads=(_reads_of_held,),
    gates=(gates.waits_for_assessment, gates.assessed_by_another),
    decide=_decide,
    emits=(CorrectionAssessed, UnitsUnblocked),
    requirements=("GMP-19", "GMP-18", "CSV-05"),
    risk=Risk.PATIENT,
    rationale="The number is right now; what was done because of the wrong one is not, until somebody has looked.",
    meaning="assessed",
)
