"""Review a result: another person compared it with its raw data."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch
from coign.kernel.values import Actor
from coign.quality import gates
from coign.quality.events import ResultReviewed
from coign.quality.state import DOSSIER


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewResult:
    """Which result of which batch."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    attribute: str = field(metadata=asks("Test", "choose", options="panel"))


def _reads(asked: ReviewResult, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, DOSSIER),)


def _decide(asked: ReviewResult, known: Circumstances) -> Sequence[ResultReviewed]:
    return (ResultReviewed(batch=asked.batch, attribute=asked.attribute, by=known.actor.person),)


ACTION = Action(
    name="quality.review_result",
    title="Review a result",
    command=ReviewResult,
    roles=frozenset({"qcreviewer"}),
    reads=_reads,
    gates=(gates.result_waits_for_review, gates.result_judged_by_another),
    decide=_decide,
    emits=(ResultReviewed,),
    requirements=("GMP-20", "CSV-31"),
    risk=Risk.PATIENT,
    rationale="A slip between instrument and record is seen only by a second pair of eyes.",
)
