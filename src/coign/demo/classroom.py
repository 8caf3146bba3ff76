"""What stands in the demonstration's training and store at its end: something to do for whoever looks after them.

Courses in force, people at different points of them, a qualification that ends soon, answers that look shared, packs of
a lot, and one pack that is not what it says. Nothing here belongs to a therapy.
"""

from typing import TYPE_CHECKING, Any

from coign.demo import people
from coign.kernel.subjects import Course, Lot
from coign.kernel.values import Actor
from coign.supply.views import LOT
from coign.training.courses.model import CourseVersion, Library
from coign.training.events import file_of
from coign.training.state import ATTEMPT, LEARNING

if TYPE_CHECKING:
    from coign.demo.seed import Seeding

ICE, SHIPPER, IDENTITY, ASEPTIC = (
    Course.of(name) for name in ("ice-scoring", "opening-a-dry-shipper", "identity-check", "aseptic-processing")
)
#: Who was found able elsewhere, so that somebody can watch the others: account, task.
CERTIFIED = (
    ("physician-1", "ice_scoring"), ("infusion-1", "ice_scoring"), ("celllab-1", "shipper_opening"),
    ("warehouse-1", "shipper_opening"),
)  # fmt: skip
#: The last in their row: somebody with three weeks left.
ENDING = ("infusion-2", "bedside_check", 21)
#: Passed the questions and waits to be watched; nobody of the courier's house can watch the others yet.
WAITING = (
    ("courier-1", SHIPPER), ("infusion-2", ICE), ("analyst-1", ASEPTIC), ("pharmacist-1", SHIPPER),
    ("courier-2", SHIPPER),
)  # fmt: skip
CERTIFIED_DAYS, MINUTES_AN_ATTEMPT = 300, 12
#: GS1 example prefix; the last digit checks the others.
GTIN, PACKS = "09524000000019", ("K7Q2M", "K7Q3A", "K7Q4T", "K7Q5W")
VIALS = Lot.of("VECTOR-4101")


def furnish(seeding: "Seeding") -> None:
    """Everything; what is there already stays as it is."""
    library = seeding.service.programmes
    courses = {c.course: c for c in library.courses.all()} if isinstance(library, Library) else {}
    if not {ICE, SHIPPER, IDENTITY, ASEPTIC} <= set(courses):
        return
    seeding.progress("Putting courses in force, and what waits in training and store …")
    _in_force(seeding, courses)
    _certified(seeding)
    _taken(seeding, courses)
    _packs(seeding)


def _actor(name: str) -> Actor:
    account = people.account(name)
    assert account is not None, name
    return account.actor


def _in_force(seeding: "Seeding", courses: dict[Course, CourseVersion]) -> None:
    for course, version in courses.items():
        named, name = {"course": course, "version": version.digest}, f"course/{version.digest[:16]}"
        seeding.once(f"{name}/propose", _actor("trainer-1"), "training.propose_course", lambda n=named: n)  # type: ignore[misc]
        seeding.once(f"{name}/approve", _actor("qa-1"), "training.approve_course", lambda n=named: n)  # type: ignore[misc]


def _certified(seeding: "Seeding") -> None:
    for name, task, days in (*((n, t, CERTIFIED_DAYS) for n, t in CERTIFIED), ENDING):

        def command(name: str = name, task: str = task, days: int = days) -> dict[str, Any]:
            return {
                "person": _actor(name).person,
                "task": task,
                "until": seeding.now.plus(days=days),
                "evidence": seeding.keep(f"Certificate of {name}: {task}."),
            }

        seeding.once(f"certificate/{name}/{task}", _actor("trainer-1"), "training.qualify", command)


def _taken(seeding: "Seeding", courses: dict[Course, CourseVersion]) -> None:
    """Some made it, one failed once, several wait to be watched, two have not begun, two sat side by side."""
    assigned(seeding, "operator-3", ASEPTIC)
    assigned(seeding, "nurse-2", ICE)
    tried(seeding, "nurse-1", courses[ICE])
    watched(seeding, "nurse-1", "physician-1", ICE, "ice_scoring")
    tried(seeding, "warehouse-2", courses[SHIPPER])
    tried(seeding, "celllab-2", courses[SHIPPER], wrong=4)
    for name in ("infusion-1", "infusion-2"):
        tried(seeding, name, courses[IDENTITY])
    assigned(seeding, "pharmacist-1", IDENTITY)
    for name, course in WAITING:
        tried(seeding, name, courses[course])


def assigned(seeding: "Seeding", name: str, course: Course) -> None:
    """A trainer gives a course to somebody."""
    command = {"person": _actor(name).person, "course": course}
    seeding.once(f"assigned/{name}/{course}", _actor("trainer-1"), "training.assign_course", lambda: command)


def tried(seeding: "Seeding", name: str, course: CourseVersion, *, wrong: int = 0) -> None:
    """Assigned, begun, and handed in some minutes later, with so many of the drawn questions wrong."""
    assigned(seeding, name, course.course)
    actor, key = _actor(name), f"attempt/{name}/{course.course}"
    begun = seeding.once(f"{key}/start", actor, "training.start_attempt", lambda: {"course": course.course})
    if begun is not None:
        _wait(seeding, MINUTES_AN_ATTEMPT)

    def answers() -> dict[str, Any]:
        learning = seeding.service.states.of(LEARNING, file_of(actor.person)).of(course.course)
        assert learning is not None
        assert learning.open is not None
        drawn = seeding.service.states.of(ATTEMPT, learning.open).drawn
        missed = drawn[:wrong]
        return {"attempt": learning.open, "answers": [_answer(course, q, right=q not in missed) for q in drawn]}

    seeding.once(f"{key}/hand-in", actor, "training.hand_in", answers)


def _answer(course: CourseVersion, question: str, *, right: bool) -> dict[str, Any]:
    asked = course.question(question)
    chosen = asked.right if right else tuple(o for o in asked.options if o not in asked.right)[:1]
    return {"question": question, "chosen": list(chosen)}


def _wait(seeding: "Seeding", minutes: float) -> None:
    """A little later, unless the demonstration has reached today."""
    hours, simulated = minutes / 60, seeding.service.simulated
    if simulated is not None and simulated.hours_left > hours:
        seeding.service.advance(hours)


def watched(seeding: "Seeding", name: str, by: str, course: Course, task: str) -> None:
    """Somebody who masters a task saw that somebody else does."""
    command = {
        "person": _actor(name).person,
        "course": course,
        "task": task,
        "mastered": True,
        "notes": "Demonstration: scored two patients beside me; the same points both times.",
    }
    seeding.once(f"watched/{name}/{task}", _actor(by), "training.observe_practice", lambda: command)


def _packs(seeding: "Seeding") -> None:
    """Packs of a lot of vials; somebody then finds one whose expiry is another."""
    expires = seeding.service.states.of(LOT, VIALS).expires
    if expires is None:
        return
    code = {"gtin": GTIN, "lot_number": VIALS.identifier, "expires_on": expires[:10]}
    for number in PACKS:
        command = {**code, "number": number, "lot": VIALS}
        seeding.once(f"pack/{number}", _actor("warehouse-1"), "supply.register_pack", lambda c=command: c)  # type: ignore[misc]
    copied = {**code, "number": PACKS[2], "expires_on": expires.plus(days=400)[:10]}
    seeding.once("pack/copied", _actor("warehouse-2"), "supply.check_pack", lambda: copied)
