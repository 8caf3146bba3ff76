"""A maker where people learn: courses as values, and stories of taking them, for tests and for the catalogue."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from importlib.resources import files
from typing import Any

from tests.catalogue.stage import NOW, Given, accepted, lone_refusal
from tests.support.plant import OPERATOR, OPERATOR_2, PROGRAMMES, QA, SEALED, TRAINER, Plant

from coign import catalogue
from coign.kernel.subjects import Attempt, Batch, Case, Lesson
from coign.kernel.values import Actor, Digest, FreeText, Instant
from coign.ledger.encoding import plain
from coign.people.events import PersonLeft
from coign.programmes.model import Programmes
from coign.quality.events import DeviationClosed, DeviationOpened
from coign.training.courses.model import Courses, CourseVersion, Library
from coign.training.courses.reading import read
from coign.training.events import Answer
from coign.training.state import ATTEMPT

SHIPPED = {
    name: files("coign.training.courses").joinpath(f"{name}.yaml").read_bytes()
    for name in ("aseptic-processing", "identity-check", "ice-scoring", "opening-a-dry-shipper")
}
ASEPTIC_FILE = SHIPPED["aseptic-processing"]
ASEPTIC = read(ASEPTIC_FILE)
#: The same course with another text: a new version, known by another hash.
ASEPTIC_2 = read(ASEPTIC_FILE.replace(b'version: "1"', b'version: "2"'))
#: Nobody has to watch.
SHORT = read(
    ASEPTIC_FILE.replace(b"course: aseptic-processing", b"course: labels")
    .replace(b"practice: always", b"practice: never")
    .replace(b"aseptic_processing: Aseptic processing", b"filling: Filling and labelling")
)
#: Watched before the first qualification only.
FIRST = read(SHIPPED["opening-a-dry-shipper"])
#: Its file is in nobody's hands.
ABSENT = Digest("99" * 32)
COURSES = Courses([ASEPTIC, ASEPTIC_2, SHORT, FIRST])
LIBRARY = Library(PROGRAMMES.all(), COURSES)
TASK = "aseptic_processing"
A1, A2 = Attempt.of("A1"), Attempt.of("A2")
CASE, LESSON = Case.of("DEV-7"), Lesson.of("L1")


class School(Plant):
    """The plant with its courses; nothing is in force yet."""

    def __init__(self, start: Instant, *, programmes: Programmes = LIBRARY) -> None:
        super().__init__(start, programmes=programmes)

    def in_force(self, version: CourseVersion = ASEPTIC, **given: Any) -> None:
        named = {"course": version.course, "version": version.digest}
        self.act("training.propose_course", TRAINER, **named)
        self.act("training.approve_course", QA, **named, **given)

    def assigned(self, actor: Actor = OPERATOR, version: CourseVersion = ASEPTIC) -> None:
        self.act("training.assign_course", TRAINER, person=actor.person, course=version.course)

    def begun(self, actor: Actor = OPERATOR, version: CourseVersion = ASEPTIC, attempt: Attempt = A1) -> Attempt:
        self.act("training.start_attempt", actor, course=version.course, attempt=attempt)
        return attempt

    def answers(self, attempt: Attempt, *, wrong: int = 0) -> tuple[Answer, ...]:
        """Right answers, but for the first so many."""
        state = self.state(ATTEMPT, attempt)
        version = COURSES.version(state.version)
        return tuple(
            Answer(question=q, chosen=mistaken(version, q) if n < wrong else version.question(q).right)
            for n, q in enumerate(state.drawn)
        )

    def handed_in(self, attempt: Attempt = A1, actor: Actor = OPERATOR, *, wrong: int = 0) -> Any:
        answers = self.answers(attempt, wrong=wrong)
        return self.act("training.hand_in", actor, attempt=attempt, answers=answers)

    def passed(self, actor: Actor = OPERATOR, version: CourseVersion = ASEPTIC, attempt: Attempt = A1) -> Any:
        """Assigned, tried and passed."""
        self.assigned(actor, version)
        self.begun(actor, version, attempt)
        self.wait(minutes=20)
        return self.handed_in(attempt, actor)

    def watched(
        self, actor: Actor = OPERATOR, by: Actor = OPERATOR_2, version: CourseVersion = ASEPTIC, **given: Any
    ) -> Any:
        good = {"task": next(iter(version.tasks)), "mastered": True, "notes": SEALED}
        return self.act(
            "training.observe_practice", by, person=actor.person, course=version.course, **{**good, **given}
        )

    def shared(self) -> None:
        """Two operators hand in the same answers, minutes apart; the second attempt is in question, and the first."""
        self.in_force()
        self.shared_after_force()

    def left(self, actor: Actor) -> None:
        self.happened(PersonLeft(person=actor.person), by=TRAINER)

    def open_case(self, case: Case = CASE) -> None:
        batch = Batch.of("OLD")
        self.happened(DeviationOpened(case=case, batch=batch, organisation=QA.organisation, step="expand"), by=OPERATOR)

    def shared_after_force(self) -> None:
        """The same when the course is in force already."""
        for actor, attempt in ((OPERATOR, A1), (OPERATOR_2, A2)):
            self.passed(actor, attempt=attempt)

    def closed_case(self, case: Case = CASE) -> None:
        batch = Batch.of("OLD")
        self.open_case(case)
        self.happened(DeviationClosed(case=case, batch=batch, by=QA.person, assessment=SEALED), by=QA)

    def lesson(self, lesson: Lesson = LESSON, case: Case = CASE, task: str = TASK) -> None:
        self.closed_case(case)
        self.act("training.attach_lesson", TRAINER, case=case, task=task, title="T", text=SEALED, lesson=lesson)


def mistaken(version: CourseVersion, question: str) -> tuple[str, ...]:
    """A wrong choice."""
    asked = version.question(question)
    return (next(o for o in asked.options if (o,) != asked.right),)


# Examples for the catalogue

Story = Callable[[Any], Any]
Asked = Mapping[str, Any] | Callable[[Any], Mapping[str, Any]]


def _example(action: str, story: Story, asked: Asked, programmes: Programmes) -> dict[str, Any]:
    school = School(NOW)
    story(school)
    given = dict(asked(school) if callable(asked) else asked)
    allotted = {f.name for f in fields(catalogue.ACTIONS[action].command) if "allotted" in f.metadata}
    command = {n: "in my own words" if isinstance(v, FreeText) else plain(v) for n, v in given.items()}
    inside = {n: command.pop(n) for n in allotted}
    facts = [Given(fact, by, at) for at, by, fact in school.history]
    return {"given": facts, "command": command, "inside": inside, "programmes": programmes, "now": school.now}


def allow(action: str, actor: Actor, story: Story, asked: Asked) -> None:
    """After this story every gate lets this pass."""
    accepted(action, actor=actor, **_example(action, story, asked, LIBRARY))


def refuse(
    action: str, gate: str, actor: Actor, story: Story, asked: Asked, *, programmes: Programmes = LIBRARY
) -> None:
    """After this story this gate of training alone refuses; `programmes`: what is here when it is asked."""
    lone_refusal(action, f"training.{gate}", actor=actor, **_example(action, story, asked, programmes))
