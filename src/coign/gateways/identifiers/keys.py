"""Bare GS1 keys, digits only: GTIN, GLN, SSCC, GSRN. A check digit finds a typing error, not a wrong label."""

from biip import ParseError
from biip.gs1_prefixes import GS1Prefix

from coign.gateways.identifiers.gs1.content import check_digit, check_digit_of, digits
from coign.gateways.identifiers.reading import Problem, Reading

GTIN_LENGTHS = (8, 12, 13, 14)


def read_gtin(text: str) -> Reading:
    """8, 12, 13 or 14 digits; compared and kept with 14."""
    return _read("gtin", f"GTIN-{len(text)}" if len(text) in GTIN_LENGTHS else "GTIN", text, GTIN_LENGTHS, full=14)


def read_gln(text: str) -> Reading:
    """13 digits: a place or a party."""
    return _read("gln", "GLN", text, (13,), full=13)


def read_sscc(text: str) -> Reading:
    """18 digits: a logistic unit."""
    return _read("sscc", "SSCC", text, (18,), full=18)


def read_gsrn(text: str) -> Reading:
    """18 digits: somebody who gives or is given a service; staff badges and wristbands."""
    return _read("gsrn", "GSRN", text, (18,), full=18)


def _read(scheme: str, kind: str, text: str, lengths: tuple[int, ...], *, full: int) -> Reading:
    if fault := digits(text):
        message = (
            f"{text[fault.start]!r} is no digit: if it was scanned, set scanner and computer to one keyboard layout"
        )
        return Reading(scheme, kind, problems=(Problem(fault.start, f"{scheme}.digit", message),))
    if len(text) not in lengths:
        expected = " or ".join(map(str, lengths))
        problem = Problem(
            min(len(text), lengths[-1]), f"{scheme}.length", f"expected {expected} digits, not {len(text)}"
        )
        return Reading(scheme, kind, problems=(problem,))
    problems: tuple[Problem, ...] = ()
    if check_digit(text):
        message = f"the check digit is wrong: {check_digit_of(text[:-1])} was expected"
        problems = (Problem(len(text) - 1, f"{scheme}.check_digit", message),)
    parts = {"body": text[:-1], "check_digit": text[-1], "prefix": _prefix(scheme, text)}
    return Reading(scheme, kind, text.zfill(full), parts, problems)


def _prefix(scheme: str, text: str) -> str:
    """Whose range of numbers it is in; the first digit of an SSCC and of a GTIN of 14 is no part of it."""
    padded = text.zfill(14)[1:] if scheme == "gtin" else text[1:] if scheme == "sscc" else text
    try:
        found = GS1Prefix.extract(padded)
    except ParseError:
        return ""
    return "" if found is None else found.usage
