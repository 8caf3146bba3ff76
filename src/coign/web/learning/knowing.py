"""What pages of training know of the installation: courses with their state, tasks with their names and roles."""

from collections.abc import Iterable, Mapping
from dataclasses import field

from coign import catalogue
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Course
from coign.training.courses.model import Courses, CourseVersion, Library
from coign.training.state import COURSE, CourseState
from coign.web import running
from coign.web.therapy.looking import states_of

PRODUCTION = "manufacturing.complete_step"


def courses() -> Courses:
    """The course files of this installation."""
    programmes = running.service().programmes
    return programmes.courses if isinstance(programmes, Library) else Courses()


@dataclass(frozen=True, slots=True)
class KnownCourse:
    """A course: what the record says of it, the version in force if its file is here, and the newest file."""

    course: Course
    state: CourseState
    in_force: CourseVersion | None
    newest: CourseVersion

    @property
    def shown(self) -> CourseVersion:
        """The version that a page shows."""
        return self.in_force or self.newest


def known_courses() -> dict[Course, KnownCourse]:
    """Every course of which a file is here, by its title."""
    files: dict[Course, CourseVersion] = {}
    for version in sorted(courses().all(), key=lambda v: (v.title, v.version)):
        files[version.course] = version
    states = states_of(COURSE, files)
    return {
        course: KnownCourse(
            course,
            states[course],
            courses().version(held)
            if (held := states[course].in_force) is not None and courses().known(held)
            else None,
            newest,
        )
        for course, newest in files.items()
    }


@dataclass(slots=True)
class Task:
    """A task with its name, who does it in their job, how many are needed at once, and the course that leads to it."""

    id: str
    title: str
    roles: set[str] = field(default_factory=set)
    needs: int = 1
    course: KnownCourse | None = None


def tasks(known: Mapping[Course, KnownCourse]) -> dict[str, Task]:
    """All tasks, in the order of the programmes, then of the courses."""
    found: dict[str, Task] = {}
    for version in running.service().programmes.all():
        for id, title in version.tasks.items():
            found.setdefault(id, Task(id, title))
        for step in version.journey:
            if step.task:
                _add(found[step.task], step.roles, catalogue.ACTIONS[step.action].second_of is not None)
        for made in version.steps:
            _add(found[made.task], catalogue.ACTIONS[PRODUCTION].roles, False)
    for course in known.values():
        for id, title in course.shown.tasks.items():
            task = found.setdefault(id, Task(id, title, set(course.shown.roles)))
            task.course = course
    return found


def _add(task: Task, roles: Iterable[str], is_second: bool) -> None:
    task.roles.update(roles)
    # Where a second person confirms, one alone can do nothing.
    task.needs = 2 if is_second else task.needs
