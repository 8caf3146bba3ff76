"""By when a holder answers and an authority decides: worked out from dated rules, never stored as told."""

from typing import Any

from coign.kernel.values import Instant
from coign.regulatory.state import ApplicationState, Question

_CLOCK = "regulatory.clock"


def answer_due(application: ApplicationState, question: Question, rules: Any) -> Instant:
    """The last instant for an answer, by the rule that held when it was asked."""
    name = f"{_CLOCK}.answer.{_regime(application)}"
    return question.asked_at.plus(minutes=rules.minutes(name, question.asked_at, application.jurisdiction))


def decision_due(application: ApplicationState, rules: Any, now: Instant) -> Instant:
    """The last instant for a decision; where the rules stop the clock, the time of open questions is added."""
    assert application.submitted_at is not None
    begun, where = application.submitted_at, application.jurisdiction
    kind = "new" if application.asking == "new" else "change"
    due = begun.plus(minutes=rules.minutes(f"{_CLOCK}.decision.{_regime(application)}.{kind}", begun, where))
    if rules.text(f"{_CLOCK}.stops.{_regime(application)}", begun, where) != "yes":
        return due
    waiting = now.minutes_since(application.waiting_since) if application.waiting_since is not None else 0.0
    return due.plus(minutes=application.waited_minutes + waiting)


def _regime(application: ApplicationState) -> str:
    """Marketing has clocks of its own; everything before it follows those of trials."""
    return "marketing" if application.basis == "marketing_authorisation" else "trial"
