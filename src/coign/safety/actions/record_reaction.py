"""Record what was seen in a patient after the infusion; the grade of the cytokine release syndrome follows from it."""

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
from coign.safety.events import Answer, AnswerIfKnown, BloodPressure, Grade, Oxygen, ReactionRecorded
from coign.safety.grading.crs import TEMPERATURE_UNIT, Seen, grade_crs, is_fever
from coign.safety.grading.grades import counted
from coign.safety.state import REACTIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordReaction:
    """What was seen when. A grade of one's own stands beside the computed one, with its reason."""

    chain: Chain = field(metadata=asks("Therapy", "known"))
    seen_at: Instant = field(metadata=asks("Seen at"))
    temperature: Quantity = field(metadata=asks("Temperature", "measure", unit=TEMPERATURE_UNIT))
    blood_pressure: BloodPressure = field(metadata=asks("Blood pressure", "choose"))
    oxygen: Oxygen = field(metadata=asks("Oxygen", "choose"))
    anticytokine_given: Answer = field(metadata=asks("Treated against cytokines or fever before", "choose"))
    fever_before: AnswerIfKnown = field(
        default="not_known", metadata=asks("Fever before that treatment", "choose", hint="if it is not on record here")
    )
    fever_explained: Answer = field(default="no", metadata=asks("The fever has another cause", "choose"))
    died_of_it: Answer = field(default="no", metadata=asks("The patient died of it", "choose"))
    clinicians_grade: Grade | None = field(default=None, metadata=asks("Your own grade", "choose"))
    clinicians_reason: FreeText | None = field(default=None, metadata=asks("Why your grade differs"))


def _patient_reads(asked: RecordReaction, known: Circumstances) -> Sequence[Read]:
    patient = known.state(CHAIN, asked.chain).patient
    return () if patient is None else (Read(patient), *tolerance.reads(asked.chain, known))


def _fever_before(asked: RecordReaction, known: Circumstances) -> AnswerIfKnown:
    """Fever that is on record here counts whatever was answered."""
    since = known.state(REACTIONS, asked.chain).fever_since
    return "yes" if since is not None and since < asked.seen_at else asked.fever_before


def _decide(asked: RecordReaction, known: Circumstances) -> Sequence[Fact]:
    patient = known.state(CHAIN, asked.chain).patient
    assert patient is not None
    before = _fever_before(asked, known)
    seen = Seen(
        at=asked.seen_at,
        temperature=asked.temperature,
        blood_pressure=asked.blood_pressure,
        oxygen=asked.oxygen,
        anticytokine_given=asked.anticytokine_given == "yes",
        fever_before=None if before == "not_known" else before == "yes",
        fever_explained=asked.fever_explained == "yes",
        died_of_it=asked.died_of_it == "yes",
    )
    graded = grade_crs(seen, known.rules)
    counts = counted(graded.grade, asked.clinicians_grade)
    return (
        ReactionRecorded(
            chain=asked.chain,
            patient=patient,
            seen_at=asked.seen_at,
            temperature=asked.temperature,
            blood_pressure=asked.blood_pressure,
            oxygen=asked.oxygen,
            anticytokine_given=asked.anticytokine_given,
            fever_before=before,
            fever_explained=asked.fever_explained,
            died_of_it=asked.died_of_it,
            fever="yes" if is_fever(seen, known.rules) else "no",
            grade=graded.grade,
            not_graded_because=graded.not_graded_because,
            rule=f"ASTCT CRS, in force since {known.rules.rule('safety.crs.fever_min', asked.seen_at).since}",
            clinicians_grade=asked.clinicians_grade,
            clinicians_reason=asked.clinicians_reason,
        ),
        *tolerance.consequences(known, asked.chain, "crs", counts, asked.seen_at),
    )


ACTION = Action(
    name="safety.record_reaction",
    title="Record a reaction",
    command=RecordReaction,
    roles=frozenset({"nurse", "physician"}),
    reads=reads.of_therapy,
    then_reads=(_patient_reads,),
    gates=(
        gates.therapy_is_of_this_centre,
        gates.product_was_given,
        gates.seen_since_infusion,
        gates.own_grade_has_reason,
    ),
    decide=_decide,
    emits=(ReactionRecorded, *tolerance.MAY_GIVE),
    requirements=("PAT-15", "PAT-19"),
    risk=Risk.PATIENT,
    rationale="The treatment follows the grade: one too low kills, one too high destroys the therapy.",
)
