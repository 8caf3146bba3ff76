"""Decide about an attempt that looks like somebody else's: it counts, or it is void."""

from collections.abc import Sequence
from dataclasses import field

from coign.kernel.actions import Action, Circumstances, Read, Risk
from coign.kernel.facts import Fact
from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Attempt, Cohort
from coign.kernel.values import Actor, FreeText
from coign.training import attempt_gates as gates
from coign.training.alike import QUESTIONED
from coign.training.courses.model import courses_of
from coign.training.earning import earned_by_passing
from coign.training.events import AttemptDecided, QualificationEarned, QualificationRevoked, Verdict, cohort_of
from coign.training.state import ATTEMPT, LEARNING
from coign.training.views import QUALIFICATIONS


@dataclass(frozen=True, slots=True, kw_only=True)
class DecideAttempt:
    """Which attempt, whether it counts, and what was found out."""

    attempt: Attempt = field(metadata=asks("Attempt", "known"))
    verdict: Verdict = field(metadata=asks("It", "choose"))
    why: FreeText = field(metadata=asks("What you found out", hint="speak with both; name what made you sure"))


def _reads(asked: DecideAttempt, actor: Actor) -> Sequence[Read]:
    return (Read(asked.attempt, ATTEMPT),)


def _reads_of_people(asked: DecideAttempt, known: Circumstances) -> Sequence[Read]:
    state = known.state(ATTEMPT, asked.attempt)
    assert state.learner is not None  # whoever may see an attempt sees one that was begun
    assert state.person is not None
    alike = (Read(state.alike, ATTEMPT),) if state.alike is not None else ()
    return (
        Read(state.learner, LEARNING),
        Read(state.person, QUALIFICATIONS),
        Read(_cohort(asked, known), QUESTIONED),
        *alike,
    )


def _cohort(asked: DecideAttempt, known: Circumstances) -> Cohort:
    state = known.state(ATTEMPT, asked.attempt)
    assert state.course is not None
    assert state.organisation is not None
    return cohort_of(state.course, state.organisation)


def _decide(asked: DecideAttempt, known: Circumstances) -> Sequence[Fact]:
    state = known.state(ATTEMPT, asked.attempt)
    assert state.learner is not None
    assert state.course is not None
    decided = AttemptDecided(
        attempt=asked.attempt,
        learner=state.learner,
        course=state.course,
        verdict=asked.verdict,
        by=known.actor.person,
        why=asked.why,
        cohort=_cohort(asked, known),
    )
    return (decided, *(_worth(asked, known) if asked.verdict == "counts" else _lost(asked, known)))


def _worth(asked: DecideAttempt, known: Circumstances) -> Sequence[QualificationEarned]:
    """What passing earned, had nobody asked; what was earned before stays as it was."""
    state = known.state(ATTEMPT, asked.attempt)
    assert state.version is not None
    assert state.person is not None
    held = known.state(QUALIFICATIONS, state.person).held
    if any(q.attempt == asked.attempt for q in held) or not courses_of(known).known(state.version):
        return ()
    return earned_by_passing(courses_of(known).version(state.version), asked.attempt, state.person, known)


def _lost(asked: DecideAttempt, known: Circumstances) -> Sequence[QualificationRevoked]:
    """Qualifications that rest on the attempt fall with it."""
    person = known.state(ATTEMPT, asked.attempt).person
    assert person is not None
    held = known.state(QUALIFICATIONS, person).held
    return tuple(
        QualificationRevoked(person=person, task=q.task, by=known.actor.person, why=asked.why)
        for q in held
        if q.attempt == asked.attempt
    )


ACTION = Action(
    name="training.decide_attempt",
    title="Decide about answers that look shared",
    command=DecideAttempt,
    roles=frozenset({"trainer"}),
    reads=_reads,
    then_reads=(_reads_of_people,),
    gates=(gates.attempt_is_in_question, gates.decided_by_another),
    decide=_decide,
    emits=(AttemptDecided, QualificationEarned, QualificationRevoked),
    requirements=("TRN-06", "TRN-14"),
    risk=Risk.PATIENT,
    rationale="Equal answers can be chance or a friend's telephone: only a person can find out which.",
    meaning="assessed",
)
