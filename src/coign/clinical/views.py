"""What a patient agreed to and was found fit for, and how far a therapy's clinical course is: for all who treat."""

from dataclasses import replace

from coign.clinical.events import (
    ConditioningBegun,
    ConditioningGiven,
    ConditioningStarted,
    ConsentGiven,
    ConsentWithdrawn,
    EligibilityConfirmed,
    IdentityCorrected,
    IdentitySettled,
    OrderDrafted,
    Ordered,
    PatientEnrolled,
    ProductConfirmed,
    TurnAnswered,
)
from coign.correction.events import ValueCorrected
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Chain, HospitalNumber, Organisation, Patient, Person, Programme, Unit
from coign.kernel.values import Digest, FreeText, Instant, Quantity
from coign.kernel.views import Stamp, View

#: The purpose without which nothing is collected, made ready or given.
TREATMENT = "treatment"

#: The newest of a patient's therapies that are listed; nobody has had as many.
CHAINS_LISTED_MAX = 32


@dataclass(frozen=True, slots=True)
class Consent:
    """What the patient agreed to, on which form, when."""

    programme: Programme
    purpose: str
    form_version: str
    signed_form: Digest
    at: Instant


@dataclass(frozen=True, slots=True)
class Eligibility:
    """For which programme the patient was found fit, when and by whom."""

    programme: Programme
    at: Instant
    by: Person


@dataclass(frozen=True, slots=True)
class Draft:
    """An order that waits for its prescriber."""

    programme: Programme
    weight: Quantity
    weighed_on: Instant
    indication: FreeText
    prescriber: Person
    maker: Organisation


@dataclass(frozen=True, slots=True)
class Change:
    """Who the patient is was changed in a therapy, and nobody else has looked at it yet."""

    by: Person
    at: Instant
    evidence: Digest


@dataclass(frozen=True, slots=True)
class PatientState:
    """What a centre knows of a patient besides who they are."""

    centre: Organisation | None = None
    similar: int = 0
    consents: tuple[Consent, ...] = ()
    eligibility: tuple[Eligibility, ...] = ()
    draft: Draft | None = None
    chains: tuple[Chain, ...] = ()
    number: HospitalNumber | None = None
    unsettled: Change | None = None

    def unsettled_because(self, patient: Patient) -> str | None:
        """Why nothing goes on for this patient until a second person has looked; None: they are who they were."""
        if self.unsettled is None:
            return None
        return f"who {patient.identifier} is was changed {self.unsettled.at}, and no second person has settled it"

    def consents_to(self, programme: Programme | None, purpose: str = TREATMENT) -> bool:
        """Whether consent to this purpose of this programme is in force."""
        return any((c.programme, c.purpose) == (programme, purpose) for c in self.consents)

    def eligible_since(self, programme: Programme) -> Instant | None:
        """When the patient was last found fit for this programme."""
        return next((e.at for e in self.eligibility if e.programme == programme), None)


def _without(state: PatientState, programme: Programme, purpose: str) -> tuple[Consent, ...]:
    return tuple(c for c in state.consents if (c.programme, c.purpose) != (programme, purpose))


def _evolve_patient(state: PatientState, fact: Fact, stamp: Stamp) -> PatientState:
    match fact:
        case PatientEnrolled(centre=centre, similar=similar, number=number):
            return replace(state, centre=centre, similar=similar, number=number)
        case IdentityCorrected(similar=similar, number=number):
            changed = replace(state, similar=similar, number=number or state.number)
            return _with_change(changed, fact, stamp)
        case IdentitySettled():
            return replace(state, unsettled=None)
        case ConsentGiven(programme=programme, purpose=purpose):
            given = Consent(programme, purpose, fact.form_version, fact.signed_form, stamp.time)
            return replace(state, consents=(*_without(state, programme, purpose), given))
        case ConsentWithdrawn(programme=programme, purpose=purpose):
            return replace(state, consents=_without(state, programme, purpose))
        case EligibilityConfirmed(programme=programme, by=by):
            others = tuple(e for e in state.eligibility if e.programme != programme)
            return replace(state, eligibility=(*others, Eligibility(programme, stamp.time, by)))
        case OrderDrafted():
            draft = Draft(
                fact.programme, fact.weight, fact.weighed_on, fact.indication, fact.prescriber, fact.maker
            )  # fmt: skip
            return replace(state, draft=draft)
        case Ordered(chain=chain):
            return replace(state, draft=None, chains=(*state.chains, chain)[-CHAINS_LISTED_MAX:])
        case _:
            return state


def _with_change(state: PatientState, fact: IdentityCorrected, stamp: Stamp) -> PatientState:
    """Before the order nobody is told apart by a label yet; entries older than these fields ask for nobody."""
    if not state.chains or fact.by is None or fact.evidence is None:
        return state
    return replace(state, unsettled=Change(fact.by, stamp.time, fact.evidence))


PATIENT = View(
    "clinical.patient",
    kinds=frozenset({"patient"}),
    folds=(
        PatientEnrolled,
        IdentityCorrected,
        IdentitySettled,
        ConsentGiven,
        ConsentWithdrawn,
        EligibilityConfirmed,
        OrderDrafted,
        Ordered,
    ),
    state=PatientState,
    evolve=_evolve_patient,
    version=3,
    public=True,
)


@dataclass(frozen=True, slots=True)
class NumberState:
    """Whose hospital number this is now."""

    bearer: Patient | None = None


def _evolve_number(state: NumberState, fact: Fact, stamp: Stamp) -> NumberState:
    match fact:
        case PatientEnrolled(patient=patient):
            return NumberState(patient)
        case IdentityCorrected(patient=patient, number=number):
            if number == stamp.subject:
                return NumberState(patient)
            return NumberState() if state.bearer == patient else state
        case _:
            return state


NUMBER = View(
    "clinical.number",
    kinds=frozenset({"number"}),
    folds=(PatientEnrolled, IdentityCorrected),
    state=NumberState,
    evolve=_evolve_number,
    public=True,
)


@dataclass(frozen=True, slots=True)
class Course:
    """The clinical course of one therapy: the newest dated weight that was ordered on, and the conditioning.

    `conditioning_from`: the first day as it was ordered; `begun_at`: when the first dose was given.
    """

    weight: Quantity | None = None
    weighed_on: Instant | None = None
    prescriber: Person | None = None
    ordered_at: Instant | None = None
    conditioning_from: Instant | None = None
    planned_infusion: Instant | None = None
    confirmed_at: Instant | None = None
    confirmed_by: Person | None = None
    begun_at: Instant | None = None
    given_until: Instant | None = None
    turn_answered_at: Instant | None = None
    #: The bags that the cell laboratory found when it counted.
    counted: tuple[Unit, ...] = ()
    #: When the weight came into the record: a correction is about that entry.
    weight_recorded_at: Instant | None = None

    @property
    def depends_on_product(self) -> bool:
        """Whether the first dose was given, so that the patient cannot do without the cells any more."""
        return self.begun_at is not None

    def confirmation_ends(self, valid_min: float) -> Instant | None:
        """Until when the cell laboratory's count holds; None: nobody counted."""
        return None if self.confirmed_at is None else self.confirmed_at.plus(minutes=valid_min)


def _evolve_course(state: Course, fact: Fact, stamp: Stamp) -> Course:
    match fact:
        case Ordered(weight=weight, weighed_on=weighed_on, prescriber=prescriber):
            return Course(weight, weighed_on, prescriber, stamp.time, weight_recorded_at=stamp.time)
        case ProductConfirmed(by=by, units=units):
            # A further count asks for a further order: what was ordered on the old one does not go on by itself.
            started = state.conditioning_from if state.depends_on_product else None
            return replace(state, confirmed_at=stamp.time, confirmed_by=by, counted=units, conditioning_from=started)
        case ConditioningStarted(first_day=first_day, planned_infusion=planned_infusion):
            ordered = replace(state, conditioning_from=first_day, planned_infusion=planned_infusion)
            if fact.weight is None:
                return ordered
            at = stamp.time
            return replace(ordered, weight=fact.weight, weighed_on=fact.examined_at, weight_recorded_at=at)
        case ConditioningBegun():
            return replace(state, begun_at=stamp.time)
        case ConditioningGiven(last_day=last_day):
            return replace(state, given_until=last_day)
        case TurnAnswered():
            return replace(state, turn_answered_at=stamp.time)
        # A newer weight has taken the place of one that is corrected later.
        case ValueCorrected(recorded_at=at) if _tells_weight(fact) and at == state.weight_recorded_at:
            return fact.put_into(state)
        case _:
            return state


def _tells_weight(fact: ValueCorrected) -> bool:
    return fact.corrects(Ordered) or fact.corrects(ConditioningStarted)


COURSE = View(
    "clinical.course",
    kinds=frozenset({"chain"}),
    folds=(
        Ordered,
        ProductConfirmed,
        ConditioningStarted,
        ConditioningBegun,
        ConditioningGiven,
        TurnAnswered,
        ValueCorrected,
    ),
    state=Course,
    evolve=_evolve_course,
    version=5,
    public=True,
)
