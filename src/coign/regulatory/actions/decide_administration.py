"""Record what was decided for one patient whose product is in hand while administration is stopped."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import CHAIN
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import Actor, Digest
from coign.regulatory import stop_gates
from coign.regulatory.events import AdministrationDecided, Decider
from coign.regulatory.views import ADMINISTRATION, authorised_for, reads_of_authorisation


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideAdministration:
    """Which therapy, who decided what, and where it is written."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    decider: Decider = field(metadata=asks("Who decided", "choose"))
    may_be_given: bool = field(metadata=asks("May be given", "choose"))
    evidence: Digest = field(metadata=asks("The decision", "upload"))


def _reads(asked: DecideAdministration, actor: Actor) -> Sequence[Read]:
    return (Read(asked.chain, CHAIN), Read(asked.chain, ADMINISTRATION))


def _reads_of_therapy(asked: DecideAdministration, known: Circumstances) -> Sequence[Read]:
    therapy = known.state(CHAIN, asked.chain)
    return reads_of_authorisation(therapy.product, therapy.centre)


def _decide(asked: DecideAdministration, known: Circumstances) -> Sequence[AdministrationDecided]:
    therapy = known.state(CHAIN, asked.chain)
    assert therapy.product is not None
    assert therapy.centre is not None
    says = authorised_for(known, therapy.product, therapy.centre)
    assert says is not None
    return (
        AdministrationDecided(
            chain=asked.chain,
            authorisation=says.authorisation,
            decider=asked.decider,
            may_be_given=asked.may_be_given,
            evidence=asked.evidence,
            by=known.actor.person,
        ),
    )


ACTION = Action(
    name="regulatory.decide_administration",
    title="Record a decision for a patient who waits",
    command=DecideAdministration,
    roles=frozenset({"regulatory", "qa", "qp", "quality-us", "physician"}),
    reads=_reads,
    then_reads=(_reads_of_therapy,),
    gates=(stop_gates.administration_is_stopped, stop_gates.said_by_who_decides),
    decide=_decide,
    emits=(AdministrationDecided,),
    requirements=("REG-02", "PAT-28"),
    risk=Risk.PATIENT,
    rationale="Without the product a conditioned patient dies of the conditioning; with it, perhaps of what was found.",
    meaning="decided",
)
