"""Limits, clocks and jurisdictions: dated data, loaded and hashed."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from decimal import Decimal, InvalidOperation
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any

from coign import yaml_files
from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign_verify.jcs import canonical

_UNIT_WORDS = {"s": "second", "min": "minute", "h": "hour", "d": "day"}
_NAMED = re.compile(r"\{([a-z0-9_.]+)\}")
_OF_COUNTRY = "jurisdiction.of_country."
_SECONDS = {"s": 1, "min": 60, "h": 3600, "d": 86_400}
_PER_MINUTE = {"s": Decimal(1) / 60, "min": Decimal(1), "h": Decimal(60), "d": Decimal(1440)}


@dataclass(frozen=True, slots=True)
class Rule:
    """One dated value; `since` is the first day, in UTC, on which it holds."""

    name: str
    value: str
    unit: str
    since: str
    jurisdiction: str
    source: str


class RuleSets:
    """All rules of an installation; questions give the value that holds at an instant."""

    def __init__(self, rules: Iterable[Rule], digest: str) -> None:
        self.digest = digest
        self._rules: dict[tuple[str, str], list[Rule]] = {}
        for rule in sorted(rules, key=lambda r: r.since):
            self._rules.setdefault((rule.name, rule.jurisdiction), []).append(rule)
        self._on_day = lru_cache(1024)(self._held)  # gates ask the same few rules again and again

    def rule(self, name: str, at: Instant, jurisdiction: str = "") -> Rule:
        """The row that holds at an instant: of the jurisdiction, else the general one. KeyError: no such rule then."""
        return self._on_day(name, at[:10], jurisdiction)

    def _held(self, name: str, day: str, jurisdiction: str) -> Rule:
        for place in (jurisdiction, ""):
            held = [r for r in self._rules.get((name, place), ()) if r.since <= day]
            if held:
                return held[-1]
        raise KeyError(f"no rule {name} holds on {day}" + (f" in {jurisdiction}" if jurisdiction else ""))

    def number(self, name: str, at: Instant, jurisdiction: str = "") -> Decimal:
        """A value as a number, in the unit of its row."""
        return Decimal(self.rule(name, at, jurisdiction).value)

    def minutes(self, name: str, at: Instant, jurisdiction: str = "") -> float:
        """A duration in minutes, whatever the unit of its row."""
        rule = self.rule(name, at, jurisdiction)
        return _minutes(rule.value, rule.unit)

    def minutes_if_any(self, name: str, at: Instant, jurisdiction: str = "") -> float | None:
        """The same; None where no such rule holds then."""
        try:
            return self.minutes(name, at, jurisdiction)
        except KeyError:
            return None

    def text(self, name: str, at: Instant, jurisdiction: str = "") -> str:
        """A value as text."""
        return self.rule(name, at, jurisdiction).value

    def in_words(self, text: str, at: Instant) -> str:
        """A text for people in which `{name of a duration}` stands for what holds then: `48 hours`."""
        return _NAMED.sub(lambda found: self._duration(found[1], at), text)

    def _duration(self, name: str, at: Instant) -> str:
        rule = self.rule(name, at)
        unit = _UNIT_WORDS[rule.unit]
        return f"{rule.value} {unit}" if rule.value == "1" else f"{rule.value} {unit}s"

    @cached_property
    def terms(self) -> Mapping[str, Any]:
        """What invariants hold every house to: durations in seconds and counts that hold in every jurisdiction.

        By name, each with the days from which they hold, the oldest first; and whose law holds in each country.
        """
        durations, counts = dict[str, list[list[str]]](), dict[str, list[list[str]]]()
        for rule in self.all():
            with suppress(InvalidOperation, KeyError):  # a word, or a measure of something else
                value = Decimal(rule.value) * (_SECONDS[rule.unit] if rule.unit else 1)
                if not rule.jurisdiction:
                    named = (durations if rule.unit else counts).setdefault(rule.name, [])
                    named.append([rule.since, f"{value:f}"])
        of_country = [rule for rule in self.all() if rule.name.startswith(_OF_COUNTRY)]
        return {
            "durations_s": durations,
            "counts": counts,
            "jurisdictions": {rule.name.removeprefix(_OF_COUNTRY): rule.value for rule in of_country},
        }

    @cached_property
    def terms_digest(self) -> str:
        """The hash of these terms, as it stands in every intent (`basis`)."""
        return hashlib.sha256(canonical(self.terms)).hexdigest()

    def all(self) -> list[Rule]:
        """Every row, for the reference page."""
        return [rule for rows in self._rules.values() for rule in rows]


@lru_cache(maxsize=256)
def _minutes(value: str, unit: str) -> float:
    return float(Decimal(value) * _PER_MINUTE[unit])


@lru_cache(maxsize=1)
def load() -> RuleSets:
    """The rule sets that come with this version."""
    rules, digest = [], hashlib.sha256()
    for file in sorted(files("coign.rulesets").iterdir(), key=lambda f: f.name):
        if file.name.endswith(".yaml"):
            content = file.read_bytes()
            digest.update(hashlib.sha256(content).digest())
            rules += [_row(row) for row in yaml_files.load(content)["rules"]]
    return RuleSets(rules, digest.hexdigest())


def _row(row: dict[str, object]) -> Rule:
    return Rule(
        str(row["name"]),
        str(row["value"]),
        str(row.get("unit", "")),
        str(row["from"]),
        str(row.get("jurisdiction", "")),
        str(row["source"]),
    )
