"""What stands on a pack: item number, serial, lot, expiry; and the subject that a serialised pack is."""

import hashlib
import re
from dataclasses import field
from datetime import date, timedelta

from coign.kernel.fields import asks
from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Serial
from coign.kernel.values import Instant

_GTIN = re.compile(r"\d{14}\Z")
#: The characters of GS1 serials and lots (CSET 82), at most twenty of them.
_TEXT = re.compile(r"[!\"%&'()*+,\-./0-9:;<=>?A-Z_a-z]{1,20}\Z")
_PLAIN = re.compile(r"[A-Za-z0-9-]+\Z")


@dataclass(frozen=True, slots=True, kw_only=True)
class PackCode:
    """The four parts of the code on a pack, as they were read; `scanned` is the text that the reader gave."""

    gtin: str = field(metadata=asks("Item number (GTIN)", "known", hint="14 digits"))
    number: str = field(metadata=asks("Serial number", "known"))
    lot_number: str = field(metadata=asks("Lot number on the pack", "known"))
    expires_on: str = field(metadata=asks("Expiry on the pack", "known", hint="such as 2027-03-31"))
    scanned: str = field(default="", metadata=asks("Scanned text", "known", hint="as the reader gave it"))


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenPack(PackCode):
    """A pack in somebody's hands: its code, and whether anything else about it looks wrong."""

    looks_wrong: bool = field(
        default=False, metadata=asks("Something about the pack looks wrong", hint="print, seal, colour, leaflet")
    )


def serial_of(code: PackCode) -> Serial:
    """The subject of a pack: its item number and serial; characters that identifiers cannot hold are written in hex."""
    if unreadable_because(code) is not None:  # a gate refuses it; until then it needs a name of its own
        return Serial(f"serial:unreadable-{hashlib.sha256(f'{code.gtin}/{code.number}'.encode()).hexdigest()[:32]}")
    return Serial(
        f"serial:{code.gtin}.{code.number if _PLAIN.match(code.number) else '_' + code.number.encode().hex()}"
    )


def unreadable_because(code: PackCode) -> str | None:
    """None, or which part of the code cannot be one."""
    if not _GTIN.match(code.gtin) or not _check_digit_fits(code.gtin):
        return f"“{code.gtin}” is no item number: 14 digits, of which the last one checks the others"
    for words, text in (("serial number", code.number), ("lot number", code.lot_number)):
        if not _TEXT.match(text):
            return f"“{text}” is no {words}: 1 to 20 letters, digits or signs, no spaces"
    return None if day_of(code) is not None else f"“{code.expires_on}” is no day: expected 2027-03-31"


def _check_digit_fits(gtin: str) -> bool:
    """The weights 3 and 1 in turn, from the left of fourteen digits (GS1 General Specifications 7.9)."""
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(gtin))
    return total % 10 == 0


def day_of(code: PackCode) -> date | None:
    """The day of expiry; None when the text is none."""
    try:
        return date.fromisoformat(code.expires_on) if len(code.expires_on) == len("2027-03-31") else None
    except ValueError:
        return None


def is_day_of(code: PackCode, expires: Instant) -> bool:
    """Whether an instant falls on the day on the pack, in some zone on earth: packs tell no zone."""
    moment = expires.moment
    return any((moment + timedelta(hours=zone)).date() == day_of(code) for zone in range(-12, 15))
