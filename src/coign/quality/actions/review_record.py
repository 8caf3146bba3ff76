"""Review the record of a batch: somebody without a hand in it read all of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Batch
from coign.kernel.values import Actor
from coign.manufacturing.views import BATCH
from coign.quality import batch_gates, dose_gate, environment_gates, oos_gates
from coign.quality.events import RecordReviewed
from coign.quality.state import DOSSIER


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewRecord:
    """Which batch."""

    batch: Batch = field(metadata=asks("Batch", "known"))


def _reads(asked: ReviewRecord, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, BATCH), Read(asked.batch, DOSSIER), *environment_gates.reads_of_environment(asked))


def _decide(asked: ReviewRecord, known: Circumstances) -> Sequence[RecordReviewed]:
    too_few = dose_gate.too_few_cells_because(asked.batch, known) is not None
    return (RecordReviewed(batch=asked.batch, by=known.actor.person, too_few_cells=too_few),)


ACTION = Action(
    name="quality.review_record",
    title="Review the batch record",
    command=ReviewRecord,
    roles=frozenset({"qa"}),
    reads=_reads,
    then_reads=(dose_gate.reads_of_dose,),
    gates=(
        batch_gates.batch_is_filled,
        batch_gates.labels_are_reconciled,
        batch_gates.product_is_frozen,
        batch_gates.results_are_complete,
        oos_gates.investigations_are_concluded,
        batch_gates.deviations_are_closed,
        environment_gates.environment_was_read,
        environment_gates.growth_is_assessed,
        batch_gates.judge_had_no_part,
        batch_gates.batch_is_undecided,
    ),
    decide=_decide,
    emits=(RecordReviewed,),
    requirements=("GMP-19", "GMP-02", "GMP-31", "GMP-35", "GMP-S5", "CSV-31"),
    risk=Risk.PATIENT,
    rationale="What nobody reads, nobody finds.",
    meaning="reviewed",
)
