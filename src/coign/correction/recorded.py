"""A value as it stands in an entry: which of an entry's values can be corrected, and where each of them stands."""

from collections.abc import Iterable, Iterator
from dataclasses import fields, is_dataclass
from typing import Any

from coign.infusion.events import Finding
from coign.kernel.facts import Fact, about
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Case, Person, Subject
from coign.kernel.values import Instant, Quantity
from coign.manufacturing.events import Measured


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """One value with its unit; `name` tells it apart from the others of its entry, such as `measurements/viability`."""

    entry: int = 0
    fact: str = ""
    name: str = ""
    label: str = ""
    value: str = ""
    unit: str = ""
    of: tuple[Subject, ...] = ()
    at: Instant | None = None
    by: Person | None = None
    step: str = ""
    #: The case in which it was last corrected; `value` is then what was found in it.
    case: Case | None = None

    @property
    def home(self) -> Subject:
        """The batch whose record it stands in; of what belongs to none, the therapy."""
        return next(s for kind in ("batch", "chain") for s in self.of if s.kind == kind)

    @property
    def is_of_patient(self) -> bool:
        """Whether it tells of a patient: then it is for the centre alone."""
        return any(subject.kind == "patient" for subject in self.of)


def values_of(facts: Iterable[Fact]) -> Iterator[Recorded]:
    """Every value of these facts that can be corrected. A word is no value: it is said anew by the act that said it."""
    for fact in facts:
        assert is_dataclass(fact)
        for each in fields(fact):
            label = each.metadata.get("correctable", "")
            for item, number, unit in _numbers(getattr(fact, each.name)) if label else ():
                yield Recorded(
                    fact=fact.TYPE,
                    name=f"{each.name}/{item}" if item else each.name,
                    label=f"{label}: {item.replace('_', ' ')}" if item else label,
                    value=number,
                    unit=unit,
                    of=about(fact),
                    step=getattr(fact, "step", ""),
                )


def _numbers(value: Any) -> Iterator[tuple[str, str, str]]:
    """Item, number and unit of each number with a unit."""
    match value:
        case Quantity(value=number, unit=unit):
            yield "", number, unit
        case Measured(id=id, quantity=quantity):
            yield id, quantity.value, quantity.unit
        case Finding(id=id, value=number, unit=unit) if is_number(number):
            yield id, number, unit
        case tuple():
            for each in value:
                yield from _numbers(each)


def is_number(text: str) -> bool:
    """Whether a text is a decimal number as it is written to the record."""
    try:
        return bool(Quantity(text, "1"))
    except ValueError:
        return False
