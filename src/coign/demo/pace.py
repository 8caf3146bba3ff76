"""How long acts take in the demonstration, and when people are at work. Modelling choices, held as data."""

import random
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from importlib.resources import files
from zoneinfo import ZoneInfo

from coign import yaml_files
from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant

_MINUTES = {"min": 1.0, "h": 60.0}
_OPENS, _CLOSES = time(7, 30), time(17, 30)
_SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Duration:
    """Minutes between the last act and this one: smallest, usual, largest; and whether it waits for working hours."""

    low_min: float
    usual_min: float
    high_min: float
    daytime: bool

    def draw(self, chance: random.Random) -> float:
        """One of them, in minutes."""
        return chance.triangular(self.low_min, self.high_min, self.usual_min)


@lru_cache(maxsize=1)
def durations() -> dict[str, Duration]:
    """All of them, by action or `action/use`."""
    rows = yaml_files.load(files("coign.demo").joinpath("durations.yaml").read_bytes())["durations"]
    found = {}
    for name, row in rows.items():
        low, usual, high = (float(number) * _MINUTES[row["unit"]] for number in row["usual"])
        found[name] = Duration(low, usual, high, bool(row.get("daytime")))
    return found


def after(earlier: Instant, name: str, chance: random.Random, zone: str) -> Instant:
    """When the act of this name follows an earlier instant; an action without a figure of its own takes an hour."""
    duration = durations().get(name) or Duration(30, 60, 90, True)
    later = earlier.plus(minutes=duration.draw(chance))
    return at_work(later, chance, zone) if duration.daytime else later


def at_work(moment: Instant, chance: random.Random, zone: str) -> Instant:
    """The instant itself if people there are at work, otherwise some time on the next morning that they are."""
    local = moment.moment.astimezone(ZoneInfo(zone))
    if local.weekday() < _SATURDAY and _OPENS <= local.time() < _CLOSES:
        return moment
    return _morning(local.date() + timedelta(days=0 if local.time() < _OPENS else 1), chance, zone)


def in_the_morning(moment: Instant, chance: random.Random, zone: str) -> Instant:
    """Some time on the morning of that day there, or of the next one that people are at work."""
    return _morning(moment.moment.astimezone(ZoneInfo(zone)).date(), chance, zone)


def _morning(day: date, chance: random.Random, zone: str) -> Instant:
    while day.weekday() >= _SATURDAY:
        day += timedelta(days=1)
    opens = datetime.combine(day, _OPENS, ZoneInfo(zone))
    return Instant.of(opens + timedelta(minutes=chance.randrange(0, 100), seconds=chance.randrange(60)))
