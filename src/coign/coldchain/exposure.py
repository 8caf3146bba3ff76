"""The warming clock: how long a frozen unit was out of the cold, over all its ways and sites together (SCS-11)."""

from dataclasses import replace
from math import ceil

from coign.coldchain.events import ExcursionAssessed, ExposureBegan, ExposureEnded
from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant, Quantity
from coign.kernel.views import Stamp
from coign.logistics.events import Opened, Packed, Unpacked
from coign.programmes.model import minutes_of
from coign.storage.events import Placed, TakenOut


@dataclass(frozen=True, slots=True)
class Exposure:
    """Time out of the cold, added up. Nothing takes any of it away: no new label, no new holder, no new site.

    `seconds`: of all times that are over. `out_since`: it is out now, since then. `allowed`: what the programme lets it
    be out altogether. `granted_seconds`: up to which sum the quality unit found it usable. `ended`: it was thawed.
    """

    seconds: int = 0
    out_since: Instant | None = None
    allowed: Quantity | None = None
    granted_seconds: int = 0
    ended: bool = False

    def seconds_at(self, now: Instant) -> int:
        """The sum as it stands now; a started second is a second."""
        if self.out_since is None:
            return self.seconds
        return self.seconds + ceil(now.minutes_since(self.out_since) * 60)

    @property
    def limit_seconds(self) -> int | None:
        """The largest sum that is in order; None where the programme sets no limit."""
        return max(int(minutes_of(self.allowed) * 60), self.granted_seconds) if self.allowed is not None else None

    def used_up_because(self, now: Instant | None) -> str | None:
        """None, or why the time out of the cold is used up. Without an instant only what is over counts."""
        limit = self.limit_seconds
        spent = self.seconds_at(now) if now is not None else self.seconds
        if self.ended or limit is None or spent <= limit:
            return None
        return f"was out of the cold for {_minutes(spent)} min altogether; allowed are {_minutes(limit)} min"


def _minutes(seconds: int) -> str:
    """A started minute is a minute."""
    return f"{-(-seconds // 60)}"


EXPOSES = (ExposureBegan, TakenOut, Opened, Unpacked, Packed, Placed, ExposureEnded, ExcursionAssessed)


def evolve(state: Exposure, fact: Fact, stamp: Stamp) -> Exposure:
    """Start, stop, end, or grant more."""
    match fact:
        case ExposureBegan(since=since, allowed=allowed):
            return replace(state, out_since=since, allowed=allowed)
        case TakenOut(allowed=allowed) | Opened(allowed=allowed):
            return replace(state, out_since=state.out_since or stamp.time, allowed=allowed or state.allowed)
        case Unpacked() if state.allowed is not None:
            return replace(state, out_since=state.out_since or stamp.time)
        case Packed() | Placed():
            return _stopped(state, stamp.time)
        case ExposureEnded():
            return replace(_stopped(state, stamp.time), ended=True)
        case ExcursionAssessed(verdict="usable", further_minutes=further):
            granted = state.seconds_at(stamp.time) + further * 60
            return replace(state, granted_seconds=max(state.granted_seconds, granted))
        case _:
            return state


def _stopped(state: Exposure, now: Instant) -> Exposure:
    return replace(state, seconds=state.seconds_at(now), out_since=None)
