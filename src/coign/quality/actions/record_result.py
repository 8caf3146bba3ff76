"""Record a result of the release panel: the verdict is computed from the specification the batch began with."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.identity.events import UnitsBlocked
from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.subjects import Batch, Unit
from coign.kernel.values import Actor, Digest
from coign.manufacturing.views import BATCH, SAMPLE
from coign.quality import gates
from coign.quality.events import LATE_RESULT, LateResultAdverse, ResultRecorded
from coign.quality.state import DOSSIER
from coign.quality.views import DISPOSITION
from coign.training.views import reads_of_skill


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordResult:
    """Which sample was tested for what, what came out, and the hash of the instrument's raw file."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    sample: Unit = field(metadata=asks("Sample", "scan"))
    attribute: str = field(metadata=asks("Test", "choose", options="panel"))
    value: str = field(metadata=asks("Result", "measure"))
    unit: str = field(
        default="", metadata=asks("Unit", "choose", options="panel_units", hint="none when the result is a word")
    )
    raw: Digest = field(metadata=asks("Raw data", "upload"))


def _reads(asked: RecordResult, actor: Actor) -> Sequence[Read]:
    return (
        Read(asked.batch, BATCH),
        Read(asked.batch, DOSSIER),
        Read(asked.sample, UNIT),
        Read(asked.sample, SAMPLE),
        *reads_of_skill(actor.person),
    )


def _reads_of_released(asked: RecordResult, known: Circumstances) -> Sequence[Read]:
    """What a late result turns against: the therapy and the containers that were released without it."""
    if not known.state(DOSSIER, asked.batch).certified:
        return ()
    batch = known.state(BATCH, asked.batch)
    units = tuple(Read(unit, view) for unit in batch.final_containers for view in (UNIT, DISPOSITION))
    return (*units, *((Read(batch.chain),) if batch.chain is not None else ()))


def _decide(asked: RecordResult, known: Circumstances) -> Sequence[Fact]:
    recorded = _recorded(asked, known)
    if recorded.verdict == "pass" or not known.state(DOSSIER, asked.batch).certified:
        return (recorded,)
    batch = known.state(BATCH, asked.batch)
    assert batch.chain is not None
    units = batch.final_containers
    late = LateResultAdverse(batch=asked.batch, chain=batch.chain, units=units, attribute=asked.attribute)
    left = tuple(unit for unit in units if not known.state(UNIT, unit).ended)
    return (recorded, late, *((UnitsBlocked(units=left, why=LATE_RESULT),) if left else ()))


def _recorded(asked: RecordResult, known: Circumstances) -> ResultRecorded:
    test = gates.programme_of(asked.batch, known).attribute(asked.attribute)
    return ResultRecorded(
        batch=asked.batch,
        sample=asked.sample,
        attribute=asked.attribute,
        value=asked.value,
        unit=asked.unit,
        method=test.method,
        verdict="pass" if test.holds(asked.value) else "fail",
        raw=asked.raw,
        by=known.actor.person,
    )


ACTION = Action(
    name="quality.record_result",
    title="Record a result",
    command=RecordResult,
    roles=frozenset({"analyst"}),
    reads=_reads,
    then_reads=(_reads_of_released,),
    gates=(
        gates.sample_is_of_batch,
        gates.sample_may_be_used,
        gates.sample_is_for_the_test,
        gates.attribute_is_in_panel,
        gates.result_unit_agrees,
        gates.result_can_be_read,
        gates.no_result_stands,
        gates.retests_are_left,
        gates.analyst_is_qualified,
    ),
    decide=_decide,
    emits=(ResultRecorded, LateResultAdverse, UnitsBlocked),
    requirements=("GMP-15", "GMP-20", "GMP-21", "GMP-S3", "GMP-38", "GMP-S6", "GMP-S8", "CSV-28", "TRN-01"),
    risk=Risk.PATIENT,
    rationale="A product is given or withheld on these values.",
)
