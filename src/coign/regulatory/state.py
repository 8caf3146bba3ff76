"""What a holder asked an authority for, what was asked back, and what a holder owes: regulatory's own business."""

from dataclasses import replace

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Authorisation, Organisation, Person, Product
from coign.kernel.values import Digest, FreeText, Instant
from coign.kernel.views import Stamp, View
from coign.regulatory.events import (
    Act,
    ApplicationDecided,
    ApplicationSubmitted,
    Asking,
    ConditionImposed,
    DocumentAdded,
    FulfilmentJudged,
    FulfilmentReported,
    Jurisdiction,
    LegalBasis,
    QuestionAnswered,
    QuestionAsked,
    Verdict,
    Weight,
)

#: Questions and documents of one application, conditions of one authorisation that are kept; open ones always.
QUESTIONS_KEPT_MAX, DOCUMENTS_KEPT_MAX, CONDITIONS_KEPT_MAX = 20, 40, 20


@dataclass(frozen=True, slots=True)
class Question:
    """What the authority wants to know, and what the holder said to it."""

    number: int
    weight: Weight
    asked_at: Instant
    question: FreeText
    answered_at: Instant | None = None
    answer: FreeText | None = None
    document: Digest | None = None


@dataclass(frozen=True, slots=True)
class Attached:
    """One document of an application."""

    name: str
    document: Digest


@dataclass(frozen=True, slots=True)
class ApplicationState:
    """What was applied for, with what, and how far it is."""

    product: Product | None = None
    jurisdiction: Jurisdiction = "EU"
    asking: Asking = "new"
    basis: LegalBasis = "none"
    applicant: Organisation | None = None
    authority: Organisation | None = None
    title: str = ""
    authorisation: Authorisation | None = None
    submitted_at: Instant | None = None
    documents: tuple[Attached, ...] = ()
    questions: tuple[Question, ...] = ()
    questions_so_far: int = 0
    #: How long questions were open so far, and since when one is: the holder's time, not the authority's.
    waited_minutes: int = 0
    waiting_since: Instant | None = None
    verdict: Verdict | None = None
    decided_at: Instant | None = None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to decide."""
        return self.submitted_at is not None and self.decided_at is None

    @property
    def open_questions(self) -> tuple[Question, ...]:
        """What the holder has not answered, oldest first."""
        return tuple(q for q in self.questions if q.answered_at is None)

    def question(self, number: int) -> Question | None:
        """The open question of this number."""
        return next((q for q in self.open_questions if q.number == number), None)


def _evolve(state: ApplicationState, fact: Fact, stamp: Stamp) -> ApplicationState:
    match fact:
        case ApplicationSubmitted():
            return ApplicationState(
                fact.product, fact.jurisdiction, fact.asking, fact.basis, fact.applicant, fact.authority, fact.title,
                fact.authorisation, stamp.time, (Attached(fact.title, fact.dossier),),
            )  # fmt: skip
        case DocumentAdded(name=name, document=document):
            return replace(state, documents=(*state.documents, Attached(name, document))[-DOCUMENTS_KEPT_MAX:])
        case QuestionAsked(number=number, weight=weight, question=question):
            asked = (*state.questions, Question(number, weight, stamp.time, question))
            since = state.waiting_since or stamp.time
            return replace(state, questions=_kept(asked), questions_so_far=number, waiting_since=since)
        case QuestionAnswered():
            return _answered(state, fact, stamp.time)
        case ApplicationDecided(verdict=verdict):
            return replace(state, verdict=verdict, decided_at=stamp.time)
        case _:
            return state


def _answered(state: ApplicationState, fact: QuestionAnswered, at: Instant) -> ApplicationState:
    """The holder's time ends with the last open question."""
    questions = tuple(
        replace(q, answered_at=at, answer=fact.answer, document=fact.document) if q.number == fact.number else q
        for q in state.questions
    )
    answered = replace(state, questions=questions)
    if answered.open_questions or state.waiting_since is None:
        return answered
    waited = state.waited_minutes + int(at.minutes_since(state.waiting_since))
    return replace(answered, waited_minutes=waited, waiting_since=None)


def _kept(questions: tuple[Question, ...]) -> tuple[Question, ...]:
    """Without the oldest answered one when there are too many."""
    answered = next((q for q in questions if q.answered_at is not None), None)
    if len(questions) <= QUESTIONS_KEPT_MAX or answered is None:
        return questions
    return tuple(q for q in questions if q != answered)


APPLICATION = View(
    "regulatory.application",
    kinds=frozenset({"application"}),
    folds=(ApplicationSubmitted, DocumentAdded, QuestionAsked, QuestionAnswered, ApplicationDecided),
    state=ApplicationState,
    evolve=_evolve,
)


@dataclass(frozen=True, slots=True)
class Condition:
    """What a holder owes, by when, what it stops, and how far it is."""

    number: int
    what: FreeText
    due: Instant | None
    stops: tuple[Act, ...]
    reported_at: Instant | None = None
    reported_by: Person | None = None
    evidence: Digest | None = None
    fulfilled_at: Instant | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is still owed."""
        return self.fulfilled_at is None

    @property
    def is_reported(self) -> bool:
        """Whether the holder said that it is fulfilled, and nobody has judged that."""
        return self.is_open and self.reported_at is not None

    def is_overdue(self, at: Instant) -> bool:
        """Whether its day passed and it is still owed."""
        return self.is_open and self.due is not None and self.due <= at


@dataclass(frozen=True, slots=True)
class ConditionsState:
    """The conditions of one authorisation, oldest first."""

    all: tuple[Condition, ...] = ()

    def open(self, number: int) -> Condition | None:
        """The one of this number that is still owed."""
        return next((c for c in self.all if c.number == number and c.is_open), None)


def _evolve_conditions(state: ConditionsState, fact: Fact, stamp: Stamp) -> ConditionsState:
    match fact:
        case ConditionImposed(number=number, what=what, due=due, stops=stops):
            kept = [*state.all, Condition(number, what, due, stops)]
            done = next((c for c in kept if not c.is_open), None)
            if len(kept) > CONDITIONS_KEPT_MAX and done is not None:
                kept.remove(done)
            return ConditionsState(tuple(kept))
        case FulfilmentReported(condition=number, by=by, evidence=evidence):
            return _changed(state, number, reported_at=stamp.time, reported_by=by, evidence=evidence)
        case FulfilmentJudged(condition=number, accepted=True):
            return _changed(state, number, fulfilled_at=stamp.time)
        case FulfilmentJudged(condition=number):
            return _changed(state, number, reported_at=None, reported_by=None)
        case _:
            return state


def _changed(state: ConditionsState, number: int, **changed: object) -> ConditionsState:
    return ConditionsState(tuple(replace(c, **changed) if c.number == number else c for c in state.all))  # type: ignore[arg-type]


CONDITIONS = View(
    "regulatory.conditions",
    kinds=frozenset({"authorisation"}),
    folds=(ConditionImposed, FulfilmentReported, FulfilmentJudged),
    state=ConditionsState,
    evolve=_evolve_conditions,
)
