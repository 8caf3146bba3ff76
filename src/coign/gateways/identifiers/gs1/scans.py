"""What a scanner sends: a symbology identifier (`]d2`), then the data, with U+001D for FNC1."""

from collections.abc import Sequence

from coign.gateways.identifiers.gs1.content import check_digit, check_digit_of
from coign.gateways.identifiers.gs1.messages import (
    FNC1,
    FNC1_WRITTEN,
    Element,
    content_problems,
    read_element_string,
    read_written,
)
from coign.gateways.identifiers.reading import Unreadable
from coign.kernel.frozen import dataclass

#: Symbology identifier → kind of symbol, for data of a GS1 message.
_GS1 = {"]d2": "DM", "]Q3": "QR", "]C1": "GS1_128_CCA", "]e0": "DataBarExpanded", "]J1": "DotCode"}
#: For data that are no message: they may be anything, a Digital Link among it.
_PLAIN = {"]d1": "DM", "]Q1": "QR", "]J0": "DotCode"}
#: For a bare GTIN: kind of symbol and digits.
_RETAIL = {"]E0": ("EAN13", 13), "]E4": ("EAN8", 8)}
_SENT_AS = {"DM": ("]d1", "]d2"), "QR": ("]Q1", "]Q3"), "DotCode": ("]J0", "]J1")}
#: Beside a linear symbol there may be a two-dimensional one; scanners send it behind this.
_COMPOSITE = "|]e0"


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan taken apart: kind of symbol, the message as it is written down, its elements (none in plain data)."""

    symbology: str
    message: str
    elements: tuple[Element, ...] = ()


def read(text: str) -> Scan:
    """Unreadable says why it cannot be a scan."""
    identifier, data = text[:3], text[3:]
    if identifier in _PLAIN:
        return Scan(_PLAIN[identifier], _written_plain(data))
    if identifier in _GS1:
        elements = read_element_string(_without_written_fnc1(text), 3)
        _refuse_wrong_content(elements)
        return Scan(_GS1[identifier], FNC1_WRITTEN + data.replace(FNC1, FNC1_WRITTEN), tuple(elements))
    if identifier in _RETAIL:
        return _retail(text, *_RETAIL[identifier])
    raise Unreadable(0, "scan.symbology", f"{identifier!r} is no symbology identifier that Coign knows")


def _written_plain(data: str) -> str:
    """Plain data that begin like a message are marked, so that the two are never taken for one another."""
    return f"\\{data}" if data.lstrip("\\").startswith(FNC1_WRITTEN) else data


def _without_written_fnc1(text: str) -> str:
    if FNC1_WRITTEN in text:
        raise Unreadable(text.index(FNC1_WRITTEN), "gs1.character.set_82", "^ cannot stand in a message")
    return text


def _refuse_wrong_content(elements: Sequence[Element]) -> None:
    for problem in content_problems(elements):
        raise Unreadable(problem.position, problem.rule, problem.message)


def _retail(text: str, symbology: str, length: int) -> Scan:
    gtin, composite, second = text[3:].partition(_COMPOSITE)
    if len(gtin) != length:
        raise Unreadable(3, "scan.gtin_length", f"expected {length} digits behind {text[:3]}")
    if fault := check_digit(gtin):
        raise Unreadable(3 + fault.start, f"gs1.{fault.rule}", "the check digit is wrong, or something is no digit")
    if not composite:
        return Scan(symbology, gtin, (Element("01", gtin.zfill(14), 3),))
    begin = 3 + length + len(_COMPOSITE)
    elements = read_element_string(_without_written_fnc1(text), begin)
    _refuse_wrong_content(elements)
    message = f"{gtin}|{FNC1_WRITTEN}{second.replace(FNC1, FNC1_WRITTEN)}"
    return Scan(symbology, message, (Element("01", gtin.zfill(14), 3), *elements))


def sent(symbology: str, message: str, *, add_check_digit: bool = False) -> str:
    """What a scanner sends for a symbol of this kind with this message; Unreadable if it cannot be printed so."""
    if symbology in ("EAN13", "EAN8"):
        return _sent_retail(symbology, message, add_check_digit=add_check_digit)
    is_message = message.startswith(FNC1_WRITTEN)
    if symbology in _SENT_AS and not is_message:
        plain, _ = _SENT_AS[symbology]
        # The mark that tells plain data from a message is not printed.
        marked = message.startswith("\\") and message.lstrip("\\").startswith(FNC1_WRITTEN)
        return plain + (message[1:] if marked else message)
    identifiers = {kind: identifier for identifier, kind in _GS1.items()}
    if symbology not in identifiers or not is_message:
        raise Unreadable(0, "scan.message", f"a symbol of the kind {symbology} cannot hold this")
    _refuse_wrong_content(read_written(message))
    return identifiers[symbology] + message[1:].replace(FNC1_WRITTEN, FNC1)


def _sent_retail(symbology: str, message: str, *, add_check_digit: bool) -> str:
    identifier, length = next((i, n) for i, (kind, n) in _RETAIL.items() if kind == symbology)
    digits = message + check_digit_of(message) if add_check_digit and message.isdigit() else message
    if len(digits) != length:
        raise Unreadable(0, "scan.gtin_length", f"{symbology} holds {length} digits")
    if fault := check_digit(digits):
        raise Unreadable(fault.start, f"gs1.{fault.rule}", "the check digit is wrong, or something is no digit")
    return identifier + digits
