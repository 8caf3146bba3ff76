"""Units as people read them; the record keeps their UCUM codes."""

import re

_SUPERSCRIPT = str.maketrans("0123456789-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻")
_WORDS = {
    "Cel": "°C", "[degF]": "°F", "1": "", "{dose}": "doses", "1/m3": "in 1 m³", "{CFU}/m3": "CFU/m³",
}  # fmt: skip


def unit_words(code: str) -> str:
    """`10*9` → `10⁹`, `[EU]/mL` → `EU/mL`, `{copies}/{cell}` → `copies/cell`; `1` is no unit at all."""
    if code in _WORDS:
        return _WORDS[code]
    powers = re.sub(r"10\*(-?\d+)", lambda found: "10" + found.group(1).translate(_SUPERSCRIPT), code)
    return re.sub(r"[\[\]{}]", "", powers)


def with_units(text: str, code: str) -> str:
    """A sentence that ends with a unit's code, such as a limit, with the unit as people read it."""
    if not code:
        return text
    # Only where the unit stands: after a number and before the end or the next bound.
    return re.sub(rf" {re.escape(code)}(?= and |$)", lambda found: f" {unit_words(code)}".rstrip(), text)


def quantity_words(value: str, code: str) -> str:
    """`2.13 10⁹`: the digits as they were read."""
    return f"{value} {unit_words(code)}".strip()
