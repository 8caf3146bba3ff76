"""Units and limits as people read them: never another number than the record's."""

from decimal import Decimal

import pytest

from coign.programmes.model import Range
from coign.web.therapy.units import quantity_words, unit_words, with_units


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("10*9", "10⁹"),
        ("10*6", "10⁶"),
        ("[EU]/mL", "EU/mL"),
        ("{copies}/{cell}", "copies/cell"),
        ("1", ""),
        ("Cel", "°C"),
        ("mmol/L", "mmol/L"),
        ("", ""),
    ],
)
def test_a_code_of_a_unit_becomes_what_people_write(code: str, words: str) -> None:
    assert unit_words(code) == words


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (Range("moi", "", "1", low=Decimal("0.5"), high=Decimal(10)), "0.5 – 10"),
        (Range("cells", "", "10*9", low=Decimal(1)), "≥ 1 10⁹"),
        (Range("cells", "", "1", low=Decimal(1), below=Decimal(11)), None),
        (Range("sterility", "", "", equals="negative"), "negative"),
    ],
)
def test_the_number_of_a_limit_is_never_touched(limit: Range, words: str | None) -> None:
    shown = with_units(limit.words, limit.unit)
    for bound in (limit.low, limit.high, limit.below):
        assert bound is None or str(bound) in shown.split() or f"{bound}" in shown
    assert words is None or shown == words


def test_digits_stay_as_they_were_read() -> None:
    assert quantity_words("2.130", "10*9") == "2.130 10⁹"
    assert quantity_words("4.08", "1") == "4.08"
