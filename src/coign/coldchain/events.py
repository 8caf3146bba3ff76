"""What can happen to what is known about a unit's temperature."""

from typing import Literal

from coign.kernel.facts import Fact
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Person, Shipment, Unit
from coign.kernel.values import Digest, FreeText, Instant, Quantity

Verdict = Literal["in_order", "excursion", "unknown"]
Assessment = Literal["usable", "not_usable"]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggerRead(Fact, type="coldchain.logger_read.v1", about=("shipment", "unit", "further")):
    """The logger of a shipment was read: its whole file by its hash, what was counted in it, and the verdict.

    Minutes are whole and rounded up: a started minute is a minute.
    """

    shipment: Shipment
    unit: Unit
    file: Digest
    logger: str
    first: Instant
    last: Instant
    readings: int
    minutes_above_limit: int
    unknown_minutes: int
    worst: Quantity
    problems: tuple[str, ...]
    verdict: Verdict
    by: Person
    further: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggerMissing(Fact, type="coldchain.logger_missing.v1", about=("shipment", "unit", "further")):
    """There is no file to read, or only one of another logger: nobody knows how warm the journey was."""

    shipment: Shipment
    unit: Unit
    by: Person
    why: FreeText
    further: tuple[Unit, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ExcursionAssessed(Fact, type="coldchain.excursion_assessed.v1", about=("unit",)):
    """The quality unit judged what a warming, or time that nobody knows, means for this unit.

    `further_minutes`: how much longer the unit may be out of the cold than it was by then, where that was too long.
    """

    unit: Unit
    verdict: Assessment
    basis: FreeText
    evidence: Digest
    by: Person
    further_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureBegan(Fact, type="coldchain.exposure_began.v1", about=("units",)):
    """These units are frozen and lie in no tank yet: they warm since then, and the programme allows them so much."""

    units: tuple[Unit, ...]
    since: Instant
    allowed: Quantity | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ExposureEnded(Fact, type="coldchain.exposure_ended.v1", about=("unit",)):
    """The unit was thawed on purpose: its time out of the cold is over, and another clock begins."""

    unit: Unit
