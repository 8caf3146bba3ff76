"""A measured value on a line with its limits."""

from __future__ import annotations

from decimal import Decimal

from coign.kernel.frozen import dataclass

Number = Decimal | int | float | str


@dataclass(frozen=True, slots=True)
class Mark:
    """A place on the line, with its word kept inside the picture."""

    x: float
    label: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Zone:
    """A stretch of the line: `allowed` or `outside`."""

    kind: str
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Scale:
    """Everything the picture of one measurement shows."""

    zones: tuple[Zone, ...]
    limits: tuple[Mark, ...]
    value: Mark | None
    last: Mark | None
    sentence: str
    first: float
    end: float


def scale(
    *,
    name: str,
    unit: str,
    value: Number | None,
    low: Number | None,
    high: Number | None,
    last: Number | None,
    low_open: bool = False,
    high_open: bool = False,
) -> Scale | None:
    """Place value, limits and the last value; no picture where there is no limit to compare with.

    An open limit is itself outside: `> 50`, not `≥ 50`.
    """
    if low is None and high is None:
        return None
    numbers = [Decimal(str(n)) for n in (value, low, high, last) if n is not None]
    first, end = bounds(numbers)

    def at(n: Number) -> float:
        return round(float(100 * (Decimal(str(n)) - first) / (end - first)), 2)

    def mark(n: Number | None, word: str) -> Mark | None:
        return None if n is None else Mark(at(n), word, anchor(at(n)))

    left = at(low) if low is not None else 0.0
    right = at(high) if high is not None else 100.0
    zones = [Zone("allowed", left, round(right - left, 2))]
    if low is not None:
        zones.insert(0, Zone("outside", 0, left))
    if high is not None:
        zones.append(Zone("outside", right, round(100 - right, 2)))
    lower, upper = ">" if low_open else "≥", "<" if high_open else "≤"
    limits = [m for m in (mark(low, f"{lower} {minus(low)} {unit}"), mark(high, f"{upper} {minus(high)} {unit}")) if m]
    words = [f"{name}: {minus(value)} {unit}" if value is not None else f"{name}: no value"]
    words += [f"limit {m.label}" for m in limits] + ([f"last {minus(last)} {unit}"] if last is not None else [])
    shown_last = mark(last, f"last {minus(last)}")
    if shown_last and any(abs(shown_last.x - m.x) < 22 for m in limits):
        shown_last = Mark(shown_last.x, "", shown_last.anchor)
    return Scale(
        zones=tuple(zones),
        limits=tuple(limits),
        value=mark(value, f"{minus(value)} {unit}"),
        last=shown_last,
        sentence=", ".join(words).replace("  ", " ").strip(),
        first=float(first),
        end=float(end),
    )


def bounds(numbers: list[Decimal]) -> tuple[Decimal, Decimal]:
    """Room on both sides, so that no mark sits on the edge."""
    lowest, highest = min(numbers), max(numbers)
    room = (highest - lowest) * Decimal("0.35") or abs(highest) * Decimal("0.5") or Decimal(1)
    return lowest - room, highest + room


def anchor(x: float) -> str:
    """Words near an edge grow inwards."""
    return "start" if x < 15 else "end" if x > 85 else "middle"


def minus(n: Number | None) -> str:
    """A number as people read it: a true minus, never a hyphen."""
    return "" if n is None else str(n).replace("-", "−")
