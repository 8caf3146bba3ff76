"""A realistic logger file for a leg that never happened: couriers of the demonstration carry these.

Same seed, same bytes. The caller describes the leg; the file says `synthetic: yes` in its header, so that nobody takes
it for a measurement.
"""

import random
from datetime import datetime, timedelta
from decimal import Decimal

from coign.gateways.loggers.times import declared_zone
from coign.kernel.frozen import dataclass

_CELSIUS = Decimal("0.1")


@dataclass(frozen=True, slots=True)
class Warming:
    """From a minute on the goods drift towards a temperature, and back when it is over."""

    from_minute: int
    minutes: int
    peak_c: Decimal


@dataclass(frozen=True, slots=True)
class Silence:
    """Minutes without readings: a flat battery, a lost radio."""

    from_minute: int
    minutes: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Leg:
    """What the shipper lived through. `hold_c` is where it stays, `noise_c` how much readings scatter."""

    serial: str
    sensor: str
    start: datetime
    minutes: int
    interval_s: int
    hold_c: Decimal
    noise_c: Decimal
    warmings: tuple[Warming, ...] = ()
    silences: tuple[Silence, ...] = ()
    unit: str = "Cel"
    zone: str = "UTC"


def synthesise(seed: int | str, leg: Leg) -> bytes:
    """The file of the leg, which `read_logger_file` reads with the one remark that it is synthetic."""
    # Not for secrets: the same story must come out of the same seed.
    chance = random.Random(seed)  # noqa: S311
    tz = declared_zone(leg.zone, 0)
    rows: list[str] = []
    wander = 0.0
    for second in range(0, leg.minutes * 60 + 1, leg.interval_s):
        minute = second / 60
        wander = 0.9 * wander + chance.gauss(0, float(leg.noise_c) / 3)
        if any(s.from_minute <= minute < s.from_minute + s.minutes for s in leg.silences):
            continue
        celsius = Decimal(_course(leg, minute) + wander).quantize(_CELSIUS)
        at = (leg.start + timedelta(seconds=second)).astimezone(tz)
        rows.append(f"{len(rows) + 1},{at.isoformat(timespec='seconds')},{_written(celsius, leg.unit)}")
    head = (
        f"serial: {leg.serial}",
        f"sensor: {leg.sensor}",
        f"unit: {leg.unit}",
        f"zone: {leg.zone}",
        f"interval: {leg.interval_s} s",
        f"records: {len(rows)}",
        "# synthetic: yes",
        "sequence,time,temperature",
    )
    return ("\n".join((*head, *rows)) + "\n").encode()


def _course(leg: Leg, minute: float) -> float:
    """The true temperature: level, with a rise and a fall for each warming."""
    hold, level = float(leg.hold_c), float(leg.hold_c)
    for warming in leg.warmings:
        share = (minute - warming.from_minute) / warming.minutes
        if 0 < share < 1:
            # Up in the first two thirds, down in the last, as a lid that was opened and closed again.
            height = share * 1.5 if share < 2 / 3 else (1 - share) * 3
            level = max(level, hold + (float(warming.peak_c) - hold) * height)
    return level


def _written(celsius: Decimal, unit: str) -> str:
    match unit:
        case "Cel":
            return str(celsius)
        case "[degF]":
            return str((celsius * 9 / 5 + 32).quantize(Decimal("0.01")))
        case "K":
            return str(celsius + Decimal("273.15"))
        case _:
            raise ValueError(f"{unit} is no unit of temperature")
