"""Hold a unit out to whoever takes it next: the giver's half of a hand-over."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.collection.views import COLLECTION
from coign.custody import gates
from coign.custody.events import Condition, Offered
from coign.custody.views import HOLDING, OFFER
from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Organisation, Unit
from coign.kernel.values import Actor
from coign.logistics.views import RECEIPT
from coign.people.views import ORGANISATION
from coign.regulatory.views import reads_of_authorisation


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeOffer:
    """What is given to whom, with which seal and in which condition."""

    unit: Unit = field(metadata=asks("Unit", "scan"))
    to: Organisation = field(metadata=asks("Given to", "choose", options="organisations"))
    seal: str = field(default="", metadata=asks("Seal", "scan", hint="leave empty when nothing is sealed"))
    condition: Condition = field(default="intact", metadata=asks("Condition", "choose"))


def _reads(asked: MakeOffer, actor: Actor) -> Sequence[Read]:
    views = (HOLDING, OFFER, UNIT, RECEIPT)
    houses = (Read(house, ORGANISATION) for house in dict.fromkeys((asked.to, actor.organisation)))
    return (*(Read(asked.unit, view) for view in views), *houses)


def _reads_of_chain(asked: MakeOffer, known: Circumstances) -> Sequence[Read]:
    chain = known.state(UNIT, asked.unit).chain
    return () if chain is None else (Read(chain, CHAIN), Read(chain, COLLECTION))


def _reads_of_authorisation(asked: MakeOffer, known: Circumstances) -> Sequence[Read]:
    chain = known.state(UNIT, asked.unit).chain
    therapy = None if chain is None else known.state(CHAIN, chain)
    return () if therapy is None else reads_of_authorisation(therapy.product, therapy.centre)


def _decide(asked: MakeOffer, known: Circumstances) -> Sequence[Offered]:
    giver = known.actor.person
    return (Offered(unit=asked.unit, giver=giver, to=asked.to, seal=asked.seal, condition=asked.condition),)


ACTION = Action(
    name="custody.offer",
    title="Hand over",
    command=MakeOffer,
    roles=frozenset({"nurse", "celllab", "courier", "warehouse", "operator", "analyst", "infusion", "pharmacist"}),
    reads=_reads,
    then_reads=(_reads_of_chain, _reads_of_authorisation),
    gates=(
        gates.giver_holds_unit,
        gates.no_open_offer,
        gates.no_mismatch,
        gates.unit_may_move,
        gates.checked_at_the_chair,
        gates.unit_is_not_sealed,
        gates.carrier_is_named,
        gates.dispatch_is_authorised,
    ),
    decide=_decide,
    emits=(Offered,),
    requirements=("TRC-11", "TRC-12", "SCS-12", "REG-02"),
    risk=Risk.PATIENT,
    rationale="A unit given away by somebody who does not hold it breaks the chain of custody.",
)
