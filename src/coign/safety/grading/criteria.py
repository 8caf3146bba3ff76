"""The notation in which a rule set writes the criteria of a laboratory term, and how a measurement meets them.

`0: <= ULN | 1: > ULN | 2: > 3 ULN and baseline normal; > 3 baseline and baseline abnormal`: bars separate grades,
semicolons alternatives; what must hold together is joined by `and`. Comparisons are exact decimals, borders as printed.
What is not known is neither met nor unmet; it leaves a criterion open only where it decides.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import lru_cache
from operator import ge, gt, le, lt
from typing import Literal

from coign.kernel.frozen import dataclass

BaselineState = Literal["normal", "low", "high"]
#: Yes, no, or None: not known.
Answer = bool | None

_COMPARISON = re.compile(
    r"(?P<sign><=|>=|<|>) ?(?P<factor>\d+(?:\.\d+)?)? ?(?P<of>ULN|LLN|baseline)?(?: \+ (?P<more>\d+(?:\.\d+)?))?\Z"
)
_DECREASE = re.compile(r"decrease >= (?P<percent>\d+)\Z")
_BASELINE = re.compile(r"baseline (?P<state>normal|low|high|abnormal|not high)\Z")
_SIGNS: Mapping[str, Callable[[Decimal, Decimal], bool]] = {"<": lt, "<=": le, ">": gt, ">=": ge}
_STATES: Mapping[str, frozenset[str]] = {
    "normal": frozenset({"normal"}),
    "low": frozenset({"low"}),
    "high": frozenset({"high"}),
    "abnormal": frozenset({"low", "high"}),
    "not high": frozenset({"normal", "low"}),
}
_NAMES: Mapping[str, str] = {
    "ULN": "the upper limit of normal",
    "LLN": "the lower limit of normal",
    "baseline": "the value before treatment",
}
STATE, DECREASE = "whether the value before treatment was normal", "how far it fell since before treatment"


@dataclass(frozen=True, slots=True)
class Measured:
    """A value with what it can be compared with, all in one unit; None: not known."""

    value: Decimal
    upper_limit: Decimal | None = None
    lower_limit: Decimal | None = None
    baseline: Decimal | None = None
    baseline_state: BaselineState | None = None
    decrease_percent: Decimal | None = None

    def number(self, name: str) -> Decimal | None:
        """What a criterion calls by this name."""
        return {"ULN": self.upper_limit, "LLN": self.lower_limit, "baseline": self.baseline}[name]

    @property
    def decrease(self) -> Decimal | None:
        """By how many per cent it fell: as told, or from the value before treatment."""
        if self.decrease_percent is not None or not self.baseline:
            return self.decrease_percent
        return (self.baseline - self.value) / self.baseline * 100


@dataclass(frozen=True, slots=True)
class Comparison:
    """One part of a criterion: the value with a number, a limit, a multiple of it, or a limit and something more."""

    sign: str
    factor: Decimal | None
    of: str
    more: Decimal

    def asks(self, measured: Measured) -> str:
        """What it needs and is not known; empty when nothing is missing."""
        return _NAMES[self.of] if self.of and measured.number(self.of) is None else ""

    def meets(self, measured: Measured) -> Answer:
        """Whether the value meets it."""
        of = measured.number(self.of) if self.of else Decimal(1)
        if of is None:
            return None
        border = (self.factor if self.factor is not None else Decimal(1)) * of + self.more
        return _SIGNS[self.sign](measured.value, border)


@dataclass(frozen=True, slots=True)
class Decrease:
    """One part of a criterion: a fall since before treatment."""

    percent: Decimal

    def asks(self, measured: Measured) -> str:
        """What it needs and is not known."""
        return DECREASE if measured.decrease is None else ""

    def meets(self, measured: Measured) -> Answer:
        """Whether the fall is as large."""
        fall = measured.decrease
        return None if fall is None else fall >= self.percent


@dataclass(frozen=True, slots=True)
class Before:
    """One part of a criterion: what the value was like before treatment."""

    states: frozenset[str]

    def asks(self, measured: Measured) -> str:
        """What it needs and is not known."""
        return STATE if measured.baseline_state is None else ""

    def meets(self, measured: Measured) -> Answer:
        """Whether it was like that."""
        return None if measured.baseline_state is None else measured.baseline_state in self.states


Part = Comparison | Decrease | Before


@dataclass(frozen=True, slots=True)
class Criterion:
    """What makes one grade: alternatives, each of parts that must hold together."""

    alternatives: tuple[tuple[Part, ...], ...]

    def meets(self, measured: Measured) -> Answer:
        """Yes where one alternative holds, no where none can, None where it hangs on something unknown."""
        found = [_all(part.meets(measured) for part in parts) for parts in self.alternatives]
        return True if True in found else None if None in found else False

    def missing(self, measured: Measured) -> tuple[str, ...]:
        """What would have to be known to decide it."""
        undecided = [p for parts in self.alternatives if _all(x.meets(measured) for x in parts) is None for p in parts]
        return tuple(dict.fromkeys(name for part in undecided if (name := part.asks(measured))))

    @property
    def uses_upper_limit(self) -> bool:
        """Whether the upper limit of normal is asked for."""
        return any(isinstance(p, Comparison) and p.of == "ULN" for parts in self.alternatives for p in parts)

    @property
    def borders(self) -> list[Decimal]:
        """Numbers with which the value itself is compared."""
        parts = [p for parts in self.alternatives for p in parts if isinstance(p, Comparison)]
        return [p.factor for p in parts if not p.of and p.factor is not None]


def _all(answers: Iterable[Answer]) -> Answer:
    found = list(answers)
    return False if False in found else None if None in found else True


@lru_cache(maxsize=512)
def read(text: str) -> Mapping[int, Criterion]:
    """Every grade of a term with its criterion; ValueError says which part cannot be read."""
    found = {}
    for each in text.split("|"):
        grade, colon, words = each.partition(":")
        if not colon or not grade.strip().isdigit():
            raise ValueError(f"expected a grade and its criterion, such as “1: > ULN”, not “{each.strip()}”")
        alternatives = tuple(tuple(_part(p.strip()) for p in a.split(" and ")) for a in words.split(";"))
        found[int(grade)] = Criterion(alternatives)
    return found


def _part(text: str) -> Part:
    if match := _DECREASE.match(text):
        return Decrease(Decimal(match["percent"]))
    if match := _BASELINE.match(text):
        return Before(_STATES[match["state"]])
    match = _COMPARISON.match(text)
    if match is None or not (match["factor"] or match["of"]):
        raise ValueError(f"“{text}” is no part of a criterion")
    factor, more = match["factor"], match["more"]
    return Comparison(
        match["sign"], Decimal(factor) if factor else None, match["of"] or "", Decimal(more) if more else Decimal(0)
    )
