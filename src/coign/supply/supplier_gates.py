"""The gates of suppliers: qualified until a date that comes, and suspended only once."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.values import Instant
from coign.supply.gates import OfPurchase
from coign.supply.state import SUPPLIER


class OfQualification(Protocol):
    """A command that qualifies a supplier until a date."""

    @property
    def until(self) -> Instant: ...

    @property
    def licence_until(self) -> Instant | None: ...


@gate(
    "supply.qualification_lies_ahead",
    requirement="SCS-01",
    protects="A qualification counts from its record on.",
    remedy="Give dates that lie ahead; a supplier whose licence has ended is not qualified.",
    resolvers=("qa", "celllab"),
    risk=Risk.PRODUCT,
)
def qualification_lies_ahead(asked: OfQualification, known: Circumstances) -> str | None:
    for words, end in (("the qualification", asked.until), ("the licence", asked.licence_until)):
        if end is not None and end <= known.now:
            return f"{words} would have ended {end}"
    return None


@gate(
    "supply.qualification_is_in_reach",
    requirement="SCS-01",
    protects="Plants and people change: a supplier is looked into again in time.",
    remedy="Give an earlier date.",
    resolvers=("qa", "celllab"),
    risk=Risk.PRODUCT,
)
def qualification_is_in_reach(asked: OfQualification, known: Circumstances) -> str | None:
    longest = known.rules.minutes("supply.supplier_valid_max", known.now)
    if asked.until.minutes_since(known.now) <= longest:
        return None
    return f"a supplier is qualified for at most {longest / 1440:g} days; {asked.until} is later"


@gate(
    "supply.supplier_is_ours",
    requirement="SCS-01",
    protects="Every organisation answers for its own suppliers: one name, one judgement.",
    remedy="Keep the supplier under a name of your own.",
    resolvers=("qa", "celllab"),
    risk=Risk.DATA,
)
def supplier_is_ours(asked: OfPurchase, known: Circumstances) -> str | None:
    organisation = known.state(SUPPLIER, asked.supplier).organisation
    if organisation in (None, known.actor.organisation):
        return None
    return f"{asked.supplier.identifier} is kept by another organisation"


@gate(
    "supply.supplier_is_active",
    requirement="SCS-01",
    protects="Only what is bought can be stopped; it is said once.",
    remedy="Look at the supplier.",
    resolvers=("qa", "celllab"),
    risk=Risk.DATA,
)
def supplier_is_active(asked: OfPurchase, known: Circumstances) -> str | None:
    supplied = known.state(SUPPLIER, asked.supplier).of(asked.material)
    if supplied is None:
        return f"{asked.supplier.identifier} was never qualified for “{asked.material}”"
    return f"{asked.supplier.identifier} is suspended for “{asked.material}” already" if supplied.suspended else None
