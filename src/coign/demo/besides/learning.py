"""A qualification that runs out in the night and is extended once; answers that look shared, and who decides."""

from coign.demo import classroom
from coign.demo.besides import Do, by, person
from coign.training.state import ATTEMPT


def told(do: Do) -> None:
    """First what waited for a trainer; then the day after the qualification of a nurse ended."""
    _decided(do)
    do.here.advance(24 * (classroom.ENDING[2] + 1))
    extended = {"person": person(classroom.ENDING[0]), "task": classroom.ENDING[1]}
    why = "Demonstration: the only other nurse is ill; a patient is conditioned."
    do(by("trainer-1"), "training.ask_extension", {**extended, "until": do.now.plus(hours=48), "why": why})
    do(by("qa-1"), "training.approve_extension", extended)


def _decided(do: Do) -> None:
    shared = next(attempt for attempt, state in do.here.all(ATTEMPT) if state.result == "in_question")
    why = "Demonstration: they sat in two rooms; the answers are the ones that most people give."
    do(by("trainer-1"), "training.decide_attempt", {"attempt": shared, "verdict": "counts", "why": why})
