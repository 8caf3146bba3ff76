"""Values that commands, facts and states are made of."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation
from functools import lru_cache
from typing import ClassVar, Self

from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Organisation, Person

_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z\Z")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HEX32 = re.compile(r"[0-9a-f]{64}\Z")
_DECIMAL = re.compile(r"-?(0|[1-9]\d*)(\.\d+)?\Z")


#: Nobody's life or archive reaches further; any time in it can be moved by a limit without leaving the calendar.
YEARS = range(1800, 2400)


@lru_cache(maxsize=1024)
def _whole_second(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat()[:19]


class Instant(str):
    """A point in time: RFC 3339, UTC, six decimals. Fixed width, so that text order is time order."""

    __slots__ = ()

    @classmethod
    def of(cls, moment: datetime) -> Self:
        """From an aware datetime of any zone."""
        if moment.tzinfo is None:
            raise ValueError("a time needs its zone")
        return cls(moment.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z")

    @classmethod
    def parse(cls, text: str) -> Self:
        """From RFC 3339 text with a zone; ValueError says what was expected."""
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            raise ValueError("expected a time such as 2026-03-12T09:42:00+01:00") from None
        if moment.year not in YEARS:
            raise ValueError(f"expected a time between the years {YEARS.start} and {YEARS.stop - 1}")
        if _INSTANT.match(text):
            return cls(text)
        if moment.tzinfo is None:
            raise ValueError("a time needs its zone, such as +01:00 or Z")
        return cls.of(moment)

    @classmethod
    def of_us(cls, microseconds: int) -> Self:
        """From microseconds since 1970."""
        seconds, rest = divmod(microseconds, 1_000_000)
        return cls(f"{_whole_second(seconds)}.{rest:06d}Z")

    @property
    def us(self) -> int:
        """Microseconds since 1970."""
        return (self.moment - _EPOCH) // timedelta(microseconds=1)

    @property
    def moment(self) -> datetime:
        """As an aware datetime in UTC."""
        return datetime.fromisoformat(self)

    def plus(self, **duration: float) -> "Instant":
        """Later by a duration: `plus(minutes=30)`."""
        return Instant.of(self.moment + timedelta(**duration))

    def minutes_since(self, earlier: "Instant") -> float:
        """Minutes that have passed since an earlier instant; negative if it lies ahead."""
        return (self.moment - earlier.moment).total_seconds() / 60


@dataclass(frozen=True, slots=True)
class Quantity:
    """A measurement: a decimal number as text, so that its digits stay, and a UCUM unit."""

    value: str
    unit: str

    def __post_init__(self) -> None:
        if not _DECIMAL.match(self.value):
            raise ValueError("expected a decimal number such as 68.0")
        if not self.unit:
            raise ValueError("a number needs its unit")

    @property
    def amount(self) -> Decimal:
        """The number, exactly."""
        return Decimal(self.value)

    @classmethod
    def of(cls, amount: Decimal | int | str, unit: str) -> Self:
        """From a number and a unit."""
        try:
            return cls(format(Decimal(amount), "f"), unit)
        except InvalidOperation:
            raise ValueError("expected a decimal number such as 68.0") from None

    def __str__(self) -> str:
        return f"{self.value} {self.unit}"


class Digest(str):
    """A SHA-256 hash as 64 lower-case hexadecimal digits."""

    __slots__ = ()

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read a digest; ValueError says what was expected."""
        if not _HEX32.match(text):
            raise ValueError("expected a SHA-256 hash: 64 lower-case hexadecimal digits")
        return cls(text)


class Secret:
    """Text that goes to the vault. The ledger holds its commitment; `text` is there while the command is handled."""

    __slots__ = ("commitment", "text")
    retention_class: ClassVar[str] = ""

    def __init__(self, text: str | None = None, commitment: str = "") -> None:
        self.text = text
        self.commitment = commitment

    def sealed(self, commitment: str) -> Self:
        """The same text with its commitment."""
        return type(self)(self.text, commitment)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Secret):
            return NotImplemented
        return (self.commitment, self.text) == (other.commitment, other.text)

    def __hash__(self) -> int:
        return hash((self.commitment, self.text))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(commitment={self.commitment!r})"


class FreeText(Secret):
    """What a person wrote in their own words: may name anybody, so it is never stored openly."""

    __slots__ = ()
    retention_class: ClassVar[str] = "free_text"


class Identifying(Secret):
    """A value that identifies a human: name, birth date, hospital number."""

    __slots__ = ()
    retention_class: ClassVar[str] = "identity"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, in which role, for which organisation, from which station."""

    person: Person
    role: str
    organisation: Organisation
    station: str = ""
