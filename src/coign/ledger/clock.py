"""Time that can be trusted to move forward, and the simulated clock of a demonstration.

The limits come from the rule sets; a clock that jumps stops writing until two people resolve it (CSV-38).
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from coign.kernel.errors import IntegrityFailure


def _wall_us() -> int:
    return time.time_ns() // 1000


# Counts on while a laptop sleeps: Linux calls that clock BOOTTIME, macOS calls it MONOTONIC.
_STEADY = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def _steady_us() -> int:
    return (time.monotonic_ns() if _STEADY is None else time.clock_gettime_ns(_STEADY)) // 1000


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
        """Now; IntegrityFailure when the wall clock has jumped against the steady one since this process began."""
        wall_us = self._wall_us()
        drift_us = (wall_us - self._wall_start_us) - (self._steady_us() - self._steady_start_us)
        if drift_us > self._limits.ahead_us_max:
            raise IntegrityFailure(f"the clock jumped ahead by {drift_us / 1e6:.1f} s: two people must resolve it")
        if -drift_us > self._limits.behind_us_max:
            raise IntegrityFailure(f"the clock fell behind by {-drift_us / 1e6:.1f} s: two people must resolve it")
        return wall_us

    def check_against(self, last_us: int) -> None:
        """The ledger's last entry must not lie in the future of this clock by more than the limit."""
        behind_us = last_us - self._wall_us()
        if behind_us > self._limits.behind_us_max:
            raise IntegrityFailure(
                f"the clock is {behind_us / 1e6:.1f} s behind the last entry: two people must resolve it"
            )


class SimulatedClock:
    """A demonstration's clock: behind the wall clock by an amount that may only shrink, so it only moves forward."""

    def __init__(self, clock: SystemClock, behind_us: Callable[[], int]) -> None:
        self._clock, self._behind_us = clock, behind_us

    def now_us(self) -> int:
        """Now, in the demonstration."""
        return self._clock.now_us() - self._behind_us()

    def check_against(self, last_us: int) -> None:
        """As the system clock, in simulated time."""
        self._clock.check_against(last_us + self._behind_us())
