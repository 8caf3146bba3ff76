"""Invalidate a result: an investigation proved an error of the laboratory, and the test may be repeated."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Batch
from coign.kernel.values import Actor, Digest, FreeText
from coign.quality import gates, oos_gates, release_gates
from coign.quality.events import ResultInvalidated
from coign.quality.state import DOSSIER


@dataclass(frozen=True, slots=True, kw_only=True)
class InvalidateResult:
    """Which result, the error that was proved, and the hash of the investigation."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    attribute: str = field(metadata=asks("Test", "choose", options="panel"))
    cause: FreeText = field(metadata=asks("Proved error of the laboratory"))
    evidence: Digest = field(metadata=asks("Investigation", "upload"))


def _reads(asked: InvalidateResult, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, DOSSIER),)


def _decide(asked: InvalidateResult, known: Circumstances) -> Sequence[ResultInvalidated]:
    return (
        ResultInvalidated(
            batch=asked.batch,
            attribute=asked.attribute,
            by=known.actor.person,
            cause=asked.cause,
            evidence=asked.evidence,
        ),
    )


ACTION = Action(
    name="quality.invalidate_result",
    title="Invalidate a result",
    command=InvalidateResult,
    roles=frozenset({"qa"}),
    reads=_reads,
    gates=(
        gates.result_stands,
        gates.result_judged_by_another,
        oos_gates.laboratory_error_is_proved,
        oos_gates.invalidated_by_another,
        release_gates.decision_does_not_rest_on_it,
    ),
    decide=_decide,
    emits=(ResultInvalidated,),
    requirements=("GMP-21", "GMP-S3"),
    risk=Risk.PATIENT,
    rationale="Invalidating what is merely unwelcome is testing into compliance.",
    meaning="rejected",
)
