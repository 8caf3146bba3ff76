"""Time that can be trusted to move forward, and the simulated clock of a demonstration.

The limits come from the rule sets; a clock that jumps stops writing until two people resolve it (CSV-38).
"""

import time
from collections.abc import Callable

from coign.installation.trouble import Trouble, of_clock
from coign.kernel.errors import IntegrityFailure
from coign.kernel.frozen import dataclass


def _wall_us() -> int:
    return time.time_ns() // 1000


# Counts on while a laptop sleeps: Linux calls that clock BOOTTIME, macOS calls it MONOTONIC.
_STEADY = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def _steady_us() -> int:
    return (time.monotonic_ns() if _STEADY is None else time.clock_gettime_ns(_STEADY)) // 1000


class ClockWrong(IntegrityFailure):
    """The clock shows another time than it can be: by how much, and which."""

    def __init__(self, *, expected_us: int, shown_us: int) -> None:
        self.trouble: Trouble = of_clock(expected_us=expected_us, shown_us=shown_us)
        super().__init__(self.trouble.words)
        self._expected_us, self._shown_us = expected_us, shown_us

    def earlier(self, by_us: int) -> "ClockWrong":
        """The same in the time of a clock that runs behind this one."""
        return ClockWrong(expected_us=self._expected_us - by_us, shown_us=self._shown_us - by_us)


@dataclass(frozen=True, slots=True)
class ClockLimits:
    """How far the wall clock may be off before writing stops; from the rule sets."""

    behind_us_max: int
    ahead_us_max: int


class SystemClock:
    """The machine's wall clock, watched against its monotonic clock."""

    def __init__(
        self, limits: ClockLimits, *, wall_us: Callable[[], int] = _wall_us, steady_us: Callable[[], int] = _steady_us
    ) -> None:
        self._limits, self._wall_us, self._steady_us = limits, wall_us, steady_us
        self._wall_start_us, self._steady_start_us = wall_us(), steady_us()

    def now_us(self) -> int:
        """Now; `ClockWrong` when the wall clock has jumped against the steady one since this process began."""
        wall_us = self._wall_us()
        expected_us = self._wall_start_us + self._steady_us() - self._steady_start_us
        if -self._limits.behind_us_max <= wall_us - expected_us <= self._limits.ahead_us_max:
            return wall_us
        raise ClockWrong(expected_us=expected_us, shown_us=wall_us)

    def check_against(self, last_us: int) -> None:
        """The ledger's last entry must not lie in the future of this clock by more than the limit."""
        wall_us = self._wall_us()
        if last_us - wall_us > self._limits.behind_us_max:
            raise ClockWrong(expected_us=last_us, shown_us=wall_us)


class SimulatedClock:
    """A demonstration's clock: behind the wall clock by an amount that may only shrink, so it only moves forward."""

    def __init__(self, clock: SystemClock, behind_us: Callable[[], int]) -> None:
        self._clock, self._behind_us = clock, behind_us

    def now_us(self) -> int:
        """Now, in the demonstration."""
        behind_us = self._behind_us()
        try:
            return self._clock.now_us() - behind_us
        except ClockWrong as wrong:
            raise wrong.earlier(behind_us) from None

    def check_against(self, last_us: int) -> None:
        """As the system clock, in simulated time."""
        behind_us = self._behind_us()
        try:
            self._clock.check_against(last_us + behind_us)
        except ClockWrong as wrong:
            raise wrong.earlier(behind_us) from None
