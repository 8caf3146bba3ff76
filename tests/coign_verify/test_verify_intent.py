"""Intents: what is hashed, and cutting it out of an entry without writing it anew."""

import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coign_verify.intent import cut_intent, intent_hash
from coign_verify.jcs import JsonError, canonical, loads_strict
from coign_verify.opening import commitment, committed_in, fits, openings_bytes

KEYS = [
    "about", "intent", "ledger", "outcome", "position", "read", "refs", "salt", "signature", "time", "unmet", "v",
]  # fmt: skip
# Strings made to look like the structure around them.
TRAPS = st.one_of(
    st.sampled_from(
        ['"intent":{}', '\\"intent\\":', "}", "{", '"', "\\", ']},"intent":{"x":1}', '\\"}', ',"intent":', "é\u2028😀"]
    ),
    st.text(st.characters(exclude_categories=["Cs"]), max_size=10),
)
VALUES = st.recursive(
    st.one_of(TRAPS, st.none(), st.booleans(), st.integers(-(2**53) + 1, 2**53 - 1)),
    lambda each: st.lists(each, max_size=4) | st.dictionaries(TRAPS | st.just("intent"), each, max_size=4),
    max_leaves=15,
)


@given(st.fixed_dictionaries(dict.fromkeys(KEYS, VALUES)))
@settings(max_examples=200, deadline=None)
def test_the_intent_is_cut_out_as_the_bytes_it_was_signed_in(entry):
    whole = canonical(entry)
    assert cut_intent(whole) == canonical(entry["intent"])
    assert b'"intent":' + cut_intent(whole) in whole


@pytest.mark.parametrize(
    "entry",
    [b"", b"{}", b"[]", b'{"about":{"intent":{}}}', b'{"intent":{},"intent":{}}', b'{"intent":{},"about":[]}',
    b'{ "intent":{}}',
     b'{"intent" :{}}', b'{"intent":{}} ', b'{"intent":{}}{}', b'{"intent":{},}', b'{"intent":{}', b'{"intent":}',
     b'{"intent":{"a":1.5}}',
     b'{"\\u0069ntent":{}}', b'{"intent":"x}', b'{"intent":[}]}', b'{"intent":{"a":1,"a":2}}', b'{"intent":nul}',
     b'{"intent": 1}'],
)  # fmt: skip
def test_an_entry_with_any_doubt_about_its_intent_is_refused(entry):
    with pytest.raises(JsonError):
        cut_intent(entry)


def test_intent_and_commitment_are_hashed_under_labels_of_their_own():
    assert intent_hash(b"{}") == hashlib.sha256(b"coign/intent/v1\x00{}").digest()
    salt = bytes(range(32))
    opening = canonical({"field": "name", "value": "Maria Silva"})
    assert commitment(salt, opening) == hashlib.sha256(b"coign/commit/v1\x00" + salt + opening).digest()


@pytest.mark.parametrize("length", [0, 16, 31, 33])
def test_a_commitment_takes_a_salt_of_32_bytes(length):
    with pytest.raises(ValueError, match="32 bytes"):
        commitment(bytes(length), b"{}")


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
OPENINGS = st.lists(
    st.fixed_dictionaries({"field": TEXT, "value": TEXT, "salt": st.binary(min_size=32, max_size=32).map(bytes.hex)}),
    max_size=5,
)


@given(OPENINGS, st.randoms())
@settings(deadline=None)
def test_openings_have_one_spelling_in_whatever_order_and_how_often_they_are_told(openings, random):
    told = [*openings, *openings[:1]]
    random.shuffle(told)
    once = openings_bytes(told)
    assert once == openings_bytes(openings)
    assert [fits(each) for each in loads_strict(once)] == sorted({fits(each) for each in openings})


def test_commitments_stand_in_facts_in_the_command_and_as_the_reason():
    intent = {"reason": "aa", "command": {"name": {"commitment": "bb"}, "all": [{"why": {"commitment": "cc"}}]}}
    facts = [{"type": "x.v1", "body": {"text": {"commitment": "dd"}, "reason": "words", "n": None}}]
    assert committed_in(intent | {"facts": facts}) == {"aa", "bb", "cc", "dd"}
    assert committed_in({"reason": "", "command": {}, "facts": []}) == set()
