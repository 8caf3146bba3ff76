"""Who may perform which task: certificates, courses, attempts, practice, extensions, lessons."""

from typing import Any

from tests.support.plant import FILE, OPERATOR, OPERATOR_2, OPERATOR_3, QA, SEALED, TRAINER, Plant
from tests.support.plant_cases import nothing, then
from tests.support.school import (
    A1,
    A2,
    ABSENT,
    ASEPTIC,
    ASEPTIC_2,
    CASE,
    LESSON,
    PROGRAMMES,
    SHORT,
    TASK,
    School,
    allow,
    refuse,
)

from coign import rulesets
from coign.kernel.subjects import Case, Course, Lesson, Organisation, Person
from coign.kernel.values import Actor

TRAINER_2 = Actor(Person.of("trainer-2"), "trainer", TRAINER.organisation)
ELSEWHERE = Actor(Person.of("trainer-9"), "trainer", Organisation.of("elsewhere"))
TRAINER_AS_QA = Actor(TRAINER.person, "qa", TRAINER.organisation)
OPERATOR_AS_TRAINER = Actor(OPERATOR_2.person, "trainer", OPERATOR_2.organisation)
OPERATOR_AS_QA = Actor(OPERATOR.person, "qa", OPERATOR.organisation)


def granted(actor: Actor, role: str) -> Any:
    return lambda p: p.granted(actor, role)


# Certificates from elsewhere

QUALIFY, REVOKE = "training.qualify", "training.revoke_qualification"
FILLING = {"person": OPERATOR.person, "task": "filling", "why": SEALED}


def certificate(p: Plant, **changed: Any) -> dict[str, Any]:
    good = {"person": OPERATOR.person, "task": "filling", "until": p.now.plus(days=300), "evidence": FILE}
    return {**good, **changed}


allow(QUALIFY, TRAINER, nothing, certificate)
refuse(QUALIFY, "trainee_is_active", TRAINER, nothing, lambda p: certificate(p, person=Person.of("nobody")))
refuse(QUALIFY, "assessor_is_another", TRAINER, nothing, lambda p: certificate(p, person=TRAINER.person))
refuse(QUALIFY, "task_is_known", TRAINER, nothing, lambda p: certificate(p, task="juggling"))
refuse(QUALIFY, "end_lies_ahead", TRAINER, nothing, lambda p: certificate(p, until=p.now))
refuse(QUALIFY, "end_is_in_reach", TRAINER, nothing, lambda p: certificate(p, until=p.now.plus(days=366, minutes=1)))
refuse(
    QUALIFY,
    "end_is_in_reach",
    TRAINER,
    nothing,
    lambda p: certificate(p, until=p.now.plus(days=300), certified_on=p.now.plus(days=-67)),
)
refuse(
    QUALIFY,
    "certificate_is_of_the_past",
    TRAINER,
    nothing,
    lambda p: certificate(p, certified_on=p.now.plus(days=1)),
)

allow(REVOKE, TRAINER, lambda p: p.qualify(OPERATOR, "filling"), FILLING)
refuse(REVOKE, "qualification_is_held", TRAINER, nothing, FILLING)

# Versions of courses

PROPOSE, APPROVE = "training.propose_course", "training.approve_course"
FIRST_VERSION = {"course": ASEPTIC.course, "version": ASEPTIC.digest}
SECOND_VERSION = {"course": ASEPTIC.course, "version": ASEPTIC_2.digest}


def proposed(s: School) -> None:
    s.act(PROPOSE, TRAINER, **FIRST_VERSION)


def in_force(s: School) -> None:
    s.in_force()


allow(PROPOSE, TRAINER, nothing, FIRST_VERSION)
allow(PROPOSE, TRAINER, in_force, SECOND_VERSION)
refuse(PROPOSE, "course_file_is_here", TRAINER, nothing, {**FIRST_VERSION, "version": ABSENT})
refuse(PROPOSE, "course_file_is_here", TRAINER, nothing, {**FIRST_VERSION, "course": Course.of("juggling")})
refuse(PROPOSE, "course_is_ours", ELSEWHERE, in_force, SECOND_VERSION)
refuse(PROPOSE, "course_version_is_news", TRAINER, in_force, FIRST_VERSION)

allow(APPROVE, QA, proposed, FIRST_VERSION)
allow(APPROVE, QA, proposed, lambda s: {**FIRST_VERSION, "renew_by": s.now.plus(days=30)})
refuse(APPROVE, "course_version_is_proposed", QA, nothing, FIRST_VERSION)
refuse(APPROVE, "course_version_is_proposed", QA, proposed, SECOND_VERSION)
refuse(APPROVE, "course_file_is_here", QA, proposed, FIRST_VERSION, programmes=PROGRAMMES)
refuse(APPROVE, "course_is_ours", Actor(Person.of("qa-9"), "qa", ELSEWHERE.organisation), proposed, FIRST_VERSION)
refuse(
    APPROVE, "course_approved_by_another", TRAINER_AS_QA, then(granted(TRAINER, "qa"), proposed), FIRST_VERSION
)  # fmt: skip
refuse(APPROVE, "grace_fits", QA, proposed, lambda s: {**FIRST_VERSION, "renew_by": s.now})
refuse(APPROVE, "grace_fits", QA, proposed, lambda s: {**FIRST_VERSION, "renew_by": s.now.plus(days=91)})

# Assigning and taking

ASSIGN, START, HAND_IN = "training.assign_course", "training.start_attempt", "training.hand_in"
TO_OPERATOR = {"person": OPERATOR.person, "course": ASEPTIC.course}
TRY = {"course": ASEPTIC.course, "attempt": A2}


def assigned(s: School) -> None:
    s.in_force()
    s.assigned()


def begun(s: School) -> None:
    assigned(s)
    s.begun()


def passed(s: School) -> None:
    s.in_force()
    s.passed()


def used_up(s: School) -> None:
    assigned(s)
    for _ in range(ASEPTIC.attempts_max):
        s.begun()
        s.handed_in(wrong=3)


allow(ASSIGN, TRAINER, in_force, TO_OPERATOR)
allow(ASSIGN, TRAINER, in_force, lambda s: {**TO_OPERATOR, "due": s.now.plus(days=7)})
allow(ASSIGN, TRAINER, passed, TO_OPERATOR)
allow(ASSIGN, TRAINER, used_up, TO_OPERATOR)
refuse(ASSIGN, "trainee_is_active", TRAINER, in_force, {**TO_OPERATOR, "person": Person.of("nobody")})
refuse(ASSIGN, "course_is_in_force", TRAINER, proposed, TO_OPERATOR)
refuse(ASSIGN, "course_is_in_force", TRAINER, assigned, TO_OPERATOR, programmes=PROGRAMMES)
refuse(ASSIGN, "assignment_is_needed", TRAINER, assigned, TO_OPERATOR)
refuse(ASSIGN, "assignment_is_needed", TRAINER, lambda s: s.shared(), TO_OPERATOR)
refuse(ASSIGN, "due_lies_ahead", TRAINER, in_force, lambda s: {**TO_OPERATOR, "due": s.now})

allow(START, OPERATOR, assigned, TRY)
allow(START, OPERATOR, then(begun, lambda s: s.wait(minutes=91)), TRY)
refuse(START, "course_is_in_force", OPERATOR, assigned, TRY, programmes=PROGRAMMES)
refuse(START, "course_is_assigned", OPERATOR_3, assigned, TRY)
refuse(START, "course_is_assigned", OPERATOR, passed, TRY)
refuse(START, "course_is_assigned", OPERATOR_2, lambda s: s.shared(), {**TRY, "attempt": "attempt:A3"})
refuse(START, "no_attempt_is_open", OPERATOR, begun, TRY)
refuse(START, "attempts_are_left", OPERATOR, used_up, TRY)


def answered(s: School, **changed: Any) -> dict[str, Any]:
    return {"attempt": A1, "answers": s.answers(A1), **changed}


def without_one(s: School) -> dict[str, Any]:
    return answered(s, answers=s.answers(A1)[1:])


def one_twice(s: School) -> dict[str, Any]:
    return answered(s, answers=(*s.answers(A1), s.answers(A1)[0]))


def nothing_chosen(s: School) -> dict[str, Any]:
    first, *rest = s.answers(A1)
    return answered(s, answers=(type(first)(question=first.question, chosen=()), *rest))


def unknown_option(s: School) -> dict[str, Any]:
    first, *rest = s.answers(A1)
    return answered(s, answers=(type(first)(question=first.question, chosen=("z",)), *rest))


allow(HAND_IN, OPERATOR, begun, answered)
allow(HAND_IN, OPERATOR, begun, lambda s: answered(s, answers=s.answers(A1, wrong=8)))
refuse(HAND_IN, "attempt_is_yours", OPERATOR_2, begun, answered)
refuse(HAND_IN, "attempt_is_open", OPERATOR, passed, answered)
refuse(HAND_IN, "attempt_is_in_time", OPERATOR, then(begun, lambda s: s.wait(minutes=91)), answered)
for unfit in (without_one, one_twice, nothing_chosen, unknown_option):
    refuse(HAND_IN, "answers_fit", OPERATOR, begun, unfit)
refuse(HAND_IN, "answers_fit", OPERATOR, begun, answered, programmes=PROGRAMMES)

# Answers that look shared

DECIDE = "training.decide_attempt"
COUNTS: dict[str, Any] = {"attempt": A2, "verdict": "counts", "why": SEALED}
VOID: dict[str, Any] = {"attempt": A1, "verdict": "void", "why": SEALED}

allow(DECIDE, TRAINER, lambda s: s.shared(), COUNTS)
allow(DECIDE, TRAINER, lambda s: s.shared(), VOID)
refuse(DECIDE, "attempt_is_in_question", TRAINER, passed, {**COUNTS, "attempt": A1})
refuse(DECIDE, "attempt_is_in_question", TRAINER, begun, {**COUNTS, "attempt": A1})
refuse(
    DECIDE,
    "decided_by_another",
    OPERATOR_AS_TRAINER,
    then(granted(OPERATOR_2, "trainer"), lambda s: s.shared()),
    {**COUNTS, "attempt": A1},
)

# Observed practice

OBSERVE = "training.observe_practice"
SEEN: dict[str, Any] = {
    "person": OPERATOR.person, "course": ASEPTIC.course, "task": TASK, "mastered": True, "notes": SEALED,
}  # fmt: skip


def with_observer(s: School) -> None:
    s.qualify(OPERATOR_2, TASK)


def ready(s: School) -> None:
    with_observer(s)
    passed(s)


allow(OBSERVE, OPERATOR_2, ready, SEEN)
allow(OBSERVE, OPERATOR_2, ready, {**SEEN, "mastered": False})
refuse(
    OBSERVE,
    "trainee_is_active",
    OPERATOR_2,
    then(ready, lambda s: s.left(OPERATOR)),
    SEEN,
)
refuse(OBSERVE, "assessor_is_another", OPERATOR, then(ready, lambda s: s.qualify(OPERATOR, TASK)), SEEN)
refuse(OBSERVE, "assessor_is_qualified", OPERATOR_3, ready, SEEN)
refuse(OBSERVE, "assessor_is_qualified", OPERATOR_2, then(ready, lambda s: s.lesson()), SEEN)
refuse(OBSERVE, "course_is_in_force", OPERATOR_2, ready, SEEN, programmes=PROGRAMMES)
refuse(
    OBSERVE,
    "task_is_of_the_course",
    OPERATOR_2,
    then(ready, lambda s: s.qualify(OPERATOR_2, "filling")),
    {**SEEN, "task": "filling"},
)
refuse(
    OBSERVE,
    "task_is_of_the_course",
    OPERATOR_2,
    lambda s: (s.qualify(OPERATOR_2, "filling"), s.in_force(SHORT), s.passed(version=SHORT)),
    {**SEEN, "course": SHORT.course, "task": "filling"},
)
refuse(OBSERVE, "theory_comes_first", OPERATOR_2, then(with_observer, assigned), SEEN)
refuse(OBSERVE, "theory_comes_first", OPERATOR_2, then(ready, lambda s: s.in_force(ASEPTIC_2)), SEEN)
refuse(OBSERVE, "theory_comes_first", QA, then(lambda s: s.qualify(QA, TASK), lambda s: s.shared()), SEEN)

# Extensions

ASK, AGREE = "training.ask_extension", "training.approve_extension"


def lapsed(s: School) -> None:
    s.qualify(OPERATOR, TASK, days=1)
    s.wait(hours=26)


def asked(s: School, **changed: Any) -> dict[str, Any]:
    good = {"person": OPERATOR.person, "task": TASK, "until": s.now.plus(hours=12), "why": SEALED}
    return {**good, **changed}


def has_asked(s: School) -> None:
    lapsed(s)
    s.act(ASK, OPERATOR_2, **asked(s))


def extended(s: School) -> None:
    has_asked(s)
    s.act(AGREE, QA, **IT)


IT = {"person": OPERATOR.person, "task": TASK}

allow(ASK, OPERATOR_2, lapsed, asked)
refuse(ASK, "qualification_is_held", OPERATOR_2, nothing, asked)
refuse(ASK, "end_lies_ahead", OPERATOR_2, lapsed, lambda s: asked(s, until=s.now))
refuse(ASK, "extension_is_short", OPERATOR_2, lapsed, lambda s: asked(s, until=s.now.plus(hours=73)))
refuse(ASK, "extension_is_of_what_just_ran_out", OPERATOR_2, then(lapsed, lambda s: s.wait(days=8)), asked)
refuse(ASK, "extension_is_of_what_just_ran_out", OPERATOR_2, lambda s: s.qualify(OPERATOR, TASK), asked)
refuse(ASK, "extension_is_the_first", OPERATOR_2, then(extended, lambda s: s.wait(hours=13)), asked)

allow(AGREE, QA, has_asked, IT)
refuse(AGREE, "extension_is_asked", QA, lapsed, IT)
refuse(AGREE, "extension_is_asked", QA, then(has_asked, lambda s: s.wait(hours=12)), IT)
refuse(
    AGREE,
    "extension_approved_by_another",
    Actor(OPERATOR_2.person, "qa", OPERATOR_2.organisation),
    then(granted(OPERATOR_2, "qa"), has_asked),
    IT,
)
refuse(AGREE, "extension_approved_by_another", OPERATOR_AS_QA, then(granted(OPERATOR, "qa"), has_asked), IT)
refuse(AGREE, "qualification_is_held", QA, then(has_asked, lambda s: s.revoked(OPERATOR, TASK)), IT)

# Lessons

ATTACH, READ, RETIRE = "training.attach_lesson", "training.acknowledge_lesson", "training.retire_lesson"
LEARNED: dict[str, Any] = {"case": CASE, "task": TASK, "title": "Two labels", "text": SEALED, "lesson": Lesson.of("L2")}
THIS = {"lesson": LESSON}


def closed(s: School) -> None:
    s.closed_case()


def attached(s: School) -> None:
    s.lesson()


def retired(s: School) -> None:
    attached(s)
    s.act(RETIRE, TRAINER, **THIS, why=SEALED)


def too_many(s: School) -> None:
    most = int(rulesets.load().number("training.lessons_in_force_max", s.now))
    for number in range(most):
        s.lesson(Lesson.of(f"L{number + 10}"), Case.of(f"DEV-{number + 10}"))
    closed(s)


allow(ATTACH, TRAINER, closed, LEARNED)
allow(ATTACH, QA, attached, {**LEARNED, "task": "filling"})
refuse(ATTACH, "case_is_closed", TRAINER, lambda s: s.open_case(), LEARNED)
refuse(ATTACH, "task_is_known", TRAINER, closed, {**LEARNED, "task": "juggling"})
refuse(ATTACH, "lesson_is_new", TRAINER, attached, LEARNED)
refuse(ATTACH, "lessons_are_few", TRAINER, too_many, LEARNED)

allow(READ, OPERATOR, attached, THIS)
refuse(READ, "lesson_is_in_force", OPERATOR, nothing, THIS)
refuse(READ, "lesson_is_in_force", OPERATOR, retired, THIS)
refuse(READ, "lesson_is_unread", OPERATOR, then(attached, lambda s: s.act(READ, OPERATOR, **THIS)), THIS)

allow(RETIRE, TRAINER, attached, {**THIS, "why": SEALED})
refuse(RETIRE, "lesson_is_in_force", QA, retired, {**THIS, "why": SEALED})
