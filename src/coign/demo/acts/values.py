"""Measured values of the demonstration: inside their limits, and never twice the same."""

import random
from decimal import Decimal

from coign.programmes.model import Range


def inside(asked: Range, chance: random.Random) -> str:
    """A value that a good measurement gives, as it is written: a word, or a number in the unit of its range."""
    if asked.equals:
        return asked.equals
    low, high = _span(asked)
    value = Decimal(str(round(chance.uniform(float(low), float(high)), 4)))
    written = value.quantize(Decimal("0.01") if high < 10 else Decimal("0.1") if high < 1000 else Decimal(1))
    assert asked.holds(str(written)), f"{asked.id}: {written} is not {asked.words}"
    return str(written)


def _span(asked: Range) -> tuple[Decimal, Decimal]:
    """The middle of what is allowed; where one side is open, a stretch beside the bound."""
    lower = asked.low if asked.low is not None else asked.above
    upper = asked.high if asked.high is not None else asked.below
    if upper is None and asked.unit == "%":
        upper = Decimal(100)
    if lower is None and upper is None:
        return Decimal(1), Decimal(9)
    if lower is None:
        assert upper is not None
        return upper * Decimal("0.3"), upper * Decimal("0.7")
    if upper is None:
        return lower * Decimal("1.2"), lower * Decimal("2.2")
    width = upper - lower
    return lower + width * Decimal("0.35"), lower + width * Decimal("0.8")
