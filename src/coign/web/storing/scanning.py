"""The code on a pack as a reader gives it: a GS1 message with item number, serial, lot and expiry."""

from collections.abc import Mapping

from coign.gateways.identifiers.gs1.reading import read_message
from coign.kernel.errors import FieldError, Invalid

#: Application identifier → part of the code, and what people call it.
_PARTS = {
    "01": ("gtin", "item number (01)"),
    "21": ("number", "serial number (21)"),
    "10": ("lot_number", "lot (10)"),
    "17": ("expires_on", "expiry (17)"),
}


def parts_of(scan: str, year: int) -> Mapping[str, str]:
    """The four parts and the text itself; Invalid names what is wrong with the code or missing in it.

    `year`: this year, by which two digits of a year are understood.
    """
    reading = read_message(scan, year)
    if not reading.ok:
        raise Invalid.at("scanned", f"this is no code of a pack: {reading.problems[0].message}")
    missing = [words for ai, (_name, words) in _PARTS.items() if ai not in reading.parts]
    if missing:
        raise Invalid(FieldError("scanned", f"the code holds no {', no '.join(missing)}: type what stands on the pack"))
    values = {**reading.parts, **reading.parts.get("dates", {})}
    return {name: str(values[ai]) for ai, (name, _words) in _PARTS.items()} | {"scanned": scan}


def is_pack(scan: str, year: int) -> bool:
    """Whether a scan is the code of a pack."""
    try:
        return bool(parts_of(scan, year))
    except Invalid:
        return False
