"""A result out of specification: the laboratory looks at itself first, then the quality unit at everything."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from coign.identity.views import UNIT
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.fields import asks
from coign.kernel.subjects import Batch, Unit
from coign.kernel.values import Actor, Digest, FreeText
from coign.manufacturing.views import BATCH, SAMPLE
from coign.quality import batch_gates, gates, oos_gates
from coign.quality.events import (
    Conclusion,
    InvestigationConcluded,
    LaboratoryAssessed,
    LaboratoryFinding,
    RetestRecorded,
    RetestsPlanned,
)
from coign.quality.state import DOSSIER
from coign.training.views import reads_of_skill


@dataclass(frozen=True, slots=True, kw_only=True)
class AssessInLaboratory:
    """Which failing result, and whether an error of the laboratory explains it."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    attribute: str = field(metadata=asks("Test", "choose", options="panel"))
    found: LaboratoryFinding = field(metadata=asks("Finding", "choose"))
    assessment: FreeText = field(
        metadata=asks("What was looked at", hint="sample, method, standards, instrument, calculation")
    )
    evidence: Digest = field(metadata=asks("Report of the laboratory", "upload"))


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanRetests:
    """Which test is repeated how often, and why that decides anything."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    attribute: str = field(metadata=asks("Test", "choose", options="panel"))
    times: int = field(metadata=asks("How many repeats", hint="fixed now, before anybody sees a further result"))
    rationale: FreeText = field(metadata=asks("Why so many"))


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordRetest:
    """Which sample was tested again for what, what came out, and the hash of the instrument's raw file."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    sample: Unit = field(metadata=asks("Sample", "scan"))
    attribute: str = field(metadata=asks("Test", "choose", options="panel"))
    value: str = field(metadata=asks("Result", "measure"))
    unit: str = field(
        default="", metadata=asks("Unit", "choose", options="panel_units", hint="none when the result is a word")
    )
    raw: Digest = field(metadata=asks("Raw data", "upload"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ConcludeInvestigation:
    """What a failing result is, after production, sample and laboratory were looked at."""

    batch: Batch = field(metadata=asks("Batch", "known"))
    attribute: str = field(metadata=asks("Test", "choose", options="panel"))
    conclusion: Conclusion = field(metadata=asks("Conclusion", "choose"))
    no_sample_left: bool = field(
        default=False, metadata=asks("No sample is left for repeats that were planned", "choose")
    )
    cause: FreeText = field(metadata=asks("Cause, and what it means for this and other batches"))
    evidence: Digest = field(metadata=asks("Investigation report", "upload"))


def _reads(asked: AssessInLaboratory, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, DOSSIER),)


def _reads_with_batch(asked: PlanRetests | ConcludeInvestigation, actor: Actor) -> Sequence[Read]:
    return (Read(asked.batch, BATCH), Read(asked.batch, DOSSIER))


def _reads_of_retest(asked: RecordRetest, actor: Actor) -> Sequence[Read]:
    of_batch = (Read(asked.batch, BATCH), Read(asked.batch, DOSSIER))
    return (*of_batch, Read(asked.sample, UNIT), Read(asked.sample, SAMPLE), *reads_of_skill(actor.person))


def _assessed(asked: AssessInLaboratory, known: Circumstances) -> Sequence[LaboratoryAssessed]:
    return (
        LaboratoryAssessed(
            batch=asked.batch,
            attribute=asked.attribute,
            found=asked.found,
            by=known.actor.person,
            assessment=asked.assessment,
            evidence=asked.evidence,
        ),
    )


def _planned(asked: PlanRetests, known: Circumstances) -> Sequence[RetestsPlanned]:
    return (
        RetestsPlanned(
            batch=asked.batch,
            attribute=asked.attribute,
            times=asked.times,
            by=known.actor.person,
            rationale=asked.rationale,
        ),
    )


def _retested(asked: RecordRetest, known: Circumstances) -> Sequence[RetestRecorded]:
    test = gates.programme_of(asked.batch, known).attribute(asked.attribute)
    return (
        RetestRecorded(
            batch=asked.batch,
            sample=asked.sample,
            attribute=asked.attribute,
            value=asked.value,
            unit=asked.unit,
            method=test.method,
            verdict="pass" if test.holds(asked.value) else "fail",
            raw=asked.raw,
            by=known.actor.person,
        ),
    )


def _concluded(asked: ConcludeInvestigation, known: Circumstances) -> Sequence[InvestigationConcluded]:
    return (
        InvestigationConcluded(
            batch=asked.batch,
            attribute=asked.attribute,
            conclusion=asked.conclusion,
            no_sample_left=asked.no_sample_left,
            by=known.actor.person,
            cause=asked.cause,
            evidence=asked.evidence,
        ),
    )


ASSESS = Action(
    name="quality.assess_in_laboratory",
    title="Look for an error of the laboratory",
    command=AssessInLaboratory,
    roles=frozenset({"qcreviewer"}),
    reads=_reads,
    gates=(
        gates.result_stands,
        oos_gates.result_is_out_of_specification,
        oos_gates.laboratory_phase_is_open,
        gates.result_judged_by_another,
    ),
    decide=_assessed,
    emits=(LaboratoryAssessed,),
    requirements=("GMP-21", "GMP-S3"),
    risk=Risk.PATIENT,
    rationale="An error is looked for before anything is tested again, or the wish for a better result finds one.",
    meaning="assessed",
)

PLAN = Action(
    name="quality.plan_retests",
    title="Plan repeats of a test",
    command=PlanRetests,
    roles=frozenset({"qa"}),
    reads=_reads_with_batch,
    gates=(
        gates.result_stands,
        oos_gates.full_investigation_is_open,
        oos_gates.retests_are_planned_once,
        oos_gates.retest_plan_is_within_limit,
        batch_gates.judge_had_no_part,
    ),
    decide=_planned,
    emits=(RetestsPlanned,),
    requirements=("GMP-21",),
    risk=Risk.PATIENT,
    rationale="A plan made after the results were seen is no plan.",
    meaning="approved",
)

RETEST = Action(
    name="quality.record_retest",
    title="Record a planned repeat of a test",
    command=RecordRetest,
    roles=frozenset({"analyst"}),
    reads=_reads_of_retest,
    gates=(
        gates.sample_is_of_batch,
        gates.sample_may_be_used,
        gates.sample_is_for_the_test,
        gates.result_stands,
        gates.result_unit_agrees,
        gates.result_can_be_read,
        oos_gates.full_investigation_is_open,
        oos_gates.retest_is_planned,
        oos_gates.retested_by_another,
        gates.analyst_is_qualified,
    ),
    decide=_retested,
    emits=(RetestRecorded,),
    requirements=("GMP-20", "GMP-21", "GMP-S3", "CSV-28", "TRN-01"),
    risk=Risk.PATIENT,
    rationale="Every value that was measured is shown, whichever way it points.",
)

CONCLUDE = Action(
    name="quality.conclude_investigation",
    title="Decide on a result out of specification",
    command=ConcludeInvestigation,
    roles=frozenset({"qa"}),
    reads=_reads_with_batch,
    gates=(
        gates.result_stands,
        oos_gates.full_investigation_is_open,
        oos_gates.planned_retests_are_done,
        batch_gates.judge_had_no_part,
    ),
    decide=_concluded,
    emits=(InvestigationConcluded,),
    requirements=("GMP-19", "GMP-21", "GMP-02"),
    risk=Risk.PATIENT,
    rationale="Whether the patient's cells fail or the test did is decided by somebody who signs for it.",
    meaning="approved",
)
