"""The gates on the room in which a batch was open: its samples were read, and what grew beside it is judged."""

from collections.abc import Sequence
from typing import get_args

from coign.facility.events import Sample
from coign.facility.views import ENVIRONMENT, words_of
from coign.kernel.actions import Circumstances, Read, Risk, gate
from coign.manufacturing.views import BATCH
from coign.quality.gates import OfBatch, programme_of


def reads_of_environment(asked: OfBatch) -> Sequence[Read]:
    """What was read in the room of the batch."""
    return (Read(asked.batch, ENVIRONMENT),)


@gate(
    "quality.environment_was_read",
    requirement=("GMP-31", "GMP-18"),
    protects="A product is as clean as the air it was open in: nobody answers for it before the plates are read.",
    remedy="Let the laboratory record what was counted on the samples that are missing.",
    resolvers=("analyst", "qcreviewer"),
    risk=Risk.PATIENT,
)
def environment_was_read(asked: OfBatch, known: Circumstances) -> str | None:
    if known.state(BATCH, asked.batch).filled_at is None:
        return None  # `quality.batch_is_filled` says so
    wanted, read = programme_of(asked.batch, known).monitoring, known.state(ENVIRONMENT, asked.batch).read
    missing: tuple[Sample, ...] = tuple(s for s in get_args(Sample) if s in wanted and s not in read)
    return f"not read: {words_of(missing)}" if missing else None


@gate(
    "quality.growth_is_assessed",
    requirement=("GMP-31", "GMP-19"),
    protects="What grew beside open cells may grow in the patient: the batch stands still until it was judged.",
    remedy="Identify what grew, and let the quality unit judge what it means for this product.",
    resolvers=("qa",),
    risk=Risk.PATIENT,
)
def growth_is_assessed(asked: OfBatch, known: Circumstances) -> str | None:
    return known.state(ENVIRONMENT, asked.batch).blocked_because
