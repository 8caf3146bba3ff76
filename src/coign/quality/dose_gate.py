"""Whether a product that passes every test is a dose for its patient (PAT-29).

The maker learns that it is too few, and never what the patient weighs: that is the centre's to know.
"""

from collections.abc import Sequence
from decimal import Decimal

from coign.clinical.views import COURSE
from coign.correction.views import CORRECTIONS
from coign.kernel.actions import Circumstances, Read, Risk, gate
from coign.kernel.subjects import Batch
from coign.manufacturing.views import BATCH
from coign.programmes.dose_plan import is_weight
from coign.quality.batch_gates import reads_of_corrections
from coign.quality.gates import OfBatch, programme_of
from coign.quality.release_gates import strength_of


def reads_of_dose(asked: OfBatch, known: Circumstances) -> Sequence[Read]:
    """Once BATCH is read: the weight on record, and what was corrected of volumes."""
    chain = known.state(BATCH, asked.batch).chain
    weight = (Read(chain, COURSE),) if chain is not None else ()
    return (*weight, *reads_of_corrections(asked.batch, known))


def too_few_cells_because(batch: Batch, known: Circumstances) -> str | None:
    """Why a product that passes every test is less than a dose for its patient all the same; None: it is not."""
    plan, chain = programme_of(batch, known).dose, known.state(BATCH, batch).chain
    assert chain is not None, "a batch is of a therapy"
    weight, strength = known.state(COURSE, chain).weight, strength_of(batch, known)
    if plan is None or weight is None or strength is None or not is_weight(weight):
        return None
    made, corrected = known.state(BATCH, batch), known.state(CORRECTIONS, batch)
    volumes = (corrected.volume_of(made.container(unit)) for unit in made.final_containers)
    return plan.too_little_because(sum((plan.cells_in(v, strength) for v in volumes), Decimal(0)), weight)


@gate(
    "quality.product_is_a_dose",
    requirement=("PAT-29", "GMP-40", "GMP-15"),
    protects="A patient prepared for a product that is less than a dose has nothing to recover with.",
    remedy="Supply it under exception once a physician asks for it and accepts the risk, or make a further one.",
    resolvers=("physician", "qa", "qp"),
    risk=Risk.PATIENT,
)
def product_is_a_dose(asked: OfBatch, known: Circumstances) -> str | None:
    if known.state(BATCH, asked.batch).filled_at is None or too_few_cells_because(asked.batch, known) is None:
        return None
    return f"{asked.batch.identifier} meets its specification, and all its bags together are less than a dose"
