"""The Single European Code of tissues and cells (Directive 2006/86/EC, Annex VII): two sequences, as printed or run on.

It applies to tissues and cells and to the starting material of a therapy, not to the finished product.
"""

import re
from collections.abc import Iterator
from datetime import date
from typing import Any

from coign.gateways.identifiers.gs1.content import codes
from coign.gateways.identifiers.reading import Problem, Reading

PREFIX = "SEC:"
_PRINTED = re.compile(r"SEC:\s*(?P<donation>\S*)(?:\s+(?P<product>\S*))?\s*\Z")
_DONATION = re.compile(r"(?P<country>[A-Z]{2})(?P<tissue_establishment>[0-9A-Z]{6})(?P<donation_number>[0-9A-Z]{13})")
_PRODUCT = re.compile(
    r"(?P<coding_system>[A-Z])(?P<product_number>[0-9A-Z]{7})(?P<split>[0-9A-Za-z]{3})(?P<expiry>\d{8})"
)
_DONATION_LENGTH, _PRODUCT_LENGTH = 21, 19
#: Whose product numbers they are.
CODING_SYSTEMS = {"A": "ISBT 128", "B": "Eurocode", "E": "EUTC"}
_NO_DATE = "00000000"
#: With ISBT 128 the seven characters are two noughts and a product description code.
_ISBT_PRODUCT = re.compile(r"00[A-Z]\d{4}")


def looks_like_one(text: str) -> bool:
    """Whether it is worth reading as a Single European Code."""
    return text.startswith(PREFIX) or bool(re.fullmatch(r"[A-Z]{2}[0-9A-Z]{19}[ABE][0-9A-Za-z]{10}\d{8}", text))


def read(text: str) -> Reading:
    """Printed (`SEC: …21 …19`) or electronic (40 characters); the donation sequence may stand alone."""
    donation, product, at = _sequences(text)
    if len(donation) != _DONATION_LENGTH:
        return _wrong(at[0], "sec.length", f"the donation sequence has {len(donation)} characters, not 21")
    found = _DONATION.fullmatch(donation)
    if found is None:
        return _wrong(at[0], "sec.donation", "country (2 letters), tissue establishment (6) and donation number (13)")
    parts: dict[str, Any] = dict(found.groupdict())
    problems = list(_country_problems(parts, at[0]))
    if product is None:
        return Reading("sec", "donation_identification_sequence", donation, parts, tuple(problems))
    if len(product) != _PRODUCT_LENGTH:
        return _wrong(at[1], "sec.length", f"the product sequence has {len(product)} characters, not 19")
    described = _PRODUCT.fullmatch(product)
    if described is None:
        return _wrong(at[1], "sec.product", "coding system (1), product number (7), split (3) and expiry (8 digits)")
    parts |= described.groupdict()
    problems += _product_problems(parts, at[1])
    return Reading("sec", "single_european_code", donation + product, parts, tuple(problems))


def _wrong(position: int, rule: str, message: str) -> Reading:
    return Reading("sec", "single_european_code", problems=(Problem(position, rule, message),))


def _sequences(text: str) -> tuple[str, str | None, tuple[int, int]]:
    printed = _PRINTED.match(text)
    if printed is None:
        product = text[_DONATION_LENGTH:]
        return text[:_DONATION_LENGTH], product or None, (0, _DONATION_LENGTH)
    return (
        printed["donation"],
        printed["product"] or None,
        (printed.start("donation"), max(printed.start("product"), 0)),
    )


def _country_problems(parts: dict[str, Any], at: int) -> Iterator[Problem]:
    if parts["country"] not in codes()["countries_alpha"]:
        yield Problem(at, "sec.country", f"{parts['country']} is no country of ISO 3166")


def _product_problems(parts: dict[str, Any], at: int) -> Iterator[Problem]:
    system = parts["coding_system"]
    if system not in CODING_SYSTEMS:
        yield Problem(at, "sec.coding_system", f"the coding system is {', '.join(CODING_SYSTEMS)}, not {system}")
    elif system == "A" and _ISBT_PRODUCT.fullmatch(parts["product_number"]) is None:
        yield Problem(at + 1, "sec.product_number", "with ISBT 128: 00, a letter and four digits")
    expiry = parts["expiry"]
    if expiry == _NO_DATE:
        parts["expiry"] = ""
        return
    try:
        parts["expiry"] = date(int(expiry[:4]), int(expiry[4:6]), int(expiry[6:])).isoformat()
    except ValueError:
        yield Problem(at + 11, "sec.expiry", f"{expiry} is no date (YYYYMMDD, or 00000000 for none)")
