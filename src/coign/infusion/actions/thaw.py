"""Thaw a bag: it cannot be undone, so everything that the infusion asks is asked before."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.coldchain.events import ExposureEnded
from coign.identity.views import UNIT
from coign.infusion import gates, product_gates
from coign.infusion.actions.reading import of_bag, of_patient, of_therapy
from coign.infusion.events import Thawed
from coign.kernel.actions import Action, Circumstances, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.subjects import Unit


@dataclass(frozen=True, slots=True, kw_only=True)
class Thaw:
    """Which bag."""

    unit: Unit = field(metadata=asks("Bag", "scan"))


def _decide(asked: Thaw, known: Circumstances) -> Sequence[Fact]:
    chain = known.state(UNIT, asked.unit).chain
    assert chain is not None
    # From here the clock of the thawed bag runs, no longer that of the frozen one.
    return (Thawed(unit=asked.unit, chain=chain), ExposureEnded(unit=asked.unit))


ACTION = Action(
    name="infusion.thaw",
    title="Thaw",
    command=Thaw,
    roles=frozenset({"celllab", "infusion"}),
    reads=of_bag,
    then_reads=(of_therapy, of_patient),
    gates=(
        product_gates.unit_is_product,
        product_gates.therapy_is_of_this_centre,
        product_gates.product_may_be_used,
        gates.no_open_mismatch,
        product_gates.product_is_held_here,
        product_gates.product_is_received,
        product_gates.product_is_at_hand,
        product_gates.product_kept_cold,
        product_gates.product_is_released,
        product_gates.is_authorised,
        product_gates.lots_are_in_order,
        product_gates.product_is_not_expired,
        product_gates.consent_in_force,
        product_gates.conditioning_is_ordered,
        product_gates.conditioning_is_over,
        product_gates.one_bag_at_a_time,
        gates.not_thawed_yet,
        gates.qualified_to_thaw,
    ),
    decide=_decide,
    emits=(Thawed, ExposureEnded),
    requirements=("PAT-28", "PAT-30", "REG-02", "SCS-11", "SCS-13", "TRN-01", "TRN-08"),
    risk=Risk.PATIENT,
    rationale="A bag thawed for nothing is lost, and so perhaps is the patient who was conditioned for it.",
)
