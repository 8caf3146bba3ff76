"""The gates of training: somebody else saw it, for a task that exists, until a date."""

from typing import Protocol

from coign.kernel.actions import Circumstances, Risk, gate
from coign.kernel.subjects import Person
from coign.kernel.values import Instant
from coign.people.views import AUTHORITY
from coign.training.views import QUALIFICATIONS


class OfPerson(Protocol):
    """A command that concerns one person."""

    @property
    def person(self) -> Person: ...


class OfTask(OfPerson, Protocol):
    """A command that concerns one person's task."""

    @property
    def task(self) -> str: ...


class WithEnd(Protocol):
    """A command that says until when."""

    @property
    def until(self) -> Instant: ...


@gate(
    "training.trainee_is_active",
    requirement=("TRN-01", "CSV-24"),
    protects="Tasks are given to people who are here and known.",
    remedy="Choose the right person, or let an administrator register them.",
    resolvers=("trainer", "admin"),
    risk=Risk.DATA,
)
def trainee_is_active(asked: OfPerson, known: Circumstances) -> str | None:
    return None if known.state(AUTHORITY, asked.person).active else f"{asked.person.identifier} is not active here"


@gate(
    "training.assessor_is_another",
    requirement="TRN-06",
    protects="Nobody certifies their own skill.",
    remedy="Let another trainer watch you and record it.",
    resolvers=("trainer",),
    risk=Risk.PATIENT,
)
def assessor_is_another(asked: OfPerson, known: Circumstances) -> str | None:
    return "this is yourself: you cannot assess your own work" if asked.person == known.actor.person else None


@gate(
    "training.task_is_known",
    requirement="TRN-01",
    protects="A qualification for a task that no programme knows opens nothing and hides a gap.",
    remedy="Choose a task that a programme names.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def task_is_known(asked: OfTask, known: Circumstances) -> str | None:
    if any(asked.task in version.tasks for version in known.programmes.all()):
        return None
    return f"no programme names the task “{asked.task}”"


@gate(
    "training.end_lies_ahead",
    requirement="TRN-02",
    protects="A qualification counts from its record on; it never makes good what was done before.",
    remedy="Give a date that lies ahead.",
    resolvers=("trainer",),
    risk=Risk.DATA,
)
def end_lies_ahead(asked: WithEnd, known: Circumstances) -> str | None:
    return f"{asked.until} has passed" if asked.until <= known.now else None


@gate(
    "training.end_is_in_reach",
    requirement=("TRN-08", "TRN-05"),
    protects="Skill fades: competency is shown anew in time.",
    remedy="Give an earlier date; the qualification is renewed when the skill was seen again.",
    resolvers=("trainer",),
    risk=Risk.PATIENT,
)
def end_is_in_reach(asked: WithEnd, known: Circumstances) -> str | None:
    longest = known.rules.minutes("training.qualification_valid_max", known.now)
    if asked.until.minutes_since(known.now) <= longest:
        return None
    return f"a qualification lasts at most {longest / 1440:g} days; {asked.until} is later"


@gate(
    "training.qualification_is_held",
    requirement="TRN-02",
    protects="Only what is held can be taken away.",
    remedy="Look at the person's qualifications.",
    resolvers=("trainer", "qa"),
    risk=Risk.DATA,
)
def qualification_is_held(asked: OfTask, known: Circumstances) -> str | None:
    if known.state(QUALIFICATIONS, asked.person).of(asked.task) is not None:
        return None
    return f"{asked.person.identifier} holds no qualification for “{asked.task}”"
