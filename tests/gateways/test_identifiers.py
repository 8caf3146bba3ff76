"""Identifiers of others are read strictly; what could be two things is told as two."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from coign.gateways import identifying
from coign.gateways.identifiers import isbt128, schemes, single_european_code
from coign.gateways.identifiers.gs1 import content, digital_link, messages, scans
from coign.gateways.identifiers.gs1.reading import full_year
from coign.gateways.identifiers.reading import Unreadable
from coign.kernel.errors import Invalid

YEAR = 2026
GTIN, GTIN_OTHER = "09520123456788", "09520123456789"


def rules(text: str, scheme: str = "") -> list[str]:
    """The rules that a text breaks."""
    return [problem.rule for problem in identifying.check(text, scheme).reading.problems]


def kinds(text: str) -> tuple[bool, str, str]:
    """Whether it is certain what this is, by which scheme, and which kind."""
    said = identifying.check(text).as_json()
    return said["ok"], said["scheme"], said["kind"]


# What is this?


@pytest.mark.parametrize(
    ("text", "scheme", "kind", "normalised"),
    [
        (f"(01){GTIN}(17)271231(10)ABC123(21)12345", "gs1", "element_string", None),
        (f"]d201{GTIN}17271231\x1d10ABC", "gs1", "element_string", f"(01){GTIN}(17)271231(10)ABC"),
        (rf"01{GTIN}10ABC\x1d2112345", "gs1", "element_string", f"(01){GTIN}(10)ABC(21)12345"),
        (f"^01{GTIN}10ABC^2112345", "gs1", "element_string", f"(01){GTIN}(10)ABC(21)12345"),
        ("00006141411234567890", "gs1", "element_string", "(00)006141411234567890"),
        (
            f"https://example.com/x/01/{GTIN}/21/12345?17=271231&99=A%2FB", "gs1-digital-link", "digital_link", None,
        ),
        ("416000336108", "gtin", "GTIN-12", "00416000336108"),
        (GTIN, "gtin", "GTIN-14", GTIN),
        ("02345673", "gtin", "GTIN-8", "00000002345673"),
        ("=G12349865432177", "isbt128", "001", "=G12349865432177"),
        ("G1234 98 654321 H", "din", "DIN", "G123498654321"),
        ("G1234 98 654321 77 H", "din", "DIN", "G123498654321"),
        ("SEC: PL001499Z549917123456 A00T041600320171231", "sec", "single_european_code", None),
        ("PL001499Z549917123456A00T041600320171231", "sec", "single_european_code", None),
        ("A9990ABC123T048008", "basic-udi-di", "Basic UDI-DI", "A9990ABC123T048008"),
        ("unit:AB-1", "coign", "unit", "unit:AB-1"),
    ],
)  # fmt: skip
def test_what_is_scanned_or_typed_is_recognised(text, scheme, kind, normalised):
    said = identifying.check(text).as_json()
    assert (said["ok"], said["scheme"], said["kind"], said["problems"]) == (True, scheme, kind, [])
    if normalised is not None:
        assert said["normalised"] == normalised


def test_our_own_label_is_read_with_its_print_serial():
    from coign.gateways.labels import Symbol, SymbolKind, symbol_text

    said = identifying.check(symbol_text(Symbol(SymbolKind.UNIT, "AB-1", 3))).as_json()
    assert (said["ok"], said["scheme"], said["normalised"]) == (True, "coign-label", "unit:AB-1")
    assert said["parts"]["print_serial"] == 3
    assert rules("COIGN1|U|AB-1|3|X") == ["label.symbol"]


@pytest.mark.parametrize(
    ("text", "names"),
    [("4006381333931", ["gtin", "gln", "din"]), ("006141411234567890", ["sscc", "gsrn"])],
)
def test_what_could_be_two_things_is_never_guessed(text, names):
    said = identifying.check(text).as_json()
    assert said["ok"] is False and said["scheme"] == "" and said["parts"] == {} and said["problems"] == []
    assert [each["scheme"] for each in said["candidates"]] == names
    for name in names:
        assert identifying.check(text, name).ok


def test_what_nobody_knows_and_nothing_at_all_are_said():
    assert rules("hello") == ["scheme.unknown"]
    assert rules("") == ["empty"]


def test_a_scheme_that_is_not_known_and_a_value_no_symbol_holds_cannot_be_used():
    with pytest.raises(Invalid, match="scheme: morse is not known; known are"):
        identifying.check("x", "morse")
    with pytest.raises(Invalid, match="value: is longer than"):
        identifying.check("1" * 5000)


# GS1


@pytest.mark.parametrize(
    ("text", "position", "rule"),
    [
        (f"(01){GTIN_OTHER}", 17, "gs1.check_digit.wrong"),
        ("(00)00614141123456789O", 21, "gs1.character.digit"),
        (f"(01){GTIN}(17)271331", 24, "gs1.date.month"),
        (f"(01){GTIN}(10)AB C", 24, "gs1.character.set_82"),
        (f"(01){GTIN}(10)", 22, "gs1.value_missing"),
        (f"(01){GTIN}(10)A(10)B", 27, "gs1.repeated"),
        (f"(01){GTIN}(02){GTIN}(37)2", 4, "gs1.excluded"),
        ("(10)ABC", 4, "gs1.required"),
        (f"(01){GTIN}(05)1", 19, "gs1.ai_unknown"),
        (f"01{GTIN}10ABC\x1d\x1d21X", 22, "gs1.ai_unknown"),
        (f"01{GTIN[:-1]}", 2, "gs1.length.short"),
        (f"]d101{GTIN}", 0, "gs1.plain_data"),
        (f"]z901{GTIN}", 0, "scan.symbology"),
        (f"(01){GTIN}(8030)AB(253)9526064000028", 31, "gs1.serial_required"),
        ("(8004)9520614141(7003)2712312300", 22, "gs1.required"),
    ],
)
def test_what_is_wrong_with_a_gs1_message_is_named_with_its_place(text, position, rule):
    problems = identifying.check(text, "gs1").reading.problems
    assert (position, rule) in [(p.position, p.rule) for p in problems]
    assert all(p.message for p in problems)


def test_dates_are_written_out_with_the_end_of_the_month_and_the_right_century():
    parts = identifying.check(f"(01){GTIN}(17)280200(7003)2712312359(11)770101").reading.parts
    assert parts["dates"]["17"] == "2028-02-29"
    assert parts["dates"]["7003"] == "2027-12-31T23:59"
    assert parts["dates"]["11"].endswith("77-01-01")


@pytest.mark.parametrize(
    ("two", "this", "full"), [(76, 2026, 2076), (77, 2026, 1977), (0, 2051, 2100), (2, 2051, 2002), (26, 2026, 2026)]
)
def test_the_century_is_at_most_49_years_back_and_50_ahead(two, this, full):
    assert full_year(two, this) == full


@pytest.mark.parametrize(
    ("uri", "rule"),
    [
        (f"HtTp://a/01/{GTIN}", "digital_link.scheme"),
        (f"https://a/01/{GTIN}<", "digital_link.character"),
        (f"https:///01/{GTIN}", "digital_link.host"),
        (f"https://a/gtin/{GTIN}", "digital_link.key_missing"),
        (f"https://a/01/{GTIN}/", "digital_link.key_missing"),
        (f"https://a/01/{GTIN}/10/", "digital_link.value_missing"),
        (f"https://a/01/{GTIN}/21/1/10/A", "digital_link.qualifiers"),
        (f"https://a/01/{GTIN}?21=1", "digital_link.not_in_query"),
        (f"https://a/01/{GTIN}?05=1", "digital_link.parameter_unknown"),
        (f"https://a/01/{GTIN}?17=271231&17=271231", "digital_link.repeated"),
        (f"https://a/01/{GTIN}?99=%00", "digital_link.character"),
        ("https://a/01/416000336108", "gs1.length.short"),
    ],
)
def test_what_is_wrong_with_a_digital_link_is_named(uri, rule):
    assert rules(uri) == [rule]


def test_two_spellings_of_one_thing_compare_as_one():
    one = identifying.check(f"https://shop.example/p/01/{GTIN}/10/A?99=Z&17=271231&campaign=x#top").reading
    two = identifying.check(f"http://other.example/01/{GTIN}/10/A?17=271231&99=Z").reading
    assert one.normalised == two.normalised == f"https://id.gs1.org/01/{GTIN}/10/A?17=271231&99=Z"
    capital = identifying.check(f"http://other.example/01/{GTIN}/10/a?17=271231&99=Z").reading
    assert capital.normalised != one.normalised, "capital and small letters are two lots"


@given(st.text("0123456789", min_size=7, max_size=17), st.data())
def test_a_check_digit_finds_every_single_wrong_digit(body: str, data: st.DataObject):
    whole = body + content.check_digit_of(body)
    place = data.draw(st.integers(0, len(whole) - 1))
    wrong = data.draw(st.sampled_from([d for d in "0123456789" if d != whole[place]]))
    assert content.check_digit(whole) is None
    assert content.check_digit(whole[:place] + wrong + whole[place + 1 :]) is not None


_SERIAL = st.text(content.CSET82, min_size=1, max_size=20)


@given(_SERIAL, _SERIAL, st.sampled_from(["271231", "280200"]))
def test_a_message_comes_back_from_every_spelling(lot: str, serial: str, expiry: str):
    written = [("01", GTIN), ("10", lot), ("17", expiry), ("21", serial)]
    elements = [messages.Element(ai, value, 0) for ai, value in written]
    back = [
        messages.read_bracketed(messages.bracketed(elements)),
        messages.read_element_string(messages.element_string(elements)),
        list(scans.read("]d2" + messages.element_string(elements)).elements),
    ]
    for read in back:
        assert [(e.ai, e.value) for e in read] == written
    link = digital_link.read(digital_link.write(elements))
    assert sorted((e.ai, e.value) for e in link) == sorted(written)


@given(st.text(string.printable, max_size=60))
def test_no_text_at_all_breaks_the_reader(text: str):
    said = schemes.check(text, YEAR).as_json()
    assert said["ok"] or said["problems"] or said["candidates"]


@given(st.sampled_from(["(01)", "]d2", "^", "=", "&", "https://a/", "SEC: ", "unit:"]), st.text(max_size=40))
def test_no_text_behind_a_known_beginning_breaks_it_either(begin: str, text: str):
    said = schemes.check(begin + text, YEAR).as_json()
    assert said["ok"] or all(0 <= p["position"] <= len(begin + text) for p in said["problems"])


# ISBT 128


@pytest.mark.requirement("TRC-08")
def test_a_donation_number_has_its_check_character_and_a_wrong_one_is_refused():
    assert isbt128.check_character("G123498654321") == "H"
    assert kinds("G123498654321H") == (True, "din", "DIN")
    assert rules("G123498654321A") == ["din.check_character"]
    assert rules("G1234 98 654312 H") == ["din.check_character"]
    assert rules("=G12349865432176") == ["isbt128.check"]
    assert kinds("=G12349865432177") == (True, "isbt128", "001")


@pytest.mark.requirement("TRC-08")
@given(st.from_regex(isbt128.FACILITY, fullmatch=True), st.text("0123456789", min_size=8, max_size=8), st.data())
def test_mistyping_or_transposing_a_character_changes_the_check_character(facility, digits, data):
    din = facility + digits
    place = data.draw(st.integers(0, len(din) - 2))
    swapped = din[:place] + din[place + 1] + din[place] + din[place + 2 :]
    assert (isbt128.check_character(swapped) == isbt128.check_character(din)) == (swapped == din)


@pytest.mark.requirement("TRC-08")
@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("=<E0398A0b", None),
        ("=<E0398A00", {"product_code": "E0398A00", "collection_type": "A", "division": "00"}),
        ("=<S1129VAc", {"product_description_code": "S1129", "division": "Ac"}),
        ("=<T0416003", {"division": "003", "product_code": "T0416003"}),
        ("=>027365", {"date": "2027-12-31"}),
        ("&>0273652359", {"date": "2027-12-31T23:59"}),
        ("=*019031", {"date": "2019-01-31"}),
        ("&}9991231200", {"date": "1999-05-03T12:00"}),
        ("=%5100", {"blood_groups": "5100"}),
        ("=#19750312", {"date": "1975-03-12"}),
        ("&/CHA999919000001", {"chain_of_identity": "CHA999919000001"}),
    ],
)
def test_structures_are_read(text, fields):
    reading = isbt128.read(text)
    if fields is None:
        assert not reading.ok
        return
    assert reading.ok, reading.problems
    assert {name: reading.parts[name] for name in fields} == fields
    assert reading.normalised == text


@pytest.mark.requirement("TRC-08")
@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("=>027366", "isbt128.date"),
        ("=>027000", "isbt128.date"),
        ("&>0273652460", "isbt128.time"),
        ("=#19750230", "isbt128.date"),
        ("=<T04160x3", "isbt128.product"),
        ("=<E0398Aab", "isbt128.product"),
        ("=A9O991712345600", "isbt128.data"),
        ("=A9999171234560", "isbt128.data"),
        ("=?1234", "isbt128.identifier"),
        ("=A99991712345600X", "isbt128.identifier"),
        ("=+03000=A99991712345600=,000012", "isbt128.compound"),
        ("&#0109ABC12", "isbt128.length"),
        ("&,4PL001499Z549917123456A00T041600320171331", "sec.expiry"),
    ],
)
def test_what_is_wrong_with_a_bar_code_makes_the_whole_unreadable(text, rule):
    assert rules(text, "isbt128") == [rule]


def test_of_a_compound_message_every_structure_is_told():
    reading = isbt128.read("=+02000=A99991712345600=<E0398A00")
    assert (reading.kind, [s["structure"] for s in reading.parts["structures"]]) == ("compound", ["023", "001", "003"])


# Single European Code

SEC = "PL001499Z549917123456A00T041600320171231"


@pytest.mark.requirement("TRC-04")
def test_a_single_european_code_is_read_as_printed_on_one_line_or_two_and_run_on():
    readings = [
        single_european_code.read(text)
        for text in (SEC, f"SEC: {SEC[:21]} {SEC[21:]}", f"SEC: {SEC[:21]}\n{SEC[21:]}", f"SEC:{SEC[:21]} {SEC[21:]}")
    ]
    assert {reading.normalised for reading in readings} == {SEC}
    assert readings[0].parts == {
        "country": "PL", "tissue_establishment": "001499", "donation_number": "Z549917123456", "coding_system": "A",
        "product_number": "00T0416", "split": "003", "expiry": "2017-12-31",
    }  # fmt: skip
    alone = single_european_code.read(f"SEC: {SEC[:21]}")
    assert (alone.ok, alone.kind) == (True, "donation_identification_sequence")
    without = single_european_code.read(f"{SEC[:32]}00000000")
    assert (without.ok, without.parts["expiry"]) == (True, "")


@pytest.mark.requirement("TRC-04")
@pytest.mark.parametrize("place", range(40))
def test_every_field_of_a_single_european_code_that_is_corrupted_is_refused(place):
    for wrong in ("#", " "):
        reading = single_european_code.read(f"SEC: {(SEC[:place] + wrong + SEC[place + 1 :])[:21]} {SEC[21:]}")
        corrupted = single_european_code.read(SEC[:place] + wrong + SEC[place + 1 :])
        assert not corrupted.ok, place
        assert place >= 21 or not reading.ok


@pytest.mark.requirement("TRC-04")
@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("PL0", "XX0", "sec.country"),
        ("6A0", "6C0", "sec.coding_system"),
        ("A00T", "A01T", "sec.product_number"),
        ("20171231", "20171301", "sec.expiry"),
        ("1231", "123", "sec.length"),
    ],
)
def test_a_code_that_looks_right_and_is_not_names_the_field(old, new, rule):
    assert SEC.count(old) == 1
    assert [p.rule for p in single_european_code.read(SEC.replace(old, new)).problems] == [rule]


# Scans


@pytest.mark.parametrize(
    ("text", "rule"),
    [("]E02112345678901", "gs1.check_digit.wrong"), ("]E4123", "scan.gtin_length"), ("]d2", "gs1.empty")],
)
def test_a_scan_that_cannot_be_one_is_refused(text, rule):
    with pytest.raises(Unreadable) as no:
        scans.read(text)
    assert no.value.problem.rule == rule


def test_a_retail_symbol_is_a_trade_item_and_may_have_a_second_symbol():
    scan = scans.read("]E02112345678900|]e099LOT\x1d98X")
    assert [(e.ai, e.value) for e in scan.elements] == [("01", "02112345678900"), ("99", "LOT"), ("98", "X")]
