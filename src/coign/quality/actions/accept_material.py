"""Accept starting material: from now on it may go into production."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.coldchain.views import CONDITION
from coign.donor.views import APART, centre_read, chain_read
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Unit
from coign.kernel.values import Actor
from coign.logistics.views import RECEIPT
from coign.quality import donor_gates, gates
from coign.quality.events import MaterialAccepted
from coign.quality.views import DISPOSITION


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptMaterial:
    """Which bag."""

    unit: Unit = field(metadata=asks("Bag", "scan"))


def _reads(asked: AcceptMaterial, actor: Actor) -> Sequence[Read]:
    return tuple(Read(asked.unit, view) for view in (UNIT, RECEIPT, CONDITION, DISPOSITION, APART))


def _decide(asked: AcceptMaterial, known: Circumstances) -> Sequence[MaterialAccepted]:
    actor = known.actor
    return (MaterialAccepted(unit=asked.unit, organisation=actor.organisation, by=actor.person),)


ACTION = Action(
    name="quality.accept_material",
    title="Accept starting material",
    command=AcceptMaterial,
    roles=frozenset({"qa"}),
    reads=_reads,
    then_reads=(chain_read, centre_read),
    gates=(
        gates.material_is_collected_cells,
        gates.material_is_received,
        gates.temperature_is_in_order,
        gates.material_is_not_blocked,
        gates.material_is_undecided,
        gates.material_deviations_are_closed,
        donor_gates.donor_is_tested,
        donor_gates.hazard_is_set_apart,
    ),
    decide=_decide,
    emits=(MaterialAccepted,),
    requirements=("GMP-04", "GMP-14", "GMP-19", "SCS-09", "SCS-13", "TRC-18", "TRC-19", "TRC-21"),
    risk=Risk.PATIENT,
    rationale="What is accepted here becomes a patient's product: a warm or a wrong bag must stop here.",
    meaning="approved",
)
