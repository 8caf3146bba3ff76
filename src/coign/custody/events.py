"""What can happen to the custody of a unit."""

from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person, Site, Unit
from coign.kernel.values import FreeText

Condition = Literal["intact", "damaged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CustodyBegan(Fact, type="custody.began.v1", about=("unit",), parties=("holder",)):
    """Somebody answers for this unit from now on: the first link of the chain of custody."""

    unit: Unit
    holder: Organisation
    person: Person
    site: Site


@dataclass(frozen=True, slots=True, kw_only=True)
class Offered(Fact, type="custody.offered.v1", about=("unit",), parties=("to",)):
    """The holder holds the unit out to another organisation or person."""

    unit: Unit
    giver: Person
    to: Organisation
    seal: str
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferWithdrawn(Fact, type="custody.offer_withdrawn.v1", about=("unit",)):
    """The holder keeps the unit after all."""

    unit: Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class HandedOver(Fact, type="custody.handed_over.v1", about=("unit",), parties=("to",)):
    """The taker's own scan agreed with the offer: the taker answers for the unit now."""

    unit: Unit
    giver: Person
    taker: Person
    to: Organisation
    seal: str
    condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverMismatched(Fact, type="custody.handover_mismatched.v1", about=("unit",)):
    """What the taker found is not what was offered: the giver still answers for the unit, and it is blocked."""

    unit: Unit
    giver: Person
    taker: Person
    offered_seal: str
    found_seal: str
    offered_condition: Condition
    found_condition: Condition


@dataclass(frozen=True, slots=True, kw_only=True)
class MismatchResolved(Fact, type="custody.mismatch_resolved.v1", about=("unit",)):
    """A third person found out what happened at a hand-over; the unit may move again."""

    unit: Unit
    finding: FreeText
