"""Reject a batch: nobody may be given it, also if it had been certified."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch
from coign.kernel.values import Actor, FreeText
from coign.manufacturing.views import BATCH, SLOT
from coign.quality import batch_gates
from coign.quality.events import BatchRejected
from coign.quality.state import DOSSIER
from coign.quality.views import DISPOSITION


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectBatch:
    """Which batch, and why."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    why: FreeText = field(metadata=asks("Why"))


def _reads(asked: RejectBatch, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, BATCH), Read(asked.batch, DOSSIER))


def _reads_of_batch(asked: RejectBatch, known: Circumstances) -> Sequence[Read]:
    batch = known.state(BATCH, asked.batch)
    assert batch.chain is not None
    return (Read(batch.chain, SLOT), *(Read(unit, DISPOSITION) for unit in batch.units))


def _decide(asked: RejectBatch, known: Circumstances) -> Sequence[BatchRejected]:
    batch = known.state(BATCH, asked.batch)
    assert batch.chain is not None
    return (
        BatchRejected(batch=asked.batch, chain=batch.chain, units=batch.units, by=known.actor.person, why=asked.why),
    )


ACTION = Action(
    name="quality.reject_batch",
    title="Reject a batch",
    command=RejectBatch,
    roles=frozenset({"qa", "qp"}),
    reads=_reads,
    then_reads=(_reads_of_batch,),
    gates=(batch_gates.production_is_over, batch_gates.batch_is_not_rejected),
    decide=_decide,
    emits=(BatchRejected,),
    requirements=("GMP-15", "GMP-38"),
    risk=Risk.PATIENT,
    rationale="Saying no must be possible at any time: a late result can turn a good batch into a bad one.",
    meaning="rejected",
)
