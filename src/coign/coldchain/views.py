"""Whether a unit was kept cold: the question that logistics, quality and the clinic ask."""

from dataclasses import field, replace

from coign.coldchain import exposure
from coign.coldchain.events import ExcursionAssessed, LoggerMissing, LoggerRead
from coign.coldchain.exposure import Exposure
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Shipment
from coign.kernel.values import Instant
from coign.kernel.views import Stamp, View
from coign.logistics.events import Packed, Unpacked


@dataclass(frozen=True, slots=True)
class ConditionState:
    """What is known about the temperature of a unit over all its journeys.

    `unread`: the shipment whose logger nobody has read yet. `open`: an excursion, or time that nobody knows, waits for
    a decision. `not_usable`: a decision went against the unit; a later journey does not heal it. `exposure`: how long
    it was out of the cold.
    """

    unread: Shipment | None = None
    verdict: str = ""
    open: bool = False
    not_usable: bool = False
    assessed_at: Instant | None = None
    exposure: Exposure = field(default_factory=Exposure)

    @property
    def not_in_order_because(self) -> str | None:
        """None, or why the unit must not be used or moved on: never read is unknown, and unknown is never fine."""
        return self._because(None)

    def not_in_order_at(self, now: Instant) -> str | None:
        """The same with the clock that may be running: a unit that is out now warms while one asks."""
        return self._because(now)

    def waits_for_assessment(self, now: Instant) -> bool:
        """Whether the quality unit has something to decide about this unit."""
        return self.open or (not self.not_usable and self.exposure.used_up_because(now) is not None)

    def _because(self, now: Instant | None) -> str | None:
        if self.not_usable:
            return "was assessed as not usable after an excursion"
        if self.open:
            return "has an open excursion" if self.verdict == "excursion" else "was at a temperature nobody knows"
        if self.unread is not None:
            return f"travelled in {self.unread.identifier}, whose logger was not read"
        return self.exposure.used_up_because(now)

    @property
    def is_in_order(self) -> bool:
        """Whether the temperature is known and in its limits, or was assessed as usable."""
        return self.not_in_order_because is None


def _still_unread(state: ConditionState, shipment: Shipment) -> Shipment | None:
    """A file of another shipment, such as one that was packed and unpacked again, says nothing about this journey."""
    return None if state.unread == shipment else state.unread


def _evolve(state: ConditionState, fact: Fact, stamp: Stamp) -> ConditionState:
    return replace(_judged(state, fact, stamp), exposure=exposure.evolve(state.exposure, fact, stamp))


def _judged(state: ConditionState, fact: Fact, stamp: Stamp) -> ConditionState:
    match fact:
        case Packed(shipment=shipment):
            return replace(state, unread=shipment)
        case Unpacked():
            return replace(state, unread=None)
        case LoggerRead(shipment=shipment, verdict="in_order"):
            # An excursion that is still open from an earlier journey stays open, with its own verdict.
            verdict = state.verdict if state.open else "in_order"
            return replace(state, unread=_still_unread(state, shipment), verdict=verdict)
        case LoggerRead(shipment=shipment, verdict=verdict):
            return replace(state, unread=_still_unread(state, shipment), verdict=verdict, open=True)
        case LoggerMissing(shipment=shipment):
            return replace(state, unread=_still_unread(state, shipment), verdict="unknown", open=True)
        case ExcursionAssessed(verdict=verdict):
            bad = state.not_usable or verdict == "not_usable"
            return replace(state, open=False, not_usable=bad, assessed_at=stamp.time)
        case _:
            return state


CONDITION = View(
    "coldchain.condition",
    kinds=frozenset({"unit"}),
    folds=(*exposure.EXPOSES, LoggerRead, LoggerMissing),
    state=ConditionState,
    evolve=_evolve,
    version=4,
    public=True,
)
