"""Take a batch off the quality hold that a stop of its authorisation put it on."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch
from coign.kernel.values import Actor, FreeText
from coign.manufacturing import hold
from coign.manufacturing.events import BatchResumed
from coign.manufacturing.views import BATCH


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumeBatch:
    """Which batch, and why it may go on."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    why: FreeText = field(metadata=asks("Why it may go on", hint="what the stop means for what was being made"))


def _reads(asked: ResumeBatch, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, BATCH),)


def _decide(asked: ResumeBatch, known: Circumstances) -> Sequence[BatchResumed]:
    return (BatchResumed(batch=asked.batch, why=asked.why, by=known.actor.person),)


ACTION = Action(
    name="manufacturing.resume_batch",
    title="Take a batch off the quality hold",
    command=ResumeBatch,
    roles=frozenset({"qa"}),
    reads=_reads,
    then_reads=(hold.reads_of_chain, hold.reads_of_stops),
    gates=(hold.batch_is_held, hold.may_go_on),
    decide=_decide,
    emits=(BatchResumed,),
    requirements=("REG-S5", "GMP-19"),
    risk=Risk.PATIENT,
    rationale="What was stopped for a reason may carry that reason in it: somebody judges before it goes on.",
    meaning="approved",
)
