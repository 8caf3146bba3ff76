"""Which identifier is this, and is it spelt right: all schemes together, those of others and our own labels."""

from datetime import UTC, datetime

from coign.gateways.identifiers import schemes
from coign.gateways.identifiers.gs1.messages import FNC1
from coign.gateways.identifiers.reading import Problem, Reading
from coign.gateways.identifiers.schemes import Checked, Scheme
from coign.gateways.labels.symbols import PREFIX, InvalidSymbol, parse_symbol, subject_of
from coign.kernel.errors import Invalid

VALUE_CHARACTERS_MAX = 4096
#: How FNC1 is typed where the character itself cannot be.
FNC1_TYPED = r"\x1d"


def _is_label(text: str) -> bool:
    return text.upper().startswith(f"{PREFIX}|")


def _read_label(text: str, year: int) -> Reading:
    """The symbol of a label that Coign printed."""
    try:
        symbol = parse_symbol(text)
    except InvalidSymbol as no:
        return Reading("coign-label", "", problems=(Problem(no.position, "label.symbol", no.problem),))
    subject = subject_of(symbol)
    parts = {"kind": symbol.kind.name.lower(), "identifier": symbol.identifier, "print_serial": symbol.serial}
    if subject is not None:
        parts["subject"] = str(subject)
    return Reading("coign-label", symbol.kind.name.lower(), str(subject or symbol.identifier), parts)


SCHEMES = (Scheme("coign-label", "symbol of a label that Coign printed", _is_label, _read_label), *schemes.SCHEMES)


def check(value: str, scheme: str = "") -> Checked:
    """Read a value, by one scheme or by all that it could be of; Invalid when it or the scheme cannot be used."""
    if len(value) > VALUE_CHARACTERS_MAX:
        raise Invalid.at("value", f"is longer than {VALUE_CHARACTERS_MAX} characters: no symbol holds so much")
    text, year = value.replace(FNC1_TYPED, FNC1), datetime.now(UTC).year
    if not scheme:
        return schemes.check(text, year, SCHEMES)
    wanted = schemes.find(scheme, SCHEMES)
    if wanted is None:
        raise Invalid.at("scheme", f"{scheme} is not known; known are {', '.join(each.name for each in SCHEMES)}")
    return Checked(wanted.read(text, year))
