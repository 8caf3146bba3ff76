"""Matching is exact; likeness only warns."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coign.vault import Candidate, Likeness, match, similar

EXPECTED = {"family_name": "José", "birth_date": "1975-03-12"}


@pytest.mark.requirement("TRC-12")
def test_the_same_identifiers_match_field_by_field() -> None:
    answer = match(EXPECTED, dict(EXPECTED))
    assert answer.equal
    assert [(field.field, field.equal) for field in answer.fields] == [("birth_date", True), ("family_name", True)]


@pytest.mark.requirement("TRC-12")
@pytest.mark.parametrize(
    "presented",
    [
        "Jose",  # accent
        "Jоsé",  # Cyrillic о
        "José ",  # trailing space
        " José",
        "JOSÉ",
        "josé",
        "Josè",
        "J0sé",
        "José\u200b",  # zero-width space
        "José\u00a0",
        "Ｊosé",  # full width
        "",
    ],
)
def test_what_only_looks_the_same_does_not_match(presented: str) -> None:
    answer = match(EXPECTED, {**EXPECTED, "family_name": presented})
    assert not answer.equal
    assert answer.different == ("family_name",)


@pytest.mark.requirement("TRC-12")
@given(st.text("0123456789", min_size=2, max_size=12), st.data())
def test_transposed_digits_do_not_match(number: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(number) - 2))
    swapped = number[:place] + number[place + 1] + number[place] + number[place + 2 :]
    assert match({"number": number}, {"number": swapped}).equal == (number == swapped)


@pytest.mark.requirement("TRC-12")
@pytest.mark.parametrize(
    "presented",
    [
        "H-12345 ",  # trailing space
        "H-12345\n",
        "H-12354",  # transposed digits
        "Н-12345",  # Cyrillic Н
        "H-l2345",  # the letter l
        "H-12З45",  # Cyrillic З
        "H\u201112345",  # a hyphen that does not break
        "H\u221212345",  # a minus sign
        "H-1\uff12345",  # full width
        "H-1\u0662345",  # an Arabic two
        "H-12345\u0301",  # an accent on a digit
        "H-\u200d12345",  # a joiner of no width
        "h-12345",
        "H12345",
        "H-012345",
    ],
)
def test_a_number_that_is_nearly_right_is_somebody_elses(presented: str) -> None:
    answer = match({"hospital_number": "H-12345"}, {"hospital_number": presented})
    assert not answer.equal
    assert answer.different == ("hospital_number",)


@pytest.mark.requirement("TRC-12")
def test_two_ways_to_store_the_same_letter_match() -> None:
    assert match(EXPECTED, {**EXPECTED, "family_name": unicodedata.normalize("NFD", "José")}).equal


@pytest.mark.requirement("TRC-12")
@pytest.mark.parametrize(
    ("expected", "presented"),
    [({}, {}), ({"a": ""}, {"a": ""}), ({"a": "1"}, {}), ({}, {"a": "1"}), ({"a": "1"}, {"a": "1", "b": "2"})],
)
def test_what_is_missing_or_empty_on_either_side_does_not_match(
    expected: dict[str, str], presented: dict[str, str]
) -> None:
    assert not match(expected, presented).equal


@given(
    st.dictionaries(st.text(max_size=5), st.text(max_size=8)), st.dictionaries(st.text(max_size=5), st.text(max_size=8))
)
def test_matching_is_equality_of_values_in_one_unicode_form(one: dict[str, str], other: dict[str, str]) -> None:
    def form(values: dict[str, str]) -> dict[str, str]:
        return {field: unicodedata.normalize("NFC", value) for field, value in values.items()}

    same = form(one) == form(other) and bool(one) and all(one.values())
    assert match(one, other).equal == same
    assert match(other, one) == match(one, other)


def test_the_answer_holds_no_value() -> None:
    assert "José" not in repr(match(EXPECTED, EXPECTED))


@pytest.mark.requirement("TRC-24")
@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        ("Maria Silva", "Maria Silva", Likeness.SAME_NAME),
        ("Maria Silva", "MARIA SÍLVA", Likeness.SAME_NAME_BUT_FOR_CASE_OR_ACCENTS),
        ("Ana-Lena O'Neil", "Ana Lena ONeil", Likeness.SAME_NAME_BUT_FOR_CASE_OR_ACCENTS),
        ("Li Wei", "Wei, Li", Likeness.SAME_NAME_IN_ANOTHER_ORDER),
        ("John Smith Jr.", "John Smith", Likeness.SAME_NAME_BUT_FOR_SUFFIX),
        ("John Smith Jr", "John Smith Sr", Likeness.SAME_NAME_BUT_FOR_SUFFIX),
    ],
)
def test_people_who_could_be_mistaken_for_each_other_are_named(one: str, other: str, reason: Likeness) -> None:
    (found,) = similar([Candidate("p2", other, "1980-01-01"), Candidate("p1", one, "1975-03-12")])
    assert (found.first, found.second, found.reasons) == ("p1", "p2", (reason,))


@pytest.mark.requirement("TRC-24")
def test_twins_are_named_for_their_birth_date() -> None:
    twins = [Candidate("p1", "Ada Okafor", "2001-05-05"), Candidate("p2", "Ben Okafor", "2001-05-05")]
    (found,) = similar(twins)
    assert found.reasons == (Likeness.SAME_BIRTH_DATE,)


@pytest.mark.requirement("TRC-24")
def test_two_reasons_for_one_pair_are_both_given() -> None:
    (found,) = similar([Candidate("p1", "Maria Silva", "1975"), Candidate("p2", "Maria Silva", "1975")])
    assert found.reasons == (Likeness.SAME_NAME, Likeness.SAME_BIRTH_DATE)


@pytest.mark.requirement("TRC-24")
def test_people_who_are_not_alike_are_not_named() -> None:
    assert similar([Candidate("p1", "Maria Silva", "1975"), Candidate("p2", "Mario Silva", "1976")]) == ()
    assert similar([Candidate("p1", "", ""), Candidate("p2", "", "")]) == ()
    assert similar([]) == ()
