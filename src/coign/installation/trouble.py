"""What shut the record: in words in its head, and in parts in the entry with which two people resume it (CSV-38)."""

import re
from typing import Literal

from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant

Kind = Literal["clock_ahead", "clock_behind", "record"]

_CLOCK = re.compile(r"the clock is (\d+)\.(\d{3}) s (ahead|behind): it showed (\S+Z) when (\S+Z) was expected")


@dataclass(frozen=True, slots=True, kw_only=True)
class Trouble:
    """A record that does not verify, or a clock that is wrong: what it showed, what was expected, the difference."""

    kind: Kind
    difference_ms: int | None = None
    expected: Instant | None = None
    shown: Instant | None = None

    @property
    def words(self) -> str:
        """Of a clock: what people read while the record is shut; `found_in` understands it."""
        assert self.difference_ms is not None
        seconds, rest = divmod(self.difference_ms, 1000)
        side = self.kind.partition("_")[2]
        return (
            f"the clock is {seconds}.{rest:03d} s {side}: it showed {self.shown} when {self.expected} was expected. "
            "Set it right; then two people resolve it"
        )


def of_clock(*, expected_us: int, shown_us: int) -> Trouble:
    """A clock that shows another time than expected."""
    return Trouble(
        kind="clock_ahead" if shown_us > expected_us else "clock_behind",
        difference_ms=round(abs(shown_us - expected_us) / 1000),
        expected=Instant.of_us(expected_us),
        shown=Instant.of_us(shown_us),
    )


def found_in(reason: str) -> Trouble | None:
    """What shut a record, from the words in its head; None: it is not shut."""
    if not reason:
        return None
    told = _CLOCK.match(reason)
    if told is None:
        return Trouble(kind="record")
    seconds, rest, side, shown, expected = told.groups()
    return Trouble(
        kind="clock_ahead" if side == "ahead" else "clock_behind",
        difference_ms=int(seconds) * 1000 + int(rest),
        expected=Instant(expected),
        shown=Instant(shown),
    )
