"""Training: the matrix of who may do what, one's own courses, anybody's transcript, and who could have done a step."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from coign import catalogue
from coign.kernel.errors import Invalid, NotFound
from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Instant
from coign.people.views import ORGANISATION
from coign.web import acting, as_of, running
from coign.web.learning import choices, past  # noqa: F401  # the lists of their forms register themselves
from coign.web.learning.knowing import PRODUCTION, known_courses, tasks
from coign.web.learning.matrix import matrix
from coign.web.learning.own import own_training
from coign.web.learning.transcript import transcript
from coign.web.people.deeds import may_look_at
from coign.web.roles import role_words
from coign.web.therapy.looking import every
from coign.web.therapy.people import names_of
from coign.web.therapy.story import place_words


def within(here: str) -> list[dict[str, Any]]:
    """The small menu of the pages of training."""
    labels = {
        "training": _("Who may do what"), "own-training": _("My training"), "courses": _("Courses and lessons"),
        "who-could": _("Who could have done it"),
    }  # fmt: skip
    return [{"url": reverse(name), "label": label, "active": name == here} for name, label in labels.items()]


@require_GET
def who_may(request: HttpRequest) -> HttpResponse:
    """Who may do what today, what ends soon, and what opens a shut gate."""
    acting.sees_for(request)
    actor = acting.actor_of(request)
    context = matrix(request.GET, actor) | {"within": within("training")}
    return render(request, "pages/training.html", context)


@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """What the person who is signed in has to learn."""
    acting.sees_for(request)
    context = own_training(acting.actor_of(request)) | {"within": within("own-training")}
    return render(request, "pages/training_own.html", context)


@require_GET
def of_person(request: HttpRequest, name: str) -> HttpResponse:
    """Somebody's transcript, now or at any instant."""
    organisation = acting.sees_for(request)
    try:
        person = Person.parse(name)
    except ValueError as error:
        raise Invalid.at("person", str(error)) from error
    at = instant_asked(request)
    found = transcript(person, at, organisation)
    if found is None:
        raise NotFound(f"{person.identifier} is not known here at that time")
    more = {"within": within(""), "asked": as_of.in_field(at), "deeds": _deeds(request, person)}
    return render(request, "pages/training_person.html", found | more)


def _deeds(request: HttpRequest, person: Person) -> str:
    """The way to everything this person did, for whoever may ask."""
    return reverse("deeds", args=[person]) if may_look_at(acting.actor_of(request), [person]) else ""


def instant_asked(request: HttpRequest) -> Instant:
    """The instant in the address, as a browser writes it or with a zone; now when there is none."""
    text = request.GET.get("at", "").strip()
    return as_of.instant(text, "at", "a day and a time such as 2026-03-03T14:00") if text else acting.now()


# Who could have done it


@require_GET
def who_could(request: HttpRequest) -> HttpResponse:
    """Who could have done a step at an instant, with the entries that show it (TRN-S6)."""
    organisation = acting.sees_for(request)
    places = every(ORGANISATION, Organisation)
    asked, at = request.GET.get("what", ""), instant_asked(request)
    place = next((o for o in places if str(o) == request.GET.get("place")), organisation)
    steps = _steps()
    context: dict[str, Any] = {
        "within": within("who-could"),
        "places": [(str(o), place_words(str(o), places), o == place) for o in places],
        "groups": [(group, [(key, words, key == asked) for key, words in rows]) for group, rows in _grouped(steps)],
        "asked": as_of.in_field(at),
    }
    if asked in steps:
        words, task, roles = steps[asked]
        context |= {"words": words.replace("|", ": "), "place": place_words(str(place), places)}
        context |= _answered(past.who_could(task, roles, place, at), task, organisation)
    return render(request, "pages/training_who.html", context)


def _steps() -> dict[str, tuple[str, str, frozenset[str]]]:
    """Everything that asks for a task: its key → its words, the task, who does it."""
    found: dict[str, tuple[str, str, frozenset[str]]] = {}
    for version in running.service().programmes.all():
        name = f"{version.title}, version {version.version}"
        for number, step in enumerate(version.steps, 1):
            key, roles = f"step/{version.digest[:12]}/{step.id}", catalogue.ACTIONS[PRODUCTION].roles
            found[key] = (
                f"{name}|" + _("Step %(n)s: %(title)s") % {"n": number, "title": step.title},
                step.task,
                roles,
            )
        for act in version.journey:
            if act.task:
                found[f"act/{version.digest[:12]}/{act.id}"] = (f"{name}|{act.title}", act.task, frozenset(act.roles))
    for task in tasks(known_courses()).values():
        found[f"task/{task.id}"] = (f"{_('Tasks')}|{task.title}", task.id, frozenset(task.roles))
    return found


def _grouped(steps: dict[str, tuple[str, str, frozenset[str]]]) -> list[tuple[str, list[tuple[str, str]]]]:
    groups: dict[str, list[tuple[str, str]]] = {}
    for key, (words, _task, _roles) in steps.items():
        group, _bar, title = words.partition("|")
        groups.setdefault(group, []).append((key, title))
    return list(groups.items())


def _answered(answer: past.Answer, task: str, reads_for: Organisation) -> dict[str, Any]:
    names = names_of([str(t.person) for t in answer.people], str(reads_for))
    rows = [_row(t, names[str(t.person)]) for t in answer.people if t.roles or t.skills.of(task)]
    rows.sort(key=lambda row: str(row["name"]).casefold())
    return {
        "answered": True,
        "at": answer.at.moment,
        "length": answer.length,
        "whole": answer.whole,
        "could": [row for row in rows if row["could"]],
        "could_not": [row for row in rows if not row["could"]],
        "looked_at": len(answer.people),
    }


def _row(then: past.Then, name: str) -> dict[str, Any]:
    words = {
        "not_qualified": _("not qualified"), "ended": _("qualification ended"), "renewal": _("new version not taken"),
        "lessons": _("a lesson was unread"),
    }  # fmt: skip
    why = [words[o.why] for o in then.obstacles] if then.roles else [_("held no role for it")]
    evidence = {"role": _("role"), "qualification": _("qualification"), "extension": _("extension")}
    return {
        "name": name,
        "url": reverse("transcript", args=[str(then.person)]),
        "roles": ", ".join(role_words(r) for r in then.roles),
        "could": then.could,
        "why": ", ".join(why),
        "evidence": [(evidence[what], position) for what, position in then.evidence],
    }
