"""What opens a shut gate: the course, the practice, the lessons, and the one next thing that this reader can do."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from coign import catalogue
from coign.kernel.subjects import Lesson, Person
from coign.kernel.values import Actor
from coign.training.state import LESSON
from coign.training.views import QUALIFICATIONS, obstacles, unread_lessons
from coign.web import acting
from coign.web.learning.knowing import Task
from coign.web.learning.standing import Colleague, Standing, curriculum, learning_of
from coign.web.reading import reader
from coign.web.therapy.looking import states_of

NAMED_MAX = 4
ASSIGN, OBSERVE, CERTIFY = "training.assign_course", "training.observe_practice", "training.qualify"
ASK, AGREE = "training.ask_extension", "training.approve_extension"


def panel(
    who: Colleague,
    task: Task,
    everybody: Sequence[Colleague],
    cells: Mapping[tuple[Person, str], Standing],
    actor: Actor,
) -> dict[str, Any]:
    """One cell opened: what holds, what opens it, what comes next."""
    cell = cells[who.person, task.id]
    lessons = lessons_of(who, task)
    return {
        "name": who.name,
        "task": task.title,
        "cell": cell,
        "until": cell.until.moment if cell.until is not None else None,
        "evidence": reverse("transcript", args=[str(who.person)]),
        "steps": [] if cell.may else _steps(who, task, everybody, cells, lessons),
        "actions": [] if cell.may else _actions(who, task, actor, lessons),
        "extension": _extension(who, task, cell, actor),
    }


def lessons_of(who: Colleague, task: Task) -> list[tuple[Lesson, str]]:
    """The lessons of a task that this person has not read, with their titles."""
    unread = unread_lessons(who.skills, task.id, curriculum())
    return [(lesson, state.title) for lesson, state in states_of(LESSON, unread).items()]


def _steps(
    who: Colleague,
    task: Task,
    everybody: Sequence[Colleague],
    cells: Mapping[tuple[Person, str], Standing],
    lessons: Sequence[tuple[Lesson, str]],
) -> list[dict[str, Any]]:
    """What has to be in the record, with what is there already."""
    steps: list[dict[str, Any]] = []
    needs_skill = any(o.why != "lessons" for o in cells[who.person, task.id].obstacles)
    if needs_skill and task.course is not None:
        course, learning = task.course.shown, learning_of(who, task)
        passed = learning is not None and learning.is_passed and learning.passed is not None
        passed = passed and learning.passed.version == course.digest  # type: ignore[union-attr]
        words = _("Course “%(title)s” version %(version)s, %(minutes)s min, %(right)s of %(drawn)s right") % {
            "title": course.title, "version": course.version, "minutes": course.reading_minutes,
            "right": course.pass_mark, "drawn": course.draw,
        }  # fmt: skip
        steps.append({"words": words, "done": passed, "url": reverse("course", args=[course.course.identifier])})
        if course.practice == "always" or (course.practice == "first" and who.skills.of(task.id) is None):
            steps.append({"words": _watched_by(who, task, everybody, cells), "done": False, "url": ""})
    elif needs_skill:
        steps.append(
            {"words": _("A certificate of observed practice that a trainer accepts"), "done": False, "url": ""}
        )
    for lesson, title in lessons:
        steps.append(
            {"words": _("The lesson “%s”") % title, "done": False, "url": reverse("lesson", args=[lesson.identifier])}
        )
    return steps


def _watched_by(
    who: Colleague, task: Task, everybody: Sequence[Colleague], cells: Mapping[tuple[Person, str], Standing]
) -> str:
    able = [c.name for c in everybody if c.person != who.person and cells[c.person, task.id].may]
    if not able:
        return _("Practice, watched by somebody qualified: nobody here is")
    more = len(able) - NAMED_MAX
    named = _(" or ").join(able[:NAMED_MAX])
    if more > 0:
        named += ngettext(" or %s more", " or %s more", more) % more
    return _("Practice, watched by a qualified colleague: %s") % named


def _actions(who: Colleague, task: Task, actor: Actor, lessons: Sequence[tuple[Lesson, str]]) -> list[dict[str, Any]]:
    """What this reader can do about it; the first is the next thing."""
    found: list[dict[str, Any]] = []
    course, learning = task.course, learning_of(who, task)
    named = {"person": str(who.person), "task": task.id}
    if who.person == actor.person:
        if lessons:
            found.append({"label": _("Read the lesson"), "url": reverse("lesson", args=[lessons[0][0].identifier])})
        if course is not None and learning is not None and not learning.is_passed:
            found.append({"label": _("Take the course"), "url": reverse("course", args=[course.course.identifier])})
    elif course is not None and course.in_force is not None:
        of_course = {"person": str(who.person), "course": str(course.course)}
        if _may(ASSIGN, actor) and (learning is None or learning.is_passed):
            found.append({"label": _("Assign the course"), "url": _form(ASSIGN, of_course)})
        if learning is not None and learning.is_passed and _is_able(task, actor):
            found.append({"label": _("Record what you watched"), "url": _form(OBSERVE, of_course | named)})
    elif _may(CERTIFY, actor):
        found.append({"label": _("Accept a certificate"), "url": _form(CERTIFY, named)})
    for number, button in enumerate(found):
        button["kind"] = "plain" if number else "primary"
    return found


def _is_able(task: Task, actor: Actor) -> bool:
    """Whether the reader may do the task: only who may do it can watch others at it."""
    own = reader().state(QUALIFICATIONS, actor.person)
    return not obstacles(task.id, own, curriculum(), acting.now())


def _extension(who: Colleague, task: Task, cell: Standing, actor: Actor) -> dict[str, Any] | None:
    """The way through an emergency: asked for by one, approved by the quality unit."""
    if cell.status != "stop" or not any(o.why in ("ended", "renewal") for o in cell.obstacles):
        return None
    named = {"person": str(who.person), "task": task.id}
    if _may(AGREE, actor):
        return {"label": _("Approve an extension that was asked for"), "url": _form(AGREE, named)}
    return {"label": _("Ask for an extension in an emergency"), "url": _form(ASK, named)} if _may(ASK, actor) else None


def _may(action: str, actor: Actor) -> bool:
    return actor.role in catalogue.ACTIONS[action].roles


def _form(action: str, known: Mapping[str, str]) -> str:
    return f"{reverse('form', args=[action])}?{urlencode(known)}"
