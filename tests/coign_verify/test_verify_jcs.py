"""Canonical JSON: one spelling for each value, and nothing read that could mean two things."""

import json
import math
import struct

import pytest
import rfc8785
from hypothesis import given, settings
from hypothesis import strategies as st

from coign_verify.floats import number_text
from coign_verify.jcs import JsonError, canonical, loads_strict
from coign_verify.profile import check_profile

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
SCALARS = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    TEXT,
)
JSON = st.recursive(
    SCALARS, lambda each: st.lists(each, max_size=5) | st.dictionaries(TEXT, each, max_size=5), max_leaves=25
)


@given(JSON)
@settings(max_examples=300, deadline=None)
def test_canonical_bytes_are_those_of_the_reference(value):
    assert canonical(value, float_text=number_text) == rfc8785.dumps(value)


@given(JSON)
def test_canonical_bytes_read_back_to_the_same_canonical_bytes(value):
    once = canonical(value, float_text=number_text)
    # Doubles from 2^53 on are printed without exponent; as integers they must not be read, so leave those out.
    try:
        again = loads_strict(once, floats=True)
    except JsonError as error:
        assert "beyond 2^53" in str(error)
        return
    assert canonical(again, float_text=number_text) == once


@given(st.integers(0, 2**64 - 1))
@settings(max_examples=500)
def test_every_double_is_printed_as_by_the_reference(bits):
    value = struct.unpack(">d", bits.to_bytes(8, "big"))[0]
    if math.isfinite(value):
        assert number_text(value).encode() == rfc8785.dumps(value)
        assert float(number_text(value)) == value
    else:
        with pytest.raises(JsonError):
            number_text(value)


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.0, "0"), (-0.0, "0"), (5e-324, "5e-324"), (1e21, "1e+21"), (1e20, "100000000000000000000"), (1e-6, "0.000001"),
     (1e-7, "1e-7"), (123456789.125, "123456789.125"), (-1.5e300, "-1.5e+300"), (1e16, "10000000000000000")],
)  # fmt: skip
def test_doubles_take_the_layout_of_ecmascript(value, text):
    assert number_text(value) == text


def test_keys_are_sorted_by_utf_16_code_units():
    assert canonical({"\ufb33": 1, "\U0001f600": 2}) == '{"\U0001f600":2,"\ufb33":1}'.encode()


@pytest.mark.parametrize(
    "value",
    [2**53, -(2**53), math.nan, math.inf, -math.inf, "\ud800", {"\udfff": 1}, {1: 2}, {"a": object()}, b"x", {1, 2}],
)
def test_values_without_a_canonical_form_are_refused(value):
    with pytest.raises(JsonError):
        canonical(value, float_text=number_text)


@pytest.mark.parametrize(
    "data",
    [b'{"a":1,"a":2}', b'{"x":{"a":1,"\\u0061":2}}', b'"\\ud800"', b'"\\udc00\\ud800"', b'{"\\ud83d":1}',
    b'["\xed\xa0\x80"]', b'"\xff"',
     b"9007199254740992", b"-9007199254740992", b"9" * 5000, b"NaN", b"Infinity", b"-Infinity", b"\xef\xbb\xbf{}",
     b"", b"{} x", b"[1,]",
     b'"a\nb"', b"[" * 100_000, b"\xff\xfe{\x00}\x00", b"01", b"+1"],
)  # fmt: skip
@pytest.mark.parametrize("floats", [False, True])
def test_json_that_could_mean_two_things_is_refused(data, floats):
    with pytest.raises(JsonError):
        loads_strict(data, floats=floats)


@pytest.mark.parametrize("data", [b"1.0", b"1e3", b'{"a":[0.5]}', b"-0.0"])
def test_numbers_that_are_no_integers_are_read_only_when_asked_for(data):
    assert loads_strict(data, floats=True) == json.loads(data)
    with pytest.raises(JsonError, match="decimal string"):
        loads_strict(data)


def test_a_double_beyond_range_is_refused():
    with pytest.raises(JsonError, match="range of a double"):
        loads_strict(b"1e999", floats=True)


def test_surrogate_pairs_and_the_largest_integers_are_read():
    assert loads_strict(b'["\\ud83d\\ude00",9007199254740991,-9007199254740991]') == [
        "\U0001f600",
        2**53 - 1,
        1 - 2**53,
    ]


@pytest.mark.parametrize(
    ("value", "where"),
    [({"a": [1, 1.5]}, r"\$\.a\[1\]"), ({"é": 1}, "ASCII"), ({"a": "e\u0301"}, r"\$\.a.*normal form"),
    ([2**53], r"\$\[0\]"),
     ({"a": {"b": b""}}, r"\$\.a\.b"), ({1: 1}, "ASCII"), ("\ud800", "surrogate")],
)  # fmt: skip
def test_the_profile_of_entries_names_what_breaks_it(value, where):
    with pytest.raises(JsonError, match=where):
        check_profile(value)


def test_the_profile_of_entries_takes_what_entries_hold():
    check_profile({"a": ["é", 2**53 - 1, True, None, {"b": "37.5"}]})
