"""Courses and lessons: read the text, answer the questions, see the result with explanations; read a lesson."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from coign import catalogue, rulesets
from coign.kernel.errors import Forbidden, NotFound, Refused
from coign.kernel.subjects import Attempt, Course, Lesson
from coign.kernel.values import Actor, Instant
from coign.training.courses.model import CourseVersion, Question
from coign.training.events import file_of
from coign.training.state import ATTEMPT, LEARNING, LESSON, AttemptState, LessonState
from coign.training.views import QUALIFICATIONS
from coign.web import acting, running
from coign.web.learning.knowing import KnownCourse, courses, known_courses, tasks
from coign.web.learning.own import is_running
from coign.web.learning.questioned import JUDGES, questioned
from coign.web.learning.standing import curriculum
from coign.web.pages.refusals import refusal_words
from coign.web.pages.training import within
from coign.web.reading import reader
from coign.web.therapy.looking import states_of, visible
from coign.web.therapy.people import names_of

START, HAND_IN, ACKNOWLEDGE = "training.start_attempt", "training.hand_in", "training.acknowledge_lesson"
PROPOSE, APPROVE, DECIDE = "training.propose_course", "training.approve_course", "training.decide_attempt"
ATTACH, RETIRE = "training.attach_lesson", "training.retire_lesson"


@require_GET
def every_course(request: HttpRequest) -> HttpResponse:
    """Every course and lesson, and what waits for trainer and quality unit."""
    acting.sees_for(request)
    actor, known = acting.actor_of(request), known_courses()
    titles = tasks(known)
    context = {
        "within": within("courses"),
        "courses": [_course_row(c, actor) for c in known.values()],
        "lessons": [
            {"title": s.title, "task": titles[s.task].title if s.task in titles else s.task, "since": s.since.moment,
             "url": reverse("lesson", args=[lesson.identifier])}
            for lesson, s in states_of(LESSON, [kept.lesson for kept in curriculum().lessons]).items()
            if s.since is not None
        ],
        "questioned": questioned(actor),
        "attach_url": reverse("form", args=[ATTACH]) if _may(ATTACH, actor) else "",
    }  # fmt: skip
    return render(request, "pages/courses.html", context)


def _course_row(known: KnownCourse, actor: Actor) -> dict[str, Any]:
    course, state = known.shown, known.state
    row: dict[str, Any] = {
        "title": course.title,
        "url": reverse("course", args=[course.course.identifier]),
        "fact": _("%(minutes)s min to read, %(right)s of %(drawn)s right")
        % {"minutes": course.reading_minutes, "right": course.pass_mark, "drawn": course.draw},
    }
    named = {"course": str(known.course)}
    if state.proposed is not None and _may(APPROVE, actor):
        row["action"] = {"label": _("Read and approve"), "url": _form(APPROVE, named | {"version": state.proposed})}
    elif state.in_force != known.newest.digest and state.proposed is None and _may(PROPOSE, actor):
        row["action"] = {"label": _("Propose"), "url": _form(PROPOSE, named | {"version": known.newest.digest})}
    if state.proposed is not None:
        return row | {"status": "look", "word": _("Waits for approval")}
    if known.in_force is None:
        return row | {"status": "not_yet", "word": _("Not in force")}
    return row | {"status": "in_order", "word": _("Version %s in force") % known.in_force.version}


def _may(action: str, actor: Actor) -> bool:
    return actor.role in catalogue.ACTIONS[action].roles


def _form(action: str, known: Mapping[str, str]) -> str:
    return f"{reverse('form', args=[action])}?{urlencode(known)}"


# One course


@require_http_methods(["GET", "POST"])
def one_course(request: HttpRequest, name: str) -> HttpResponse:
    """The text of a course; a button begins the questions."""
    acting.sees_for(request)
    actor, known = acting.actor_of(request), known_courses().get(Course(f"course:{name}"))
    if known is None:
        raise NotFound(f"there is no course {name}")
    refused = None
    if request.method == "POST":
        asked = acting.request_for(
            request, START, {"course": str(known.course)}, nonce=request.POST.get("key") or acting.new_key()
        )
        try:
            done = acting.perform(asked)
            attempt = next(s for s in done.entries[0].subjects if s.startswith("attempt:"))
            return HttpResponseRedirect(reverse("attempt", args=[attempt.partition(":")[2]]))
        except Refused as error:
            refused = error
    return _course_page(request, known, actor, refused)


def _course_page(request: HttpRequest, known: KnownCourse, actor: Actor, refused: Refused | None) -> HttpResponse:
    learning = reader().state(LEARNING, file_of(actor.person)).of(known.course)
    titles = tasks(known_courses())
    attempt = learning.open if learning is not None and is_running(learning) else None
    context = {
        "within": within(""),
        "course": known.shown,
        "is_in_force": known.in_force is not None,
        "tasks": [titles[t].title for t in known.shown.tasks],
        "assigned": learning is not None,
        "passed": learning is not None and learning.is_passed,
        "left": known.shown.attempts_max - learning.attempts if learning is not None else 0,
        "open_url": reverse("attempt", args=[attempt.identifier]) if attempt is not None else "",
        "refusal": refusal_words(refused) if refused is not None else None,
        "key": acting.new_key(),
        "minutes": rulesets.load().minutes("training.attempt_open_max", acting.now()),
    }  # fmt: skip
    return render(request, "pages/course.html", context, status=409 if refused is not None else 200)


# One attempt


@require_http_methods(["GET", "POST"])
def one_attempt(request: HttpRequest, name: str) -> HttpResponse:
    """The questions while the attempt is open; afterwards the result, with what is right and why."""
    organisation = acting.sees_for(request)
    actor, attempt = acting.actor_of(request), _attempt(name)
    state = reader().state(ATTEMPT, attempt)
    if state.version is None or attempt not in visible([attempt], organisation):
        raise NotFound(f"there is no attempt {name}")
    if actor.person != state.person and actor.role not in JUDGES:
        raise Forbidden("answers are seen by whoever gave them, by trainers and by the quality unit")
    if not courses().known(state.version):
        raise NotFound("the file of the version that was begun is not here any more")
    version = courses().version(state.version)
    if state.result:
        return render(request, "pages/attempt_result.html", _result(attempt, state, version, actor))
    if actor.person != state.person:
        raise Forbidden("these questions are somebody else's")
    if request.method == "GET":
        return _questions_page(request, attempt, state, version, {})
    return _handed_in(request, attempt, state, version)


def _attempt(name: str) -> Attempt:
    try:
        return Attempt.of(name)
    except ValueError as error:
        raise NotFound(f"there is no attempt {name}") from error


def _handed_in(request: HttpRequest, attempt: Attempt, state: AttemptState, version: CourseVersion) -> HttpResponse:
    chosen = {q: request.POST.getlist(f"answer-{q}") for q in state.drawn}
    missing = [n for n, q in enumerate(state.drawn, 1) if not chosen[q]]
    if missing:
        return _questions_page(request, attempt, state, version, chosen, missing=missing)
    answers = [{"question": q, "chosen": list(options)} for q, options in chosen.items()]
    command = {"attempt": str(attempt), "answers": answers}
    asked = acting.request_for(request, HAND_IN, command, nonce=request.POST.get("key") or acting.new_key())
    try:
        acting.perform(asked)
    except Refused as refused:
        return _questions_page(request, attempt, state, version, chosen, refused=refused)
    return HttpResponseRedirect(reverse("attempt", args=[attempt.identifier]))


def _questions_page(
    request: HttpRequest,
    attempt: Attempt,
    state: AttemptState,
    version: CourseVersion,
    chosen: Mapping[str, Sequence[str]],
    *,
    missing: Sequence[int] = (),
    refused: Refused | None = None,
) -> HttpResponse:
    assert state.started_at is not None
    open_min = rulesets.load().minutes("training.attempt_open_max", acting.now())
    context = {
        "within": within(""),
        "course": version,
        "pass_mark": state.pass_mark,
        "questions": [
            {
                "id": q,
                "number": number,
                "question": version.question(q),
                "missing": number in missing,
                "options": [
                    {"name": o, "text": text, "chosen": o in chosen.get(q, ())}
                    for o, text in version.options_shown(attempt.identifier, q)
                ],
            }
            for number, q in enumerate(state.drawn, 1)
        ],
        "missing": missing,
        "until": state.started_at.plus(minutes=open_min).moment,
        "refusal": refusal_words(refused) if refused is not None else None,
        "key": acting.new_key(),
    }
    status = 409 if refused is not None else 422 if missing else 200
    return render(request, "pages/attempt.html", context, status=status)


def _result(attempt: Attempt, state: AttemptState, version: CourseVersion, actor: Actor) -> dict[str, Any]:
    answers = {a.question: a.chosen for a in state.answers}
    assert state.person is not None
    mine = actor.person == state.person
    learning = reader().state(LEARNING, file_of(state.person)).of(version.course)
    held = reader().state(QUALIFICATIONS, state.person)
    titles = tasks(known_courses())
    return {
        "within": within(""),
        "course": version,
        "state": state,
        "mine": mine,
        "name": names_of([str(state.person)], str(actor.organisation))[str(state.person)],
        "handed_in": state.handed_in_at.moment if state.handed_in_at is not None else None,
        "minutes": round(_minutes(state.started_at, state.handed_in_at)),
        "drawn": len(state.drawn),
        "rows": [_answer_row(n, version.question(q), answers[q]) for n, q in enumerate(state.drawn, 1)],
        "earned": [titles[t].title for t in version.tasks if (h := held.of(t)) is not None and h.attempt == attempt],
        "practice": version.practice != "never",
        "left": version.attempts_max - learning.attempts if learning is not None else 0,
        "again_url": reverse("course", args=[version.course.identifier]),
        "decide_url": _form(DECIDE, {"attempt": str(attempt)})
        if state.result == "in_question" and _may(DECIDE, actor) and not mine
        else "",
        "other_url": reverse("attempt", args=[state.alike.identifier]) if state.alike is not None and not mine else "",
    }


def _minutes(since: Instant | None, until: Instant | None) -> float:
    return until.minutes_since(since) if since is not None and until is not None else 0.0


def _answer_row(number: int, question: Question, chosen: Sequence[str]) -> dict[str, Any]:
    right = question.is_right(chosen)
    return {
        "number": number,
        "ask": question.ask,
        "right": right,
        "status": "in_order" if right else "stop",
        "word": _("Right") if right else _("Wrong"),
        "chosen": [question.options[o] for o in chosen],
        "correct": [question.options[o] for o in question.right],
        "because": question.because,
    }


# One lesson


@require_http_methods(["GET", "POST"])
def one_lesson(request: HttpRequest, name: str) -> HttpResponse:
    """What was learned from something that went wrong; read, and confirmed."""
    acting.sees_for(request)
    actor, lesson = acting.actor_of(request), _lesson(name)
    state = reader().state(LESSON, lesson)
    if state.since is None:
        raise NotFound(f"there is no lesson {name}")
    refused = None
    if request.method == "POST":
        asked = acting.request_for(
            request, ACKNOWLEDGE, {"lesson": str(lesson)}, nonce=request.POST.get("key") or acting.new_key()
        )
        try:
            acting.perform(asked)
            return HttpResponseRedirect(reverse("own-training"))
        except Refused as error:
            refused = error
    titles = tasks(known_courses())
    context = {
        "within": within(""),
        "lesson": state,
        "since": state.since.moment,
        "task": titles[state.task].title if state.task in titles else state.task,
        "paragraphs": _paragraphs(state),
        "read": lesson in states_of(QUALIFICATIONS, [actor.person])[actor.person].read,
        "may": _may(ACKNOWLEDGE, actor),
        "retire_url": _form(RETIRE, {"lesson": str(lesson)}) if _may(RETIRE, actor) and not state.retired_at else "",
        "refusal": refusal_words(refused) if refused is not None else None,
        "key": acting.new_key(),
    }
    return render(request, "pages/lesson.html", context, status=409 if refused is not None else 200)


def _lesson(name: str) -> Lesson:
    try:
        return Lesson.of(name)
    except ValueError as error:
        raise NotFound(f"there is no lesson {name}") from error


def _paragraphs(state: LessonState) -> list[str]:
    """The text, opened from the vault; empty when it was erased."""
    assert state.text is not None
    vault, commitment = running.service().vault, bytes.fromhex(state.text.commitment)
    with vault.pool.connection() as connection:
        opened = vault.vault.open(connection, [commitment])
    text = opened[commitment].value if commitment in opened else ""
    return [part.strip() for part in text.split("\n\n") if part.strip()]
