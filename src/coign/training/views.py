"""Who may perform which task now: the question that every action with a task asks."""

from dataclasses import dataclass, replace

from coign.kernel.actions import Circumstances
from coign.kernel.facts import Fact
from coign.kernel.subjects import Person
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.training.events import QualificationRevoked, Qualified


@dataclass(frozen=True, slots=True)
class Qualification:
    """One task, from when until when, and who saw that it is mastered."""

    task: str
    since: Instant
    until: Instant
    assessor: Person


@dataclass(frozen=True, slots=True)
class Qualifications:
    """The tasks a person was found able to perform; one line a task, so bounded by the programmes' tasks."""

    held: tuple[Qualification, ...] = ()

    def of(self, task: str) -> Qualification | None:
        """The qualification for a task, run out or not."""
        return next((q for q in self.held if q.task == task), None)

    def is_qualified(self, task: str, now: Instant) -> bool:
        """Whether the person may perform this task now."""
        found = self.of(task)
        return found is not None and now < found.until


def _evolve(state: Qualifications, fact: Fact, stamp: Stamp) -> Qualifications:
    match fact:
        case Qualified(task=task, until=until, assessor=assessor):
            others = tuple(q for q in state.held if q.task != task)
            return replace(state, held=(*others, Qualification(task, stamp.time, until, assessor)))
        case QualificationRevoked(task=task):
            return replace(state, held=tuple(q for q in state.held if q.task != task))
        case _:
            return state


QUALIFICATIONS = View(
    "training.qualifications",
    kinds=frozenset({"person"}),
    folds=(Qualified, QualificationRevoked),
    state=Qualifications,
    evolve=_evolve,
    public=True,
)


def missing_qualification(task: str, known: Circumstances) -> str | None:
    """None, or the sentence that says what the actor is not qualified for.

    For the gates of every domain; the action reads `QUALIFICATIONS` of the actor. No task (""): nothing is asked.
    """
    if not task:
        return None
    held = known.state(QUALIFICATIONS, known.actor.person)
    if held.is_qualified(task, known.now):
        return None
    found = held.of(task)
    return f"your qualification for “{task}” ended {found.until}" if found else f"you are not qualified for “{task}”"
