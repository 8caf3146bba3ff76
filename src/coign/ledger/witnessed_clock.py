"""This machine's clock against those of the witnesses: enough of them who show another time stop writing (CSV-38).

A signature that was asked for a moment ago names the witness's time now. Between question and answer our clock must
have passed it, however long the way was. That an old signature lies far behind says nothing: the machine may have
been off. That it lies ahead says that our clock was set back.
"""

from collections.abc import Callable, Mapping, Sequence

from coign.kernel.frozen import dataclass
from coign.ledger.clock import ClockWrong
from coign.witness.policy import Policy
from coign_verify.keys import VerifierKey

_SECOND_US = 1_000_000


@dataclass(frozen=True, slots=True)
class WitnessedLimits:
    """How far the clocks may lie apart, and how long what one signature said counts; from the rule sets."""

    apart_us_max: int
    counts_us_max: int


class WitnessedClock:
    """What each witness's newest signature says about our clock. One witness alone says nothing that stops anybody."""

    def __init__(self, policy: Policy, limits: WitnessedLimits, now_us: Callable[[], int]) -> None:
        self._policy, self._limits, self.now_us = policy, limits, now_us
        self._ahead_us: dict[VerifierKey, int] = {}
        self._behind_us: dict[VerifierKey, int] = {}
        self._heard_us: dict[VerifierKey, int] = {}

    def forget(self) -> None:
        """The record is shut: what was found before people looked must not shut it again afterwards."""
        for found in (self._ahead_us, self._behind_us, self._heard_us):
            found.clear()

    def behind(self, enough_since_s: int) -> ClockWrong | None:
        """At a start: whether the clock lies behind the moment at which enough witnesses signed last."""
        now_us = self.now_us()
        return self._wrong(now_us, 0, enough_since_s * _SECOND_US - now_us)

    def heard(
        self,
        asked_us: int,
        heard_us: int,
        signed: Sequence[tuple[VerifierKey, int]],
        before: Mapping[VerifierKey, int],
    ) -> ClockWrong | None:
        """What fresh signatures say, with those of other witnesses: wrong only if enough of them agree on it.

        Instants of our clock around the question, the seconds that the signatures name, and those that the same keys
        named `before`: an answer that only repeats itself tells no time.
        """
        for key, time_s in signed:
            if before.get(key) == time_s:
                continue
            # The second that a signature names is rounded down, so it may have been any moment in it.
            self._ahead_us[key] = asked_us - (time_s + 1) * _SECOND_US
            self._behind_us[key] = time_s * _SECOND_US - heard_us
            self._heard_us[key] = heard_us
        lately = {key for key, at_us in self._heard_us.items() if heard_us - at_us <= self._limits.counts_us_max}
        ahead, behind = (
            self._policy.enough_reach({key: by_us for key, by_us in found.items() if key in lately})
            for found in (self._ahead_us, self._behind_us)
        )
        return self._wrong(heard_us, ahead or 0, behind or 0)

    def _wrong(self, shown_us: int, ahead_us: int, behind_us: int) -> ClockWrong | None:
        if max(ahead_us, behind_us) <= self._limits.apart_us_max:
            return None
        by_us = -ahead_us if ahead_us > behind_us else behind_us
        return ClockWrong(expected_us=shown_us + by_us, shown_us=shown_us)


def reason(wrong: ClockWrong) -> str:
    """What stands in the head of a record that was shut for it."""
    return f"{wrong}. Enough witnesses say so: if it is they who are wrong, rely on others (COIGN_WITNESSES)"
