"""What waits in training: for whoever learns, for those who can watch them, for trainers and the quality unit."""

from collections.abc import Iterator
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from coign.kernel.subjects import Course
from coign.kernel.values import Actor
from coign.training.events import cohort_of, person_of
from coign.training.state import PASSED
from coign.training.views import QUALIFICATIONS, obstacles
from coign.web import acting
from coign.web.boards.matter import Matter
from coign.web.learning.knowing import KnownCourse, known_courses, tasks
from coign.web.learning.matrix import cells_of
from coign.web.learning.opening import ASSIGN, OBSERVE
from coign.web.learning.own import own_training
from coign.web.learning.questioned import questioned
from coign.web.learning.standing import Colleague, colleagues, curriculum, people_of, practice_waits
from coign.web.links import reverse
from coign.web.oversight.work import form, may
from coign.web.reading import reader
from coign.web.therapy.looking import states_of
from coign.web.therapy.track import local_day

APPROVE = "training.approve_course"


def own(actor: Actor) -> list[Matter]:
    """Lessons to read and courses to take."""
    if not may("training.start_attempt", actor):
        return []
    found = own_training(actor)
    lessons = [
        Matter(row["title"], row["task"], _("A lesson to read"), _("Read it"), row["url"]) for row in found["lessons"]
    ]
    return lessons + [
        Matter(_("Course “%s”") % row["title"], "", row["word"], row["label"], row["url"])
        for row in found["courses"]
        if row.get("waits")
    ]


def to_watch(actor: Actor) -> list[Matter]:
    """Colleagues who passed the questions of a course and whose practice this person can watch."""
    held, asks, now = reader().state(QUALIFICATIONS, actor.person), curriculum(), acting.now()
    able = {task for task in _practised() if held.of(task) is not None and not obstacles(task, held, asks, now)}
    if not able or not may(OBSERVE, actor):
        return []
    return [
        Matter(
            _("Watch %s practise") % who.name, title, _("Waits to be watched"), _("Record what you watched"),
            form(OBSERVE, {"person": who.person, "course": course, "task": task}),
        )
        for who, course, task, title in waiting_practice(actor)
        if task in able
    ]  # fmt: skip


def _practised() -> dict[str, KnownCourse]:
    """Tasks that are learned by a course and by practice."""
    in_force = (known for known in known_courses().values() if known.in_force is not None)
    return {task: known for known in in_force if known.shown.practice != "never" for task in known.shown.tasks}


def waiting_practice(actor: Actor) -> Iterator[tuple[Colleague, Course, str, str]]:
    """Everybody else of the house who waits to be watched, at which task of which course.

    Only who passed a course lately is looked at, `PASSED_KEPT_MAX` a course: not more where more people work.
    """
    known, titles = known_courses(), tasks(known_courses())
    house = actor.organisation
    cohorts = [cohort_of(course, house) for course, each in known.items() if each.in_force is not None]
    passed = {learner for state in states_of(PASSED, cohorts).values() for learner in state.learners}
    for who in colleagues({person_of(learner) for learner in passed} - {actor.person}, house, house):
        for learning in who.learning.courses:
            course = known.get(learning.course)
            if course is not None and course.in_force is not None:
                for task in practice_waits(who, learning, course.shown):
                    yield who, course.course, task, titles[task].title


def attempts(actor: Actor) -> list[Matter]:
    """Answers that look like somebody else's."""
    return [
        Matter(row["title"], row["ids"][0], row["word"], row["action"]["label"], row["action"]["url"], row["status"])
        for row in questioned(actor)
    ]


def courses(actor: Actor) -> list[Matter]:
    """Courses that another person proposed."""
    if not may(APPROVE, actor):
        return []
    return [
        Matter(
            _("Course “%s”") % c.newest.title, _("Version %s") % c.newest.version, _("Waits for approval"),
            _("Read and approve"), form(APPROVE, {"course": c.course, "version": c.newest.digest}),
        )
        for c in known_courses().values()
        if c.state.proposed == c.newest.digest and c.state.proposed_by != actor.person
    ]  # fmt: skip


def gaps(actor: Actor) -> list[Matter]:
    """For trainers: who needs a task and has not begun, and whose qualification ends soon."""
    if not may(ASSIGN, actor):
        return []
    now, all_tasks = acting.now(), tasks(known_courses())
    everybody = people_of(actor.organisation, actor.organisation)
    cells = cells_of(everybody, all_tasks, actor.organisation, now)
    return [
        Matter(
            who.name, task.title, _("Ends soon") if cell.until is not None else _("Needed, not begun"), _("Open"),
            f"{reverse('training')}?{urlencode({'person': str(who.person), 'of': task.id})}#opens", cell.status,
            local_day(cell.until) if cell.until is not None else "",
        )
        for who in everybody
        for task in all_tasks.values()
        if (cell := cells[who.person, task.id]).status in ("look", "not_yet")
    ]  # fmt: skip
