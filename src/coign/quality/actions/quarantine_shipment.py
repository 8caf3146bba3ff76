"""Let product travel before it is released: it waits in quarantine where it will be given, and nobody gives it."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import CHAIN, UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch
from coign.kernel.values import Actor, FreeText
from coign.manufacturing.views import BATCH
from coign.quality import batch_gates, environment_gates, release_gates
from coign.quality.actions.certify import reads_of_destination
from coign.quality.events import QuarantineShipmentAllowed
from coign.quality.state import DOSSIER
from coign.quality.views import DISPOSITION


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowQuarantineShipment:
    """Which batch, and why it cannot wait."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    why: FreeText = field(metadata=asks("Why it cannot wait for its release"))


def _reads(asked: AllowQuarantineShipment, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, BATCH), Read(asked.batch, DOSSIER), *environment_gates.reads_of_environment(asked))


def _reads_of_units(asked: AllowQuarantineShipment, known: Circumstances) -> Sequence[Read]:
    batch = known.state(BATCH, asked.batch)
    units = tuple(Read(unit, view) for unit in batch.final_containers for view in (UNIT, DISPOSITION))
    return (*units, *((Read(batch.chain, CHAIN),) if batch.chain is not None else ()))


def _decide(asked: AllowQuarantineShipment, known: Circumstances) -> Sequence[QuarantineShipmentAllowed]:
    units = known.state(BATCH, asked.batch).final_containers
    return (QuarantineShipmentAllowed(batch=asked.batch, units=units, by=known.actor.person, why=asked.why),)


ACTION = Action(
    name="quality.allow_quarantine_shipment",
    title="Let product travel before its release",
    command=AllowQuarantineShipment,
    roles=frozenset({"qp", "quality-us"}),
    reads=_reads,
    then_reads=(_reads_of_units, reads_of_destination),
    gates=(
        batch_gates.batch_is_filled,
        batch_gates.judge_had_no_part,
        release_gates.quarantine_shipment_is_foreseen,
        environment_gates.growth_is_assessed,
        batch_gates.labels_are_verified,
        batch_gates.units_are_not_blocked,
        batch_gates.batch_is_undecided,
    ),
    decide=_decide,
    emits=(QuarantineShipmentAllowed,),
    requirements=("GMP-14", "GMP-37", "GMP-31", "TRC-14"),
    risk=Risk.PATIENT,
    rationale="What is at the bedside before anybody answers for it is one mistake away from the patient.",
    meaning="approved",
)
