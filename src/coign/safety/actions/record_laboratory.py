"""Record a laboratory value; its grade follows by the version of CTCAE that the programme pins."""

from collections.abc import Sequence
from dataclasses import field

from coign.identity.views import CHAIN
from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain
from coign.kernel.values import FreeText, Instant, Quantity
from coign.safety import gates, reads, tolerance
from coign.safety.events import BeforeTreatment, Grade, LaboratoryGraded
from coign.safety.grading.grades import Graded, counted
from coign.safety.grading.laboratory import Observation, grade_laboratory

IN_ITS_UNIT = "with its unit, such as 84 g/L"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordLaboratory:
    """Which term, the value, its limits of normal and what it was before treatment: all in one unit."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    seen_at: Instant = field(metadata=asks("Sampled at"))
    term: str = field(metadata=asks("Term of CTCAE", "choose", options="ctcae_terms"))
    result: Quantity = field(metadata=asks("Result", "measure", hint=IN_ITS_UNIT))
    upper_limit: Quantity | None = field(default=None, metadata=asks("Upper limit of normal", "measure"))
    lower_limit: Quantity | None = field(default=None, metadata=asks("Lower limit of normal", "measure"))
    baseline: Quantity | None = field(default=None, metadata=asks("Value before treatment", "measure"))
    baseline_state: BeforeTreatment | None = field(default=None, metadata=asks("It was before treatment", "choose"))
    clinicians_grade: Grade | None = field(default=None, metadata=asks("Your own grade", "choose"))
    clinicians_reason: FreeText | None = field(default=None, metadata=asks("Why your grade differs"))


def _further_reads(asked: RecordLaboratory, known: Circumstances) -> Sequence[Read]:
    patient = known.state(CHAIN, asked.chain).patient
    return () if patient is None else (Read(patient), *tolerance.reads(asked.chain, known))


def _graded(asked: RecordLaboratory, version: str, known: Circumstances) -> Graded:
    if not version:
        return Graded(None, "the programme names no version of CTCAE")
    seen = Observation(
        at=asked.seen_at,
        version=version,
        term=asked.term,
        value=asked.result.amount,
        unit=asked.result.unit,
        upper_limit=asked.upper_limit.amount if asked.upper_limit is not None else None,
        lower_limit=asked.lower_limit.amount if asked.lower_limit is not None else None,
        baseline=asked.baseline.amount if asked.baseline is not None else None,
        baseline_state=asked.baseline_state,
    )
    return grade_laboratory(seen, known.rules)


def _decide(asked: RecordLaboratory, known: Circumstances) -> Sequence[Fact]:
    patient, programme = known.state(CHAIN, asked.chain).patient, gates.version_of(asked, known)
    assert patient is not None
    version = programme.safety.ctcae if programme is not None else ""
    graded = _graded(asked, version, known)
    counts = counted(graded.grade, asked.clinicians_grade)
    return (
        LaboratoryGraded(
            chain=asked.chain,
            patient=patient,
            sampled_at=asked.seen_at,
            term=asked.term,
            value=asked.result,
            upper_limit=asked.upper_limit,
            lower_limit=asked.lower_limit,
            baseline=asked.baseline,
            baseline_state=asked.baseline_state,
            version=version,
            grade=graded.grade,
            not_graded_because=graded.not_graded_because,
            note=graded.note,
            clinicians_grade=asked.clinicians_grade,
            clinicians_reason=asked.clinicians_reason,
        ),
        *tolerance.consequences(known, asked.chain, "laboratory", counts, asked.seen_at),
    )


ACTION = Action(
    name="safety.record_laboratory",
    title="Record a laboratory value",
    command=RecordLaboratory,
    roles=frozenset({"nurse", "physician"}),
    reads=reads.of_therapy,
    then_reads=(_further_reads,),
    gates=(
        gates.therapy_is_of_this_centre,
        gates.product_was_given,
        gates.seen_since_infusion,
        gates.term_is_a_term,
        gates.one_unit,
        gates.own_grade_has_reason,
    ),
    decide=_decide,
    emits=(LaboratoryGraded, *tolerance.MAY_GIVE),
    requirements=("PAT-17", "PAT-19", "CSV-28"),
    risk=Risk.PATIENT,
    rationale="Organ toxicity is compared between patients only when one version of one scale grades it.",
)
