"""The list of schemes, and the question "what is this?": one reading, several, or what is wrong with the likeliest."""

import re
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from coign.gateways.identifiers import isbt128, keys, own, single_european_code
from coign.gateways.identifiers.gs1 import reading as gs1
from coign.gateways.identifiers.gs1 import table
from coign.gateways.identifiers.gs1.messages import FNC1, FNC1_WRITTEN
from coign.gateways.identifiers.reading import Problem, Reading
from coign.kernel.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Scheme:
    """One way to read: its name, what it is for, whether a text is worth trying, and the reading (text, this year)."""

    name: str
    words: str
    fits: Callable[[str], bool]
    read: Callable[[str, int], Reading]


@dataclass(frozen=True, slots=True)
class Checked:
    """The answer: the reading that holds or comes nearest, and all readings where there are several."""

    reading: Reading
    candidates: tuple[Reading, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether it is certain what this is, and nothing is wrong with it."""
        return self.reading.ok and not self.candidates

    def as_json(self) -> dict[str, Any]:
        """One object, as command and interface give it."""
        several = bool(self.candidates)
        reading = self.reading
        return {
            "ok": self.ok,
            "scheme": "" if several else reading.scheme,
            "kind": "" if several else reading.kind,
            "normalised": "" if several else reading.normalised,
            "parts": {} if several else dict(reading.parts),
            "problems": [{"position": p.position, "rule": p.rule, "message": p.message} for p in reading.problems],
            "candidates": [
                {"scheme": each.scheme, "kind": each.kind, "normalised": each.normalised} for each in self.candidates
            ],
        }


def _is_link(text: str) -> bool:
    return bool(re.match(r"https?://", text, re.IGNORECASE))


def _is_message(text: str) -> bool:
    """A bare run of digits is taken for a message only if it begins with a key: everything begins with some AI."""
    if text.startswith(("(", "]", FNC1, FNC1_WRITTEN)) or FNC1 in text:
        return True
    ai = table.at_start_of(text)
    return ai is not None and ai.link is not None and len(text) > len(ai.ai) + 3 and text[:2].isdigit()


def _is_number(*lengths: int) -> Callable[[str], bool]:
    return lambda text: len(text) in lengths and text.isascii() and text.isdigit()


def _is_donation_number(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Z1-9][0-9A-Z]{4} ?\d\d ?\d{6}(?: ?\d\d)?(?: ?[0-9A-Z*])?", text))


def _is_basic_udi_di(text: str) -> bool:
    return bool(re.fullmatch(r"[A-Z1-9][0-9A-Z]{15}\d\d", text))


def _whatever_the_year(read: Callable[[str], Reading]) -> Callable[[str, int], Reading]:
    return lambda text, year: read(text)


def _scheme(name: str, words: str, fits: Callable[[str], bool], read: Callable[[str], Reading]) -> Scheme:
    return Scheme(name, words, fits, _whatever_the_year(read))


#: The likeliest first: if none holds, what is wrong is told of the first that fits.
SCHEMES: tuple[Scheme, ...] = (
    _scheme("coign", "Coign's own identifier", own.looks_like_one, own.read),
    Scheme("gs1-digital-link", "GS1 Digital Link", _is_link, gs1.read_link),
    _scheme("gtin", "GTIN: a trade item", _is_number(*keys.GTIN_LENGTHS), keys.read_gtin),
    _scheme("gln", "GLN: a place or party", _is_number(13), keys.read_gln),
    _scheme("sscc", "SSCC: a logistic unit", _is_number(18), keys.read_sscc),
    _scheme("gsrn", "GSRN: staff and patients", _is_number(18), keys.read_gsrn),
    Scheme("gs1", "GS1 message: bracketed, element string, or as a scanner sends it", _is_message, gs1.read_message),
    _scheme("isbt128", "ISBT 128 bar code", lambda text: text.startswith(("=", "&")), isbt128.read),
    _scheme("din", "ISBT 128 donation number as printed", _is_donation_number, isbt128.read_donation_number),
    _scheme("basic-udi-di", "Basic UDI-DI issued by ICCBBA", _is_basic_udi_di, isbt128.read_basic_udi_di),
    _scheme("sec", "Single European Code", single_european_code.looks_like_one, single_european_code.read),
)


def check(text: str, year: int, schemes: Sequence[Scheme] = SCHEMES) -> Checked:
    """Read a text by every scheme that it could be of. `year`: this year, for dates of two digits."""
    readings = [scheme.read(text, year) for scheme in schemes if scheme.fits(text)]
    valid = [reading for reading in readings if reading.ok]
    if len(valid) > 1:
        return Checked(valid[0], tuple(valid))
    if valid:
        return Checked(valid[0])
    if readings:
        return Checked(readings[0])
    known = ", ".join(scheme.name for scheme in schemes)
    rule, message = (
        ("scheme.unknown", f"it looks like none of: {known}") if text else ("empty", "there is nothing to read")
    )
    return Checked(Reading("", "", problems=(Problem(0, rule, message),)))


def find(name: str, schemes: Iterable[Scheme] = SCHEMES) -> Scheme | None:
    """The scheme of this name."""
    return next((scheme for scheme in schemes if scheme.name == name), None)
