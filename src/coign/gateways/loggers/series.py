"""What a temperature logger measured, as far as its file can be trusted (GDP 9.2)."""

from datetime import datetime
from decimal import Decimal

from coign.kernel.errors import FieldError, Invalid
from coign.kernel.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Reading:
    """One value at one instant: in degrees Celsius, and as it was written.

    A `fault` makes it no temperature: then there is no value, only what was written, and the time around it is unknown.
    """

    at: datetime
    celsius: Decimal | None
    raw: str
    line: int
    fault: str = ""


@dataclass(frozen=True, slots=True)
class Gap:
    """A time without readings, longer than the rhythm of the logger allows: nobody knows how warm it was."""

    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Problem:
    """Something a person should look at that does not make the file unusable."""

    line: int
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class LoggerSeries:
    """A whole file, understood: whose, from where, in which rhythm, and every reading in order of time."""

    serial: str
    sensor: str
    interval_s: Decimal
    unit_original: str
    zone: str
    readings: tuple[Reading, ...]
    gaps: tuple[Gap, ...]
    problems: tuple[Problem, ...]
    sha256: str


class LoggerFileRefused(Invalid):
    """The whole file is refused: line and field say where it stopped making sense."""

    def __init__(self, line: int, field: str, message: str) -> None:
        super().__init__(FieldError(f"line {line}, {field}" if line else field, message))
        self.line = line
        self.field = field
        self.problem = message
