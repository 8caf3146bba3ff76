"""What is remembered of safety cases, of enrolment, of reference texts, and of acts reported outside the rules."""

from typing import NamedTuple

from coign_verify.invariants.model import Heard, Tracker


class SafetyCase(NamedTuple):
    """A case: who treats and who answers for the product, its events with when each was first known, what was sent."""

    centre: str = ""
    sponsor: str = ""
    events: frozenset[tuple[int, str]] = frozenset()
    sent: frozenset[str] = frozenset()

    def first_known(self, event: int) -> str | None:
        """When this event was first known; None: the case has no such event."""
        return dict(self.events).get(event)


def _reported(state: SafetyCase, fact: Heard) -> SafetyCase:
    return state._replace(events=state.events | {(fact.body["event"], fact.body["known_at"])})


def _known_before(state: SafetyCase, fact: Heard) -> SafetyCase:
    others = frozenset(e for e in state.events if e[0] != fact.body["event"])
    return state._replace(events=others | {(fact.body["event"], fact.body["known_at"])})


CASE = Tracker(
    "case",
    SafetyCase(),
    {
        "safety.case_opened.v1": (
            ("case",),
            lambda s, f: s._replace(centre=f.body["centre"], sponsor=f.body["sponsor"]),
        ),
        "safety.event_reported.v1": (("case",), _reported),
        "safety.earlier_knowledge_found.v1": (("case",), _known_before),
        "safety.submission_recorded.v1": (("case",), lambda s, f: s._replace(sent=s.sent | {f.body["duty"]})),
    },
)

#: Whether a programme takes nobody new.
HELD: Tracker[bool] = Tracker(
    "held",
    False,
    {
        "safety.enrolment_held.v1": (("programme",), lambda s, f: True),
        "safety.enrolment_resumed.v1": (("programme",), lambda s, f: False),
    },
)

#: From when on the newest reference text of a product counts.
REFERENCE: Tracker[str] = Tracker(
    "reference", "", {"safety.reference_published.v1": (("product",), lambda s, f: f.body["effective"])}
)


class Incident(NamedTuple):
    """An act that was reported; `beside`: containers that were only there."""

    act: str = ""
    beside: tuple[str, ...] = ()


INCIDENT = Tracker(
    "incident",
    Incident(),
    {
        "incident.act_reported.v1": (
            ("case",),
            lambda s, f: Incident(f.body.get("act") or "", tuple(f.body.get("beside") or ())),
        )
    },
)
