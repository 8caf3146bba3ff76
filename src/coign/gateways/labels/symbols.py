"""The text inside a symbol: which thing this is, by a code, with a check character (21 CFR 1271.290(c)).

`COIGN1|U|<identifier>|<print serial>|<check>`: printable ASCII only, so that a scanner acting as a keyboard can type
it. A computer set to another keyboard layout than the scanner turns `|` into something else: such a scan is refused.
A bare donation identification number (ISBT 128 ST-001, data structure 001) is read as well.
"""

import re
from enum import StrEnum
from functools import lru_cache

from stdnum.iso7064 import mod_37_2

from coign.kernel.errors import FieldError, Invalid
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Box, Equipment, Lot, Patient, Person, Room, Shipper, Subject, Unit

PREFIX = "COIGN1"
SERIAL_MAX = 9_999_999
IDENTIFIER_CHARACTERS_MAX = 64

_IDENTIFIER = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_SERIAL = re.compile(r"[1-9][0-9]{0,6}")
_ALLOWED = re.compile(r"[A-Za-z0-9._|*-]*")
_DIN = re.compile(r"[A-NP-Z1-9][A-NP-Z0-9]{4}[0-9]{8}")
_FLAGS_WITH_CHECK = range(60, 97)
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
_ESCAPES = {"|": "*0", "-": "*1", ".": "*2", "_": "*3"}


class SymbolKind(StrEnum):
    """What a symbol stands on."""

    UNIT = "U"
    WRISTBAND = "P"
    SHIPPER = "S"
    BADGE = "B"
    SEAL = "L"
    MATERIAL_LOT = "M"
    EQUIPMENT = "E"
    ROOM = "R"
    LOGGER = "O"
    BOX = "T"
    DONATION = "din"


_KINDS = frozenset(kind.value for kind in SymbolKind if kind is not SymbolKind.DONATION)


@dataclass(frozen=True, slots=True)
class Symbol:
    """What was scanned: kind, identifier and the serial of this print (none in a bare donation number)."""

    kind: SymbolKind
    identifier: str
    serial: int | None = None


#: The thing of the record that a symbol stands on. Seals, loggers and donation numbers are texts in the record.
_SUBJECTS: dict[SymbolKind, type[Subject]] = {
    SymbolKind.UNIT: Unit,
    SymbolKind.WRISTBAND: Patient,
    SymbolKind.SHIPPER: Shipper,
    SymbolKind.BADGE: Person,
    SymbolKind.MATERIAL_LOT: Lot,
    SymbolKind.EQUIPMENT: Equipment,
    SymbolKind.ROOM: Room,
    SymbolKind.BOX: Box,
}


def subject_of(symbol: Symbol) -> Subject | None:
    """What a symbol stands on; None where that is only a text: seals, loggers, donation numbers."""
    kind = _SUBJECTS.get(symbol.kind)
    return None if kind is None else kind.of(symbol.identifier)


def symbol_of(subject: Subject, serial: int = 1) -> Symbol:
    """The symbol of a thing, on a print with this serial; `Invalid` for what carries none."""
    kind = next((k for k, cls in _SUBJECTS.items() if cls.kind == subject.kind), None)
    if kind is None:
        raise Invalid.at("subject", f"nothing of the kind {subject.kind} carries a symbol")
    return Symbol(kind, subject.identifier, serial)


class InvalidSymbol(Invalid):
    """The scan is not a symbol of ours; `position` counts characters from 0."""

    def __init__(self, problem: str, position: int) -> None:
        super().__init__(FieldError("symbol", f"{problem} (character {position + 1})"))
        self.problem = problem
        self.position = position


@lru_cache(maxsize=4096)
def check_character(content: str) -> str:
    """ISO/IEC 7064 mod 37-2 over the content.

    The standard knows 0-9 and A-Z; every other character counts as a pair that begins with `*`, so that separators and
    small letters are covered too.
    """
    return mod_37_2.calc_check_digit("".join(_value(character) for character in content))


def _value(character: str) -> str:
    if character.islower():
        return "*" + character.upper()
    return _ESCAPES.get(character, character)


def symbol_text(symbol: Symbol) -> str:
    """The text to put into a symbol; `Invalid` names the part that cannot be written."""
    if symbol.kind is SymbolKind.DONATION:
        check_donation_number(symbol.identifier)
        return f"={symbol.identifier}00"
    if not _IDENTIFIER.fullmatch(symbol.identifier) or len(symbol.identifier) > IDENTIFIER_CHARACTERS_MAX:
        raise Invalid.at("identifier", f"expected letters, digits, . _ -, at most {IDENTIFIER_CHARACTERS_MAX}")
    if symbol.serial is None or not 1 <= symbol.serial <= SERIAL_MAX:
        raise Invalid.at("print_serial", f"expected a whole number from 1 to {SERIAL_MAX}")
    content = f"{PREFIX}|{symbol.kind.value}|{symbol.identifier}|{symbol.serial}"
    return f"{content}|{check_character(content)}"


def parse_symbol(text: str) -> Symbol:
    """Read a scan strictly; `InvalidSymbol` says what is wrong and where."""
    if text.startswith("="):
        return _parse_donation(text)
    _refuse_foreign_characters(text)
    parts = text.split("|")
    _refuse_wrong_shape(text, parts)
    _, kind, identifier, serial, check = parts
    starts = _starts(parts)
    if kind not in _KINDS:
        raise InvalidSymbol(f"the kind {kind!r} is not known", starts[1])
    if not _IDENTIFIER.fullmatch(identifier) or len(identifier) > IDENTIFIER_CHARACTERS_MAX:
        raise InvalidSymbol(
            f"the identifier must be 1 to {IDENTIFIER_CHARACTERS_MAX} letters, digits, . _ -", starts[2]
        )
    if not _SERIAL.fullmatch(serial):
        raise InvalidSymbol("the print serial must be a number without leading zeros", starts[3])
    if len(check) != 1 or check != check_character(text[: starts[4] - 1]):
        raise InvalidSymbol("the check character is wrong: scan again, do not type", starts[4])
    return Symbol(SymbolKind(kind), identifier, int(serial))


def _refuse_foreign_characters(text: str) -> None:
    allowed = _ALLOWED.match(text)
    assert allowed is not None
    if allowed.end() < len(text):
        raise InvalidSymbol(
            f"{text[allowed.end()]!r} cannot stand in a symbol: if this came from a scanner, "
            "scanner and computer use different keyboard layouts; set both to the same",
            allowed.end(),
        )


def _refuse_wrong_shape(text: str, parts: list[str]) -> None:
    if parts[0] != PREFIX:
        if parts[0].upper() == PREFIX:
            raise InvalidSymbol("capital and small letters are swapped: Caps Lock is on", 0)
        raise InvalidSymbol("this is not a Coign symbol", 0)
    if len(parts) != 5:
        raise InvalidSymbol("expected five parts: the scan was cut off or two scans ran together", len(text))


def _starts(parts: list[str]) -> list[int]:
    starts, position = [], 0
    for part in parts:
        starts.append(position)
        position += len(part) + 1
    return starts


def donation_check_character(din: str) -> str:
    """The boxed character K that is printed after a donation identification number."""
    return mod_37_2.calc_check_digit(din)


def check_donation_number(din: str, check: str | None = None) -> str:
    """A donation identification number of 13 characters, with its printed check character if one was read."""
    match = _DIN.fullmatch(din)
    if match is None:
        raise InvalidSymbol(
            "a donation number has 13 characters: facility (5), year (2 digits), sequence (6 digits)", 0
        )
    if check is not None and check != donation_check_character(din):
        raise InvalidSymbol("the check character of the donation number is wrong", len(din))
    return din


def _parse_donation(text: str) -> Symbol:
    """Data structure 001: `=`, 13 characters, 2 flags, which are no part of the number; 60 to 96 repeat its check."""
    if len(text) != 16:
        raise InvalidSymbol("a donation number in a bar code has 16 characters: =, 13, 2 flags", min(len(text), 16))
    din, flags = text[1:14], text[14:]
    try:
        check_donation_number(din)
    except InvalidSymbol as error:
        raise InvalidSymbol(error.problem, error.position + 1) from None
    if not re.fullmatch(r"[0-9]{2}", flags):
        raise InvalidSymbol("the two flag characters must be digits", 14)
    expected = _check_value(din) + 60
    if int(flags) in _FLAGS_WITH_CHECK and int(flags) != expected:
        raise InvalidSymbol(f"the flags {flags} do not agree with the number: {expected} was expected", 14)
    return Symbol(SymbolKind.DONATION, din)


def _check_value(din: str) -> int:
    return _ALPHABET.index(donation_check_character(din))
