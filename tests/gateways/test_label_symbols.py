"""The text in a symbol: what is written is read back, and nothing else is read."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coign.gateways.labels import (
    InvalidSymbol,
    Symbol,
    SymbolKind,
    check_character,
    check_donation_number,
    donation_check_character,
    parse_symbol,
    symbol_text,
)
from coign.kernel.errors import Invalid

GOOD = "COIGN1|U|U-2026-000123|2|W"

kinds = st.sampled_from([kind for kind in SymbolKind if kind is not SymbolKind.DONATION])
identifiers = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", fullmatch=True)
symbols = st.builds(Symbol, kind=kinds, identifier=identifiers, serial=st.integers(1, 9_999_999))


def _second_implementation(content: str) -> str:
    """ISO 7064 mod 37-2 written out by hand, to hold the library to."""
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ*"
    remainder = 0
    for character in content:
        remainder = (remainder + alphabet.index(character)) * 2 % 37
    return alphabet[(38 - remainder) % 37]


@given(symbols)
def test_what_is_written_is_read_back(symbol: Symbol) -> None:
    assert parse_symbol(symbol_text(symbol)) == symbol


@given(st.text("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", min_size=1))
def test_the_check_character_is_iso_7064_mod_37_2(content: str) -> None:
    assert check_character(content) == _second_implementation(content)


@given(st.integers(11, 22), st.sampled_from("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
def test_one_wrong_letter_or_digit_in_a_code_is_noticed(place: int, wrong: str) -> None:
    changed = GOOD[:place] + wrong + GOOD[place + 1 :]
    if changed == GOOD:
        return
    if GOOD[place].isalnum():
        with pytest.raises(InvalidSymbol):
            parse_symbol(changed)


@given(st.integers(0, 11))
def test_two_neighbours_changed_over_are_noticed(start: int) -> None:
    code = "U7K2M9X4Q6W3Z"
    text = symbol_text(Symbol(SymbolKind.UNIT, code, 1))
    swapped = code[:start] + code[start + 1] + code[start] + code[start + 2 :]
    with pytest.raises(InvalidSymbol):
        parse_symbol(text.replace(code, swapped))


@pytest.mark.parametrize(
    ("text", "problem", "position"),
    [
        ("", "not a Coign symbol", 0),
        ("coign1|u|u-2026-000123|2|w", "Caps Lock", 0),
        ("COIGN2|U|U-2026-000123|2|W", "not a Coign symbol", 0),
        ("COIGN1|X|U-2026-000123|2|W", "kind", 7),
        ("COIGN1|din|U-2026-000123|2|W", "kind", 7),
        ("COIGN1|U||2|W", "identifier", 9),
        ("COIGN1|U|-U2026|2|W", "identifier", 9),
        ("COIGN1|U|U-2026-000123|02|W", "print serial", 23),
        ("COIGN1|U|U-2026-000123|0|W", "print serial", 23),
        ("COIGN1|U|U-2026-000123|2|X", "check character", 25),
        ("COIGN1|U|U-2026-000123|2|", "check character", 25),
        ("COIGN1|U|U-2026-000123|2", "five parts", 24),
        (GOOD + GOOD, "five parts", 52),
        (" " + GOOD, "keyboard layouts", 0),
        (GOOD + "\n", "keyboard layouts", 26),
        ("COIGN1'U'UßÜÜ", "keyboard layouts", 6),
        ("COIGN1|U|U-2026-00012З|2|W", "keyboard layouts", 21),
    ],
)
def test_a_scan_that_is_not_ours_is_refused_with_its_place(text: str, problem: str, position: int) -> None:
    with pytest.raises(InvalidSymbol) as no:
        parse_symbol(text)
    assert problem in no.value.problem
    assert no.value.position == position


@given(st.text(max_size=80))
def test_any_text_is_read_or_refused_but_never_an_accident(text: str) -> None:
    try:
        assert symbol_text(parse_symbol(text)) == text or text.startswith("=")
    except InvalidSymbol as no:
        assert 0 <= no.position <= len(text)


def test_a_symbol_longer_than_an_identifier_may_be_cannot_be_written() -> None:
    with pytest.raises(Invalid) as no:
        symbol_text(Symbol(SymbolKind.UNIT, "U" * 65, 1))
    assert no.value.errors[0].field == "identifier"


def test_a_symbol_without_print_serial_cannot_be_written() -> None:
    with pytest.raises(Invalid) as no:
        symbol_text(Symbol(SymbolKind.UNIT, "U1"))
    assert no.value.errors[0].field == "print_serial"


@pytest.mark.requirement("TRC-08")
@pytest.mark.parametrize(("din", "check"), [("G123498654321", "H"), ("G123417654321", "A"), ("A999917123456", "9")])
def test_the_check_character_of_a_donation_number(din: str, check: str) -> None:
    assert donation_check_character(din) == check
    assert check_donation_number(din, check) == din
    with pytest.raises(InvalidSymbol):
        check_donation_number(din, "B")


@pytest.mark.requirement("TRC-08")
def test_published_donation_numbers(shared: Path) -> None:
    cases = json.loads((shared / "vectors/isbt128/din-check-character.json").read_text())
    assert cases["cases"]
    for case in cases["cases"]:
        assert donation_check_character(case["din"]) == case["k"], case
        assert parse_symbol(f"={case['din']}00") == Symbol(SymbolKind.DONATION, case["din"])
        assert parse_symbol(f"={case['din']}{case['type3_flag']}").identifier == case["din"]


@pytest.mark.requirement("TRC-08")
@pytest.mark.parametrize(
    ("text", "position"),
    [
        ("=G12349865432178", 14),
        ("=O12349865432100", 1),
        ("=G1234986543210", 15),
        ("=G123498654321000", 16),
        ("=G1234986543210A", 14),
        ("=g12349865432100", 1),
        ("=A9O991712345600", 1),  # the letter O is in no facility
    ],
)
def test_a_wrong_donation_number_is_refused_with_its_place(text: str, position: int) -> None:
    with pytest.raises(InvalidSymbol) as no:
        parse_symbol(text)
    assert no.value.position == position


def test_the_example_in_the_reference_is_a_symbol() -> None:
    page = (Path(__file__).parents[2] / "docs/reference/labels.md").read_text()
    assert GOOD in page
    assert parse_symbol(GOOD) == Symbol(SymbolKind.UNIT, "U-2026-000123", 2)
