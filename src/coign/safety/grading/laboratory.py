"""The grade of a laboratory value by a version of CTCAE: the published criteria, compared exactly.

A version is pinned by the protocol and never mixed with another. What cannot be graded gets no grade and the reason;
grade 0 means measured and within limits, and nothing higher left open.
"""

from collections.abc import Mapping
from decimal import Decimal

from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.safety.grading.criteria import BaselineState, Criterion, Measured, read
from coign.safety.grading.grades import Graded, Rules, graded

_TERMS = "safety.ctcae.v"
#: Other spellings of a unit, in small letters.
_SAME_UNIT: Mapping[str, str] = {"10*3/ul": "10*9/l"}


@dataclass(frozen=True, slots=True)
class Observation:
    """One result, its limits of normal and what it was before treatment: all in the unit of the result."""

    at: Instant
    version: str
    term: str
    value: Decimal | None
    unit: str = ""
    upper_limit: Decimal | None = None
    lower_limit: Decimal | None = None
    baseline: Decimal | None = None
    baseline_state: BaselineState | None = None
    decrease_percent: Decimal | None = None


def terms(version: str, rules: Rules) -> Mapping[str, tuple[str, ...]]:
    """The terms of a version that a result can be graded by, each with the units it is written for ("": any)."""
    prefix, found = f"{_TERMS}{version}.", dict[str, list[str]]()
    for row in rules.all():
        if row.name.startswith(prefix):
            term, _, unit = row.name.removeprefix(prefix).partition(".")
            found.setdefault(term, []).append(unit)
    return {term: tuple(dict.fromkeys(units)) for term, units in sorted(found.items())}


def grade_laboratory(seen: Observation, rules: Rules) -> Graded:
    """The grade that this version gives, or why it gives none."""
    found = {name.lower(): (name, units) for name, units in terms(seen.version, rules).items()}
    name, units = found.get(term_name(seen.term), ("", ()))
    if not units:
        return Graded(None, f"version {seen.version} of CTCAE grades no laboratory value as “{seen.term}”")
    if seen.value is None:
        return Graded(None, "there is no value")
    unit = _fitting(seen.unit, units)
    if unit is None:
        given = f"in {seen.unit}" if seen.unit else "without its unit"
        return Graded(None, f"“{seen.term}” is graded in {', '.join(u for u in units if u)}, not {given}")
    criteria = read(rules.text(f"{_TERMS}{seen.version}.{name}" + (f".{unit}" if unit else ""), seen.at))
    if _in_another_unit(seen, criteria, rules):
        return Graded(None, f"the upper limit of normal, {seen.upper_limit}, cannot be in {seen.unit}: use one unit")
    measured = Measured(
        seen.value, seen.upper_limit, seen.lower_limit, seen.baseline, seen.baseline_state, seen.decrease_percent
    )
    return _grade(criteria, measured)


def term_name(term: str) -> str:
    """A term as the rule sets name it, in small letters, with a line for what is neither letter nor digit."""
    words = "".join(c if c.isalnum() else " " for c in term.lower()).split()
    return "_".join(words)


def _fitting(unit: str, units: tuple[str, ...]) -> str | None:
    """The unit of the term that the result is in; "" where the term compares with limits alone; None: none fits."""
    plain = unit.lower().replace("^", "*").replace("µ", "u").replace("μ", "u")
    wanted = (_SAME_UNIT.get(plain, plain), "")
    return next((u for w in wanted for u in units if u.lower() == w), None)


def _in_another_unit(seen: Observation, criteria: Mapping[int, Criterion], rules: Rules) -> bool:
    """Whether the limit of normal lies so far below the next border that it must be of another unit (CSV-28)."""
    borders = [b for c in criteria.values() for b in c.borders]
    if seen.upper_limit is None or not borders or not any(c.uses_upper_limit for c in criteria.values()):
        return False
    return seen.upper_limit < min(borders) * rules.number("safety.ctcae.limit_plausible_min", seen.at)


def _grade(criteria: Mapping[int, Criterion], measured: Measured) -> Graded:
    """The highest grade that is met; what is still open above it is told, and leaves no grade 0."""
    above: list[tuple[int, Criterion]] = []
    for grade in sorted(criteria, reverse=True):
        answer = criteria[grade].meets(measured)
        if answer and not (above and grade == 0):
            words = "; ".join(f"grade {g} hangs on {_words(c, measured)}" for g, c in above)
            return graded(grade, words)
        if answer is None:
            above.append((grade, criteria[grade]))
    if above:
        missing = dict.fromkeys(name for _, c in above for name in c.missing(measured))
        return Graded(None, f"not known is {' and '.join(missing)}")
    return Graded(None, "no grade of this term is written for such a value")


def _words(criterion: Criterion, measured: Measured) -> str:
    return " and ".join(criterion.missing(measured))
