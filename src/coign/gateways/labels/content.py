"""Everything one label says, checked so far that it can be printed legibly (2006/86 Annex II E; 21 CFR 1271.90(c))."""

import unicodedata
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from coign.gateways.labels.symbols import (
    Symbol,
    SymbolKind,
    check_donation_number,
    donation_check_character,
    symbol_text,
)
from coign.kernel.errors import FieldError, Invalid
from coign.kernel.frozen import dataclass

TEXT_CHARACTERS_MAX = 120
STATEMENTS_MAX = 6

_MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")

# What the built-in font draws. Outside of it the printer would put an empty box where a letter belongs.
PRINTABLE_RANGES = (
    (0x0020, 0x007E),
    (0x00A1, 0x00AC),
    (0x00AE, 0x024F),
    (0x0391, 0x03A1),
    (0x03A3, 0x03CE),
    (0x0400, 0x045F),
)
PRINTABLE_SINGLES = frozenset("ΆΈΉΊΌΎΏΐ‐‑–—‘’“”„•…′″€−≤≥≠±ẞ")


class LabelKind(StrEnum):
    """What the label is stuck on; decides the size of the page and the kind of symbol."""

    COLLECTION = "collection"
    FINAL_CONTAINER = "final_container"
    WRISTBAND = "wristband"
    SHIPPER = "shipper"
    BADGE = "badge"

    @property
    def symbol_kind(self) -> SymbolKind:
        """The kind of symbol on this label."""
        return _SYMBOLS[self]


_SYMBOLS = {
    LabelKind.COLLECTION: SymbolKind.UNIT,
    LabelKind.FINAL_CONTAINER: SymbolKind.UNIT,
    LabelKind.WRISTBAND: SymbolKind.WRISTBAND,
    LabelKind.SHIPPER: SymbolKind.SHIPPER,
    LabelKind.BADGE: SymbolKind.BADGE,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelContent:
    """Everything one label says. Codes only; a name appears only among `identifiers`, and then two stand there.

    `identifier` is what the symbol carries: unit id, wristband number, shipper id or badge number. `chain` is the
    neutral identifier of the chain of identity. `print_serial` counts the prints of this label, so that a copy is
    noticed when it is scanned (TRC-14).
    """

    kind: LabelKind
    product_name: str
    identifier: str
    print_serial: int
    site_zone: str
    chain: str = ""
    din: str = ""
    lot: str = ""
    expires_at: datetime | None = None
    collected_at: datetime | None = None
    storage: str = ""
    statements: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    demonstration: bool = False

    def __post_init__(self) -> None:
        errors = tuple(_problems(self))
        if errors:
            raise Invalid(*errors)

    @property
    def symbol(self) -> Symbol:
        """What stands in the symbol."""
        return Symbol(self.kind.symbol_kind, self.identifier, self.print_serial)

    @property
    def payload(self) -> str:
        """The text of the symbol."""
        return symbol_text(self.symbol)

    @property
    def lines(self) -> tuple[tuple[str, str], ...]:
        """Caption and value of every line that is filled, in the order of the label."""
        every = (
            ("ID", f"{self.identifier}  print {self.print_serial}"),
            ("COI", self.chain),
            ("DIN", _printed_din(self.din)),
            ("Lot", self.lot),
            ("Collected", self._local(self.collected_at)),
            ("Expires", self._local(self.expires_at)),
            ("Storage", self.storage),
        )
        return tuple((caption, value) for caption, value in every if value)

    def _local(self, moment: datetime | None) -> str:
        return "" if moment is None else printed_time(moment, self.site_zone)


def printed_time(moment: datetime, zone: str) -> str:
    """An instant as read at that site: `31 DEC 2027 23:59 +01:00`. Months in letters, as 03/04 has two readings."""
    local = moment.astimezone(ZoneInfo(zone))
    offset = local.isoformat(timespec="minutes")[-6:]
    return f"{local.day:02d} {_MONTHS[local.month - 1]} {local.year} {local:%H:%M} {offset}"


def _printed_din(din: str) -> str:
    """By eye as facility, year, sequence and boxed check character: `G1234 98 654321 [H]`."""
    return f"{din[:5]} {din[5:7]} {din[7:]} [{donation_check_character(din)}]" if din else ""


def _problems(content: LabelContent) -> Iterator[FieldError]:
    yield from _code_problems(content)
    yield from _time_problems(content)
    if not content.product_name.strip():
        yield FieldError("product_name", "a label names the product or programme")
    if len(content.identifiers) not in (0, 2):
        yield FieldError("identifiers", "a label shows two patient identifiers or none")
    if len(content.statements) > STATEMENTS_MAX:
        yield FieldError("statements", f"at most {STATEMENTS_MAX} statements fit on a label")
    for field, text in printed_fields(content):
        yield from _text_problems(field, text)


def _code_problems(content: LabelContent) -> Iterator[FieldError]:
    try:
        symbol_text(content.symbol)
    except Invalid as error:
        yield from error.errors
    if content.din:
        try:
            check_donation_number(content.din)
        except Invalid as error:
            yield FieldError("din", error.errors[0].message)


def _time_problems(content: LabelContent) -> Iterator[FieldError]:
    try:
        ZoneInfo(content.site_zone)
    except (KeyError, ValueError, OSError):
        yield FieldError(
            "site_zone", f"the time zone {content.site_zone!r} is not known: expected one such as Europe/Berlin"
        )
    for field, moment in (("expires_at", content.expires_at), ("collected_at", content.collected_at)):
        if moment is not None and moment.tzinfo is None:
            yield FieldError(field, "a time needs its zone")


def printed_fields(content: LabelContent) -> Iterator[tuple[str, str]]:
    """Every text a person could have typed, with the name of its field."""
    for field in ("product_name", "identifier", "chain", "din", "lot", "storage"):
        yield field, getattr(content, field)
    for number, statement in enumerate(content.statements):
        yield f"statements[{number}]", statement
    for number, identifier in enumerate(content.identifiers):
        yield f"identifiers[{number}]", identifier


def is_printable(character: str) -> bool:
    """Whether the built-in font draws this character."""
    return character in PRINTABLE_SINGLES or any(low <= ord(character) <= high for low, high in PRINTABLE_RANGES)


def _text_problems(field: str, text: str) -> Iterator[FieldError]:
    if len(text) > TEXT_CHARACTERS_MAX:
        yield FieldError(field, f"at most {TEXT_CHARACTERS_MAX} characters fit on a line of a label")
    if text != unicodedata.normalize("NFC", text):
        yield FieldError(field, "accents must be part of their letter (Unicode NFC)")
        return
    for position, character in enumerate(text):
        if not is_printable(character):
            yield FieldError(field, f"U+{ord(character):04X} (character {position + 1}) cannot be printed on a label")
            return
