"""`coign id check`, from outside: the object, and how it ends."""

import pytest
from tests.cli.conftest import Coign

GTIN = "09520123456788"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (f"(01){GTIN}(17)271231(10)ABC123(21)12345", 0),
        (rf"]d201{GTIN}17271231\x1d10ABC", 0),
        (f"https://id.gs1.org/01/{GTIN}", 0),
        ("G123498654321H", 0),
        ("G123498654321A", 1),
        (f"(01){GTIN[:-1]}9", 1),
        ("hello", 1),
        ("", 1),
        ("4006381333931", 3),
        ("1" * 5000, 2),
    ],
)
def test_valid_is_0_invalid_1_unusable_2_and_several_readings_3(coign: Coign, value: str, code: int):
    said = coign("id", "check", value, "--json")

    assert said.code == code, said
    assert said.json["ok"] is (code == 0)
    if code != 2:
        assert set(said.json) == {"ok", "scheme", "kind", "normalised", "parts", "problems", "candidates"}
        assert bool(said.json["candidates"]) is (code == 3)
        assert all(set(each) == {"position", "rule", "message"} for each in said.json["problems"])


@pytest.mark.requirement("TRC-08")
def test_a_scheme_settles_what_could_be_several_and_an_unknown_one_is_named(coign: Coign):
    said = coign("id", "check", "4006381333931", "--scheme", "gtin", "--json")
    assert (said.code, said.json["normalised"]) == (0, "04006381333931")
    wrong = coign("id", "check", "A", "--scheme", "din", "--json")
    assert (wrong.code, wrong.json["problems"][0]["rule"]) == (1, "din.shape")
    unknown = coign("id", "check", "A", "--scheme", "morse", "--json")
    assert (unknown.code, unknown.json["errors"][0]["field"]) == (2, "scheme")
    assert coign("id", "--json").code == 2


def test_a_value_can_come_from_standard_input_with_its_control_characters(coign: Coign, coign_itself: Coign):
    scanned = coign_itself("id", "check", "-", "--json", said=f"]d201{GTIN}10ABC\x1d2112345\r\n".encode())
    assert scanned.code == 0 and '"21": "12345"' in scanned.out
    assert coign("id", "check", "-", "--json", said=b"\xff\xfe").code == 2


def test_people_are_told_in_words(coign: Coign):
    assert "check character" in coign("id", "check", "G123498654321A").out
    assert "--scheme" in coign("id", "check", "4006381333931").out
    assert "2027-12-31" in coign("id", "check", f"(01){GTIN}(17)271231").out
