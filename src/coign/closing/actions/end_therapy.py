"""End a therapy: why, and what becomes of every container that it leaves behind."""

from collections.abc import Sequence
from dataclasses import field

from coign.closing import gates
from coign.closing.events import Decision, DisposalDecided, Reason, TherapyEnded, UnitDecision
from coign.closing.state import THERAPY_IS_OVER
from coign.collection.views import COLLECTION
from coign.identity.events import ChainEnded, UnitsBlocked
from coign.identity.views import CHAIN, UNIT
from coign.infusion.views import INFUSION
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import Actor, FreeText


@dataclass(frozen=True, slots=True, kw_only=True)
class EndTherapy:
    """Which therapy, why, and what becomes of each of its containers."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    reason: Reason = field(metadata=asks("Why it ends", "choose"))
    note: FreeText = field(metadata=asks("In your words", hint="what the patient, the family and the maker were told"))
    others: Decision = field(
        metadata=asks("What becomes of containers elsewhere", "choose", hint="at the maker or on the way")
    )
    decisions: tuple[UnitDecision, ...] = field(
        default=(), metadata=asks("What becomes of each container", "choose", options="containers")
    )


def _reads(asked: EndTherapy, actor: Actor) -> Sequence[Read]:
    return tuple(Read(asked.chain, view) for view in (CHAIN, COLLECTION, INFUSION))


def _further_reads(asked: EndTherapy, known: Circumstances) -> Sequence[Read]:
    chain = known.state(CHAIN, asked.chain)
    return (
        *(Read(each.unit, UNIT) for each in chain.units),
        *(Read(d.unit, UNIT) for d in asked.decisions),
        *([Read(chain.patient)] if chain.patient is not None else []),
    )


def _decide(asked: EndTherapy, known: Circumstances) -> Sequence[Fact]:
    patient = known.state(CHAIN, asked.chain).patient
    assert patient is not None
    # Every container has a decision: what the centre does not see, such as a sample of the maker's, by the same act.
    units = gates.left(asked.chain, known)
    named = {d.unit: d.becomes for d in asked.decisions}
    decisions = tuple(UnitDecision(unit=unit, becomes=named.get(unit, asked.others)) for unit in units)
    return (
        TherapyEnded(
            chain=asked.chain,
            patient=patient,
            reason=asked.reason,
            note=asked.note,
            decisions=decisions,
            by=known.actor.person,
        ),
        ChainEnded(chain=asked.chain, why=asked.reason.replace("_", " ")),
        *(DisposalDecided(unit=d.unit, becomes=d.becomes) for d in decisions),
        *((UnitsBlocked(units=units, why=THERAPY_IS_OVER),) if units else ()),
    )


ACTION = Action(
    name="closing.end_therapy",
    title="End the therapy",
    command=EndTherapy,
    roles=frozenset({"physician"}),
    reads=_reads,
    then_reads=(_further_reads,),
    gates=(
        gates.therapy_is_of_this_centre,
        gates.therapy_goes_on,
        gates.nothing_runs,
        gates.decisions_are_of_this_therapy,
    ),
    decide=_decide,
    emits=(TherapyEnded, ChainEnded, DisposalDecided, UnitsBlocked),
    requirements=("TRC-27", "PAT-33"),
    risk=Risk.PATIENT,
    rationale="Cells that outlive their therapy without a decision are cells that somebody will one day mistake.",
    meaning="decided",
)
