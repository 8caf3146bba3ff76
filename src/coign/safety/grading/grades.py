"""What a grading gives, and what it asks of the rule sets."""

from collections.abc import Iterable
from decimal import Decimal
from typing import Any, Protocol, cast

from coign.kernel.frozen import dataclass
from coign.kernel.values import Instant
from coign.safety.events import Grade


class Rules(Protocol):
    """Dated values, as the rule sets give them. KeyError: none holds at that instant."""

    def rule(self, name: str, at: Instant, jurisdiction: str = "") -> Any:
        """The row that holds at an instant."""

    def number(self, name: str, at: Instant, jurisdiction: str = "") -> Decimal:
        """Its value as a number."""

    def text(self, name: str, at: Instant, jurisdiction: str = "") -> str:
        """Its value as text."""

    def all(self) -> Iterable[Any]:
        """Every row."""


@dataclass(frozen=True, slots=True)
class Graded:
    """A grade, or the reason why there is none; `note` says what could make the grade higher and is not known."""

    grade: Grade | None
    not_graded_because: str = ""
    note: str = ""


def graded(value: Decimal | int, note: str = "") -> Graded:
    """The grade with this number."""
    return Graded(cast(Grade, str(int(value))), note=note)


def counted(computed: Grade | None, clinicians: Grade | None) -> Grade | None:
    """The grade that counts where patients are counted: the higher of the computed one and the clinician's own.

    Both stay on record. A lower grade of one's own explains; it never takes a patient out of a count.
    """
    return worst(computed, clinicians)


def worst(*grades: Grade | None) -> Grade | None:
    """The highest of these grades; None when there is none among them."""
    return max((g for g in grades if g is not None), default=None)
