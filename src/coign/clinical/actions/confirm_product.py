"""Confirm the product for conditioning: every bag scanned where it lies, right before the patient depends on it."""

from collections.abc import Sequence
from dataclasses import field

from coign.clinical import conditioning_gates, depletion_gates
from coign.clinical.events import ProductConfirmed
from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfirmProduct:
    """For which therapy, and every bag that was scanned in its place."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    bags: tuple[Unit, ...] = field(metadata=asks("Every bag in its place", "scan"))


def _decide(asked: ConfirmProduct, known: Circumstances) -> Sequence[ProductConfirmed]:
    return (ProductConfirmed(chain=asked.chain, units=asked.bags, by=known.actor.person),)


ACTION = Action(
    name="clinical.confirm_product",
    title="Confirm the product for conditioning",
    command=ConfirmProduct,
    roles=frozenset({"celllab"}),
    reads=conditioning_gates.of_course,
    then_reads=(conditioning_gates.of_product,),
    gates=(
        conditioning_gates.therapy_is_of_this_centre,
        depletion_gates.conditioning_not_begun,
        conditioning_gates.product_exists,
        depletion_gates.every_bag_is_counted,
        conditioning_gates.product_is_received,
        conditioning_gates.product_kept_cold,
        conditioning_gates.product_may_be_used,
    ),
    decide=_decide,
    emits=(ProductConfirmed,),
    requirements=("PAT-28", "TRC-27"),
    risk=Risk.PATIENT,
    rationale="Conditioning on the word of a list has left patients without their cells: somebody looks, and scans.",
)
