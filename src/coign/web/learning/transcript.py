"""Somebody's transcript at any instant: what they could do then, and everything that led there, with its entries."""

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from coign.kernel.facts import Fact
from coign.kernel.subjects import Organisation, Person, Subject
from coign.kernel.values import Instant
from coign.ledger.entries import Entry
from coign.people.events import PersonLeft, PersonRegistered, RoleGranted, RoleRevoked
from coign.people.views import AUTHORITY, Authority
from coign.training.events import (
    HOUSE,
    AnswersAlike,
    AttemptDecided,
    AttemptHandedIn,
    AttemptStarted,
    CourseAssigned,
    ExtensionApproved,
    ExtensionAsked,
    LessonRead,
    PracticeObserved,
    QualificationEarned,
    QualificationRevoked,
    Qualified,
    file_of,
)
from coign.training.views import CURRICULUM, QUALIFICATIONS, end_of, obstacles
from coign.web.learning import past
from coign.web.learning.knowing import KnownCourse, Task, known_courses, tasks
from coign.web.roles import role_words
from coign.web.therapy.looking import visible, visible_entries
from coign.web.therapy.people import names_of

RESULTS = {
    "passed": gettext_lazy("passed"),
    "failed": gettext_lazy("not passed"),
    "in_question": gettext_lazy("in question"),
}


def transcript(person: Person, at: Instant, reads_for: Organisation) -> dict[str, Any] | None:
    """The page of one person at an instant; None when nobody of this name was known by then."""
    length = past.length_at(at)
    file = file_of(person)
    subjects: list[Subject] = [person, *visible([file], reads_for)]
    entries = past.entries_about(subjects, length)
    if not entries:
        return None
    known = known_courses()
    titles = tasks(known)
    asks = past.folded(CURRICULUM, HOUSE, past.told(past.entries_about([HOUSE], length)))
    happened = past.told(entries)
    held, authority = past.folded(QUALIFICATIONS, person, happened), past.folded(AUTHORITY, person, happened)
    seen = {e.position for e in visible_entries(entries, reads_for)}
    lines = [line for e in entries if (line := _line(e, person, known, titles, e.position in seen)) is not None]
    names = names_of({str(person), *(line["by"] for line in lines)}, str(reads_for))
    return {
        "person": person,
        "name": names[str(person)],
        "at": at.moment,
        "roles": _roles(authority, at),
        "left": authority.left,
        "private": file in subjects,
        "skills": [
            {
                "task": titles[q.task].title if q.task in titles else q.task,
                "since": q.since.moment,
                "until": end_of(q, asks).moment,
                "open": not (shut := obstacles(q.task, held, asks, at)),
                "why": ", ".join(str(_WHY[o.why]) for o in shut),
                "by": _("course %s") % q.course.identifier if q.course is not None else _("certificate"),
            }
            for q in sorted(held.held, key=lambda q: q.task)
        ],
        "lines": [line | {"by": names[line["by"]]} for line in reversed(lines)],
    }


_WHY = {
    "not_qualified": gettext_lazy("not qualified"),
    "ended": gettext_lazy("ended"),
    "renewal": gettext_lazy("the course has a new version"),
    "lessons": gettext_lazy("a lesson is unread"),
}


def _roles(authority: Authority, at: Instant) -> list[str]:
    return sorted({role_words(g.role) for g in authority.grants if authority.holds(g.role, g.organisation, at)})


def _line(
    entry: Entry, person: Person, known: Mapping[Any, KnownCourse], titles: Mapping[str, Task], seen: bool
) -> dict[str, Any] | None:
    """One entry in words; None when it says nothing about training."""
    if entry.outcome == "refused":
        return None
    words = [said for fact in entry.facts if (said := _words(fact, known, titles))]
    if not words:
        return None
    return {
        "time": entry.time.moment,
        "words": "; ".join(words),
        "by": str(entry.actor.person),
        "own": entry.actor.person == person,
        "position": entry.position if seen else None,
    }


def _words(fact: Fact, known: Mapping[Any, KnownCourse], titles: Mapping[str, Task]) -> str:
    def course(subject: Any) -> str:
        return known[subject].shown.title if subject in known else str(subject.identifier)

    def task(id: str) -> str:
        return titles[id].title if id in titles else id

    match fact:
        case PersonRegistered():
            return _("registered")
        case RoleGranted(role=role):
            return _("role %s granted") % role_words(role)
        case RoleRevoked(role=role):
            return _("role %s taken away") % role_words(role)
        case PersonLeft():
            return _("left")
        case CourseAssigned():
            return _("course “%s” assigned") % course(fact.course)
        case AttemptStarted():
            return _("questions of “%s” begun") % course(fact.course)
        case AttemptHandedIn():
            return _("answers to “%(course)s” handed in: %(right)s of %(all)s right, %(result)s") % {
                "course": course(fact.course), "right": fact.right, "all": fact.right + len(fact.wrong),
                "result": RESULTS[fact.result],
            }  # fmt: skip
        case AnswersAlike():
            return _("answers look like somebody else's")
        case AttemptDecided(verdict=verdict):
            return _("attempt decided: %s") % (_("it counts") if verdict == "counts" else _("void"))
        case PracticeObserved():
            said = _("mastered") if fact.mastered else _("needs more practice")
            return _("practice of “%(task)s” watched: %(said)s") % {"task": task(fact.task), "said": said}
        case QualificationEarned():
            return _("qualified for “%s” by the course") % task(fact.task)
        case Qualified():
            return _("qualified for “%s” by a certificate") % task(fact.task)
        case QualificationRevoked():
            return _("qualification for “%s” taken away") % task(fact.task)
        case ExtensionAsked():
            return _("extension of “%s” asked for") % task(fact.task)
        case ExtensionApproved():
            return _("extension of “%s” approved") % task(fact.task)
        case LessonRead():
            return _("lesson on “%s” read") % task(fact.task)
        case _:
            return ""
