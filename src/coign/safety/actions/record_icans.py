"""Record what was seen of the nervous system after the infusion; the grade of the neurotoxicity follows from it."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import CHAIN
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import FreeText, Instant
from coign.safety import gates, reads, tolerance
from coign.safety.events import (
    Answer,
    AttentionTest,
    Consciousness,
    Domain,
    Grade,
    IcansRecorded,
    Motor,
    Pressure,
    RightAnswer,
    Seizure,
)
from coign.safety.grading.grades import counted
from coign.safety.grading.icans import Neurology, grade_icans


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordIcans:
    """What was seen when. ICE is asked item by item, or told as its sum; CAPD as its sum."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    seen_at: Instant = field(metadata=asks("Seen at"))
    test: AttentionTest = field(
        default="ICE", metadata=asks("Test of attention", "choose", hint="ICE from 12 years, CAPD below or with delay")
    )
    right_answers: tuple[RightAnswer, ...] = field(
        default=(),
        metadata=asks("ICE: right answers", "choose", hint="a point each; none ticked and no sum: not tested"),
    )
    objects_named: int | None = field(
        default=None, metadata=asks("ICE: objects named", hint="0 to 3; leave empty if the items were not asked")
    )
    score: int | None = field(
        default=None, metadata=asks("Sum of the test", hint="of CAPD, or of ICE without its items")
    )
    consciousness: Consciousness = field(default="awake", metadata=asks("Consciousness", "choose"))
    seizure: Seizure = field(default="none", metadata=asks("Seizure", "choose"))
    motor: Motor = field(default="none", metadata=asks("Motor", "choose"))
    pressure: Pressure = field(default="none", metadata=asks("Raised pressure or oedema", "choose"))
    explained: tuple[Domain, ...] = field(default=(), metadata=asks("Has another cause", "choose"))
    sedated: Answer = field(default="no", metadata=asks("The patient is sedated", "choose"))
    died_of_it: Answer = field(default="no", metadata=asks("The patient died of it", "choose"))
    clinicians_grade: Grade | None = field(default=None, metadata=asks("Your own grade", "choose"))
    clinicians_reason: FreeText | None = field(default=None, metadata=asks("Why your grade differs"))


def _further_reads(asked: RecordIcans, known: Circumstances) -> Sequence[Read]:
    patient = known.state(CHAIN, asked.chain).patient
    return () if patient is None else (Read(patient), *tolerance.reads(asked.chain, known))


def _decide(asked: RecordIcans, known: Circumstances) -> Sequence[Fact]:
    patient = known.state(CHAIN, asked.chain).patient
    assert patient is not None
    score = gates.score_of(asked)
    seen = Neurology(
        at=asked.seen_at,
        scale=asked.test,
        score=score,
        consciousness=asked.consciousness,
        seizure=asked.seizure,
        motor=asked.motor,
        pressure=asked.pressure,
        explained=frozenset(asked.explained),
        sedated=asked.sedated == "yes",
        died_of_it=asked.died_of_it == "yes",
    )
    graded = grade_icans(seen, known.rules)
    counts = counted(graded.grade, asked.clinicians_grade)
    return (
        IcansRecorded(
            chain=asked.chain,
            patient=patient,
            seen_at=asked.seen_at,
            test=asked.test,
            score=score,
            right_answers=asked.right_answers,
            objects_named=asked.objects_named,
            consciousness=asked.consciousness,
            seizure=asked.seizure,
            motor=asked.motor,
            pressure=asked.pressure,
            explained=asked.explained,
            sedated=asked.sedated,
            died_of_it=asked.died_of_it,
            grade=graded.grade,
            not_graded_because=graded.not_graded_because,
            note=graded.note,
            rule=f"ASTCT ICANS, in force since {known.rules.rule('safety.icans.ice_max', asked.seen_at).since}",
            clinicians_grade=asked.clinicians_grade,
            clinicians_reason=asked.clinicians_reason,
        ),
        *tolerance.consequences(known, asked.chain, "icans", counts, asked.seen_at),
    )


ACTION = Action(
    name="safety.record_icans",
    title="Record an assessment of neurotoxicity",
    command=RecordIcans,
    roles=frozenset({"nurse", "physician"}),
    reads=reads.of_therapy,
    then_reads=(_further_reads,),
    gates=(
        gates.therapy_is_of_this_centre,
        gates.product_was_given,
        gates.seen_since_infusion,
        gates.items_are_of_ice,
        gates.points_can_be,
        gates.sum_fits_the_items,
        gates.own_grade_has_reason,
    ),
    decide=_decide,
    emits=(IcansRecorded, *tolerance.MAY_GIVE),
    requirements=("PAT-16", "PAT-19"),
    risk=Risk.PATIENT,
    rationale="Neurotoxicity that is graded too low is treated too late; too high, and the therapy is destroyed.",
)
