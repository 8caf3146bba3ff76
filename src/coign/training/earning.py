"""When a qualification is earned: by itself, as soon as the course is passed and the practice was seen."""

from coign.kernel.actions import Circumstances
from coign.kernel.subjects import Attempt, Person
from coign.training.courses.model import CourseVersion
from coign.training.events import QualificationEarned
from coign.training.views import QUALIFICATIONS

_MINUTES_A_DAY = 1440


def earned_by_passing(
    course: CourseVersion, attempt: Attempt, person: Person, known: Circumstances
) -> tuple[QualificationEarned, ...]:
    """What passing alone is worth: the tasks for which nobody has to watch any more."""
    held = known.state(QUALIFICATIONS, person)
    return tuple(
        earned(course, task, attempt, person, None, known)
        for task in course.tasks
        if course.practice == "never" or (course.practice == "first" and held.of(task) is not None)
    )


def earned(
    course: CourseVersion, task: str, attempt: Attempt, person: Person, observer: Person | None, known: Circumstances
) -> QualificationEarned:
    """One qualification, for as long as the course says and the rule sets allow (TRN-08)."""
    longest = int(known.rules.minutes("training.qualification_valid_max", known.now) // _MINUTES_A_DAY)
    return QualificationEarned(
        person=person,
        task=task,
        course=course.course,
        version=course.digest,
        attempt=attempt,
        observer=observer,
        valid_days=min(course.valid_days, longest),
    )
