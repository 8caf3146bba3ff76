"""Where somebody stands with a task now: may do it, ends soon, shut, needed, in training, or no part of the job."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from coign import rulesets
from coign.kernel.subjects import Learner, Organisation, Person
from coign.kernel.values import Instant
from coign.people.views import AUTHORITY, Authority
from coign.training.courses.model import CourseVersion
from coign.training.events import HOUSE, file_of
from coign.training.state import LEARNING, PRACTICE, Learning, LearningState, PracticeState
from coign.training.views import (
    CURRICULUM,
    QUALIFICATIONS,
    CurriculumState,
    Obstacle,
    Qualifications,
    end_of,
    obstacles,
)
from coign.web.learning.knowing import Task
from coign.web.reading import reader
from coign.web.therapy.looking import every, states_of, visible
from coign.web.therapy.people import names_of


@dataclass(frozen=True)
class Colleague:
    """Somebody of one place, with what the record says of their roles, skills and training file."""

    person: Person
    name: str
    authority: Authority
    skills: Qualifications
    learning: LearningState
    practice: PracticeState

    def roles(self, organisation: Organisation, now: Instant) -> list[str]:
        """The roles this person holds there now."""
        held = (g for g in self.authority.grants if g.organisation == organisation)
        return sorted({g.role for g in held if self.authority.holds(g.role, organisation, now)})


def people_of(place: Organisation, reads_for: Organisation) -> list[Colleague]:
    """Everybody who works at a place now, by name; their training files as far as the reader may see them."""
    return _colleagues(every(AUTHORITY, Person), place, reads_for)


def colleagues(people: Collection[Person], place: Organisation, reads_for: Organisation) -> list[Colleague]:
    """Those of these people who work at a place now, by name; read in one question, however many work there."""
    reader().look_ahead([*people, *(file_of(p) for p in people)])
    return _colleagues(states_of(AUTHORITY, people), place, reads_for) if people else []


def _colleagues(people: Mapping[Person, Authority], place: Organisation, reads_for: Organisation) -> list[Colleague]:
    here = {p: a for p, a in people.items() if a.active and a.organisation == place}
    names = names_of([str(p) for p in here], str(reads_for))
    skills = states_of(QUALIFICATIONS, here)
    files = {p: file_of(p) for p in here}
    seen = [f for f in visible(files.values(), reads_for) if isinstance(f, Learner)]
    learning, practice = states_of(LEARNING, seen), states_of(PRACTICE, seen)
    found = [
        Colleague(
            person, names[str(person)], authority, skills[person],
            learning.get(files[person], LearningState()), practice.get(files[person], PracticeState()),
        )
        for person, authority in here.items()
    ]  # fmt: skip
    return sorted(found, key=lambda c: c.name.casefold())


def oneself(person: Person, reads_for: Organisation) -> Colleague:
    """Whoever looks, who need not be told their name."""
    file = file_of(person)
    seen = bool(visible([file], reads_for))
    return Colleague(
        person,
        "",
        reader().state(AUTHORITY, person),
        reader().state(QUALIFICATIONS, person),
        reader().state(LEARNING, file) if seen else LearningState(),
        reader().state(PRACTICE, file) if seen else PracticeState(),
    )


def curriculum() -> CurriculumState:
    """What tasks ask besides a qualification."""
    return reader().state(CURRICULUM, HOUSE)


@dataclass(frozen=True, slots=True)
class Standing:
    """One cell of the matrix."""

    status: str  # in_order, look, stop, not_yet, running; "": no part of the job
    word: str
    until: Instant | None = None
    obstacles: tuple[Obstacle, ...] = ()

    @property
    def may(self) -> bool:
        """Whether the person may perform the task now."""
        return self.status in ("in_order", "look")


def standing(who: Colleague, task: Task, asks: CurriculumState, roles: Iterable[str], now: Instant) -> Standing:
    """Where this person stands with this task."""
    held, shut = who.skills.of(task.id), obstacles(task.id, who.skills, asks, now)
    learning = learning_of(who, task)
    if held is None:
        if learning is not None:
            if learning.passed is not None and learning.passed.in_question:
                return Standing("running", _("in question"), obstacles=shut)
            done, steps = progress(task, learning)
            return Standing("running", _("%(done)s of %(all)s") % {"done": done, "all": steps}, obstacles=shut)
        if task.roles & set(roles):
            return Standing("not_yet", _("needed"), obstacles=shut)
        return Standing("", "")
    until = end_of(held, asks)
    if shut:
        words = {"ended": _("ended"), "renewal": _("new version"), "lessons": _("lesson to read")}
        return Standing("stop", words[shut[0].why], until if shut[0].why == "ended" else None, shut)
    soon = until.minutes_since(now) <= rulesets.load().minutes("training.ends_soon", now)
    return Standing("look" if soon else "in_order", "", until)


def learning_of(who: Colleague, task: Task) -> Learning | None:
    """The course that leads to a task, as far as this person is with it."""
    return who.learning.of(task.course.course) if task.course is not None else None


def practice_waits(who: Colleague, learning: Learning, course: CourseVersion) -> list[str]:
    """The tasks of a course whose questions this person passed and at which nobody watched them since."""
    passed = learning.passed
    if passed is None or passed.in_question or course.practice == "never":
        return []
    return [id for id in course.tasks if (held := who.skills.of(id)) is None or held.since < passed.at]


def progress(task: Task, learning: Learning) -> tuple[int, int]:
    """How many of the steps to a task are done: the questions, and the practice where it is asked for."""
    assert task.course is not None
    steps = 1 if task.course.shown.practice == "never" else 2
    return int(learning.is_passed), steps
