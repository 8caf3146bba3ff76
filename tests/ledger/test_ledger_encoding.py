"""One spelling for every value, and nothing dropped or guessed on the way in."""

import unicodedata
from dataclasses import dataclass

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from coign.custody.actions.offer import MakeOffer
from coign.custody.events import HandedOver
from coign.installation.events import THIS, ResumeProposed
from coign.kernel.errors import Invalid
from coign.kernel.subjects import Organisation, Person, Subject, Unit
from coign.kernel.values import FreeText, Instant, Quantity
from coign.ledger.encoding import canonical, fact_body, fact_from, from_record, from_wire, plain
from coign.ledger.soundness import read_canonical
from coign_verify.jcs import JsonError

ascii_keys = st.text(st.characters(min_codepoint=0x20, max_codepoint=0x7E), max_size=8)
texts = st.text(st.characters(exclude_categories=("Cs",)), max_size=12).map(lambda t: unicodedata.normalize("NFC", t))
whole = st.integers(-(2**53) + 1, 2**53 - 1)
values = st.recursive(
    st.none() | st.booleans() | whole | texts,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(ascii_keys, inner, max_size=4),
    max_leaves=20,
)
identifiers = st.from_regex(r"[A-Za-z0-9][A-Za-z0-9._-]{0,15}", fullmatch=True)


@given(values)
def test_our_bytes_are_those_of_rfc_8785(value):
    assert canonical(value) == rfc8785.dumps(value)


@given(values)
def test_canonical_bytes_read_back_as_the_value_they_were_made_from(value):
    assert read_canonical(canonical(value)) == value


@pytest.mark.parametrize(
    "body",
    [b'{"b":1,"a":2}', b'{"a": 1}', b'{"a":1,"a":1}', b'{"a":1.5}', b"[1e3]", b'{"a":9007199254740992}', b"{", b"\xff",
     b'["\\u0041"]', '["e\u0301"]'.encode(), '{"\u00e4":1}'.encode()],
)  # fmt: skip
def test_bytes_in_any_other_spelling_are_no_entry(body):
    with pytest.raises(JsonError):
        read_canonical(body)


@given(identifiers, identifiers, st.sampled_from(["intact", "damaged"]))
def test_a_command_reads_back_from_its_plain_values(unit, seal, condition):
    body = {"unit": f"unit:{unit}", "to": "organisation:maker", "seal": seal, "condition": condition}
    try:
        command = from_wire(MakeOffer, body)
    except Invalid as error:
        assert error.errors[0].field == "condition"  # this word is not among the conditions
        return
    assert plain(command) == body
    assert from_record(MakeOffer, plain(command)) == command


def test_facts_read_back_from_the_record_with_their_types():
    handed = HandedOver(
        unit=Unit("unit:B1"), giver=Person("person:a"), taker=Person("person:b"),
        to=Organisation("organisation:maker"), seal="S1", condition="intact",
    )  # fmt: skip
    proposed = ResumeProposed(
        ledger=THIS, person=Person("person:a"), finding=FreeText(commitment="ab" * 32), damaged=(Unit("unit:B1"),)
    )
    for fact in (handed, proposed):
        again = fact_from(fact_body(fact))
        assert again == fact
        assert canonical(fact_body(again)) == canonical(fact_body(fact))
    assert isinstance(fact_from(fact_body(proposed)).damaged[0], Unit)


@dataclass(frozen=True, slots=True)
class Sample:
    text: str
    count: int = 0
    at: Instant | None = None
    about: Subject | None = None
    amount: Quantity | None = None


@given(st.text(st.characters(exclude_categories=("Cs",)), max_size=20))
def test_text_from_outside_is_kept_in_form_nfc(text):
    assert from_wire(Sample, {"text": text}).text == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "x", "txet": "y"}, "txet"),
        ({"count": 1}, "text"),
        ({"text": 5}, "text"),
        ({"text": "x", "count": "5"}, "count"),
        ({"text": "x", "count": 1.5}, "count"),
        ({"text": "x", "at": "2026-03-12T09:42:00"}, "at"),
        ({"text": "x", "about": "nothing:1"}, "about"),
        ({"text": "x", "about": "unit:"}, "about"),
        ({"text": "x", "about": 7}, "about"),
        ({"text": "x", "amount": {"value": "1,5", "unit": "mL"}}, "amount"),
        ({"text": "x", "amount": {"value": "1.5", "unit": ""}}, "amount"),
        ([], "command"),
        ("text", "command"),
    ],
)
def test_what_cannot_be_understood_is_refused_naming_the_field(body, field):
    with pytest.raises(Invalid) as no:
        from_wire(Sample, body)
    assert [e.field for e in no.value.errors] == [field]


@pytest.mark.parametrize("misspelt", ["unti", "Value"])
def test_a_misspelt_field_inside_a_value_is_refused_too(misspelt):
    with pytest.raises(Invalid) as no:
        from_wire(Sample, {"text": "x", "amount": {"value": "1.5", "unit": "mL", misspelt: "x"}})
    assert no.value.errors[0].field.startswith("amount")


def test_a_field_that_is_set_inside_is_refused_from_outside():
    with pytest.raises(Invalid) as no:
        from_wire(Sample, {"text": "x", "count": 1}, closed_fields=frozenset({"count"}))
    assert no.value.errors[0].field == "count"
