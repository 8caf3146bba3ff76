"""What somebody has to learn now: lessons first, then courses, then what ends."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from coign import rulesets
from coign.kernel.values import Actor
from coign.training.events import HOUSE
from coign.training.state import LESSON, Learning
from coign.training.views import CURRICULUM, unread_lessons
from coign.web import acting
from coign.web.learning.knowing import KnownCourse, known_courses, tasks
from coign.web.learning.standing import Colleague, oneself, practice_waits, standing
from coign.web.reading import reader
from coign.web.therapy.looking import states_of


def own_training(actor: Actor) -> dict[str, Any]:
    """What whoever is signed in has to learn, and what they may do."""
    me, now, known = oneself(actor.person, actor.organisation), acting.now(), known_courses()
    asks, all_tasks = reader().state(CURRICULUM, HOUSE), tasks(known)
    roles = me.roles(actor.organisation, now)
    mine = {
        t.id: s for t in all_tasks.values() if (s := standing(me, t, asks, roles, now)).status or me.skills.of(t.id)
    }
    unread = {lesson: t for t in mine for lesson in unread_lessons(me.skills, t, asks)}
    lessons = states_of(LESSON, unread)
    return {
        "lessons": [
            {
                "title": state.title,
                "task": all_tasks[unread[lesson]].title,
                "url": reverse("lesson", args=[lesson.identifier]),
            }
            for lesson, state in lessons.items()
        ],
        "courses": [
            row for learning in me.learning.courses
            if learning.course in known and (row := _course(me, learning, known[learning.course])) is not None
        ],
        "skills": [
            {
                "title": all_tasks[id].title,
                "cell": cell,
                "until": cell.until.moment if cell.until is not None else None,
                "course": reverse("course", args=[course.course.identifier])
                if (course := all_tasks[id].course) is not None
                else "",
            }
            for id, cell in mine.items()
        ],
        "transcript": reverse("transcript", args=[str(actor.person)]),
    }  # fmt: skip


def _course(me: Colleague, learning: Learning, known: KnownCourse) -> dict[str, Any] | None:
    """A course that is not behind this person yet; None: it is."""
    course, url = known.shown, reverse("course", args=[known.course.identifier])
    row: dict[str, Any] = {"title": course.title, "due": learning.due.moment if learning.due is not None else None}
    if is_running(learning):
        attempt = reverse("attempt", args=[learning.open.identifier])  # type: ignore[union-attr]
        open_ = {"status": "running", "word": _("Questions are open"), "url": attempt, "label": _("Go on")}
        return row | open_ | {"waits": True}
    if learning.passed is not None and learning.passed.in_question:
        return row | {"status": "look", "word": _("A trainer looks into it"), "url": url, "label": _("Open")}
    if learning.is_passed:
        if not practice_waits(me, learning, course):
            return None
        return row | {
            "status": "running",
            "word": _("Passed; practice is still to be watched"),
            "url": url,
            "label": _("Open"),
        }
    if learning.attempts >= course.attempts_max:
        return row | {
            "status": "stop",
            "word": _("No attempt is left; talk with a trainer"),
            "url": url,
            "label": _("Open"),
        }
    word = _("%s attempts left") % (course.attempts_max - learning.attempts)
    return row | {"status": "not_yet", "word": word, "url": url, "label": _("Take it"), "waits": True}


def is_running(learning: Learning) -> bool:
    """Whether an attempt is open and its time is not over."""
    if learning.open is None or learning.opened_at is None:
        return False
    now = acting.now()
    return now.minutes_since(learning.opened_at) <= rulesets.load().minutes("training.attempt_open_max", now)
