"""Labels: the same content on screen and paper, nothing typed becomes markup, and the finished label scans."""

import io
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typst
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from coign.gateways.labels import (
    LabelContent,
    LabelKind,
    label_html,
    label_pdf,
    label_png,
    parse_symbol,
    printed_time,
    scan_back,
    symbol_png,
    symbol_svg,
    symbol_text,
    symbols_in,
)
from coign.gateways.labels.content import PRINTABLE_RANGES, PRINTABLE_SINGLES, is_printable
from coign.gateways.labels.pages import SIZES
from coign.gateways.labels.pictures import DOTS_PER_INCH, symbol_matrix
from coign.gateways.labels.symbols import Symbol, SymbolKind
from coign.kernel.errors import Invalid

GOLDEN = Path(__file__).parent / "golden"

BAG = LabelContent(
    kind=LabelKind.FINAL_CONTAINER,
    product_name="Demolucel",
    identifier="U-2026-000123",
    print_serial=2,
    site_zone="Europe/Berlin",
    chain="CHA999919000001",
    din="G123498654321",
    lot="DML-26-007",
    expires_at=datetime(2027, 12, 31, 22, 59, tzinfo=UTC),
    collected_at=datetime(2026, 7, 1, 8, 0, tzinfo=UTC),
    storage="≤ −150 °C, vapour phase of liquid nitrogen",
    statements=("FOR AUTOLOGOUS USE ONLY", "NOT EVALUATED FOR INFECTIOUS SUBSTANCES"),
    demonstration=True,
)
WRISTBAND = LabelContent(
    kind=LabelKind.WRISTBAND,
    product_name="Demolucel",
    identifier="W-7KQ2",
    print_serial=1,
    site_zone="America/New_York",
    chain="CHA999919000001",
    identifiers=("SILVA, Maria", "12 MAR 1975"),
)
EVERY_KIND = [
    BAG,
    WRISTBAND,
    replace(BAG, kind=LabelKind.COLLECTION, demonstration=False),
    replace(BAG, kind=LabelKind.SHIPPER, identifier="SH-0042", din="", statements=("HUMAN CELLS - DO NOT X-RAY",)),
    LabelContent(kind=LabelKind.BADGE, product_name="nurse", identifier="B-1001", print_serial=3, site_zone="UTC"),
]


@pytest.mark.requirement("TRC-14")
@pytest.mark.parametrize("content", EVERY_KIND, ids=lambda content: content.kind.value)
def test_the_picture_of_a_whole_label_scans_back_to_its_symbol(content: LabelContent) -> None:
    picture = label_png(content)
    assert parse_symbol(scan_back(picture)) == content.symbol
    with Image.open(io.BytesIO(picture)) as image:
        size = SIZES[content.kind]
        assert image.width == pytest.approx(size.width_mm / 25.4 * DOTS_PER_INCH, abs=1)
        assert image.height == pytest.approx(size.height_mm / 25.4 * DOTS_PER_INCH, abs=1)


@pytest.mark.requirement("TRC-14")
def test_a_crooked_and_grey_photograph_of_a_label_still_scans() -> None:
    with Image.open(io.BytesIO(label_png(BAG))) as image:
        photograph = image.convert("L").point(lambda dot: 40 + dot * 150 // 255).rotate(7, expand=True, fillcolor=120)
    out = io.BytesIO()
    photograph.save(out, format="JPEG", quality=60)
    assert scan_back(out.getvalue()) == BAG.payload


def test_two_prints_of_one_label_differ_in_their_symbol() -> None:
    assert parse_symbol(replace(BAG, print_serial=3).payload) != parse_symbol(BAG.payload)


@pytest.mark.parametrize("content", EVERY_KIND, ids=lambda content: content.kind.value)
def test_the_page_of_a_label_is_as_agreed(content: LabelContent, golden: Callable[[Path, bytes], None]) -> None:
    golden(GOLDEN / f"label-{content.kind.value}.html", (label_html(content) + "\n").encode())


def test_the_same_content_gives_the_same_pdf() -> None:
    first = label_pdf(BAG)
    assert first.startswith(b"%PDF-")
    assert label_pdf(BAG) == first


HOSTILE = '<script>alert(1)</script>&"\' #panic("x") $x$ *b* \\ `c` @r <l> // {{ }} [y]'


def test_what_a_person_typed_is_escaped_on_the_page() -> None:
    page = label_html(replace(BAG, product_name=HOSTILE, statements=(HOSTILE,), identifiers=(HOSTILE, "1")))
    assert "<script" not in page
    assert page.count("&lt;script&gt;") == 3


def test_what_a_person_typed_is_not_obeyed_on_paper() -> None:
    hostile = replace(BAG, kind=LabelKind.SHIPPER, product_name=HOSTILE, lot=HOSTILE[:40], statements=(HOSTILE,))
    assert scan_back(label_png(hostile)) == hostile.payload


@settings(max_examples=25, deadline=None)
@given(st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), min_size=1, max_size=40))
def test_any_name_of_a_product_is_printed_or_refused_naming_the_field(name: str) -> None:
    try:
        content = replace(WRISTBAND, product_name=name)
    except Invalid as no:
        assert {error.field for error in no.errors} == {"product_name"}
        return
    assert scan_back(label_png(content)) == WRISTBAND.payload


def test_the_font_draws_every_character_that_a_label_accepts() -> None:
    covered = [chr(code) for low, high in PRINTABLE_RANGES for code in range(low, high + 1)]
    covered += sorted(PRINTABLE_SINGLES)
    assert all(is_printable(character) for character in covered)
    pages = typst.compile(
        b'#set page(width: 4mm, height: 5mm, margin: 0mm)\n#set text(font: "DejaVu Sans Mono", size: 3mm)\n'
        b"#for c in sys.inputs.c.clusters() { page(c) }",
        format="png",
        ppi=60,
        sys_inputs={"c": "".join(["\u6f22", *covered])},
        ignore_system_fonts=True,
    )
    assert isinstance(pages, list)
    empty_box, *drawn = pages
    assert len(drawn) == len(covered)
    assert [character for character, page in zip(covered, drawn, strict=True) if page == empty_box] == []


def test_a_demonstration_label_says_so_across_its_face() -> None:
    real = replace(BAG, demonstration=False)
    assert "DEMONSTRATION" in label_html(BAG)
    assert "DEMONSTRATION" not in label_html(real)
    assert _share_of_grey(label_png(BAG)) > 0.01
    assert _share_of_grey(label_png(real)) < 0.002


def _share_of_grey(picture: bytes) -> float:
    with Image.open(io.BytesIO(picture)) as image:
        counts = image.convert("L").histogram()
    return counts[0xC7] / sum(counts)


@pytest.mark.requirement("TRC-02")
def test_the_symbol_of_a_wristband_holds_no_name() -> None:
    assert "SILVA" not in WRISTBAND.payload.upper()
    assert parse_symbol(WRISTBAND.payload).kind is SymbolKind.WRISTBAND


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"expires_at": datetime(2027, 1, 1)}, "expires_at"),  # noqa: DTZ001
        ({"site_zone": "Middle/Earth"}, "site_zone"),
        ({"site_zone": "../etc/passwd"}, "site_zone"),
        ({"product_name": " "}, "product_name"),
        ({"product_name": "漢字"}, "product_name"),
        ({"product_name": "a\nb"}, "product_name"),
        ({"product_name": "e\u0301"}, "product_name"),
        ({"identifiers": ("SILVA, Maria",)}, "identifiers"),
        ({"print_serial": 0}, "print_serial"),
        ({"identifier": "MARIA|1"}, "identifier"),
        ({"din": "G12349865432"}, "din"),
        ({"lot": "x" * 121}, "lot"),
        ({"statements": ("A",) * 7}, "statements"),
    ],
)
def test_a_label_that_could_mislead_cannot_be_made(change: dict[str, object], field: str) -> None:
    with pytest.raises(Invalid) as no:
        replace(BAG, **change)
    assert {error.field for error in no.value.errors} == {field}


def test_a_label_that_does_not_fit_is_refused_and_never_cut() -> None:
    for make in (label_png, label_pdf):
        with pytest.raises(Invalid) as no:
            make(replace(WRISTBAND, statements=("A STATEMENT THAT TAKES A LINE",) * 6))
        assert no.value.errors[0].field == "content"


def test_long_codes_never_run_under_the_symbol_or_off_the_label() -> None:
    long = replace(BAG, kind=LabelKind.SHIPPER, identifier="U" * 64, chain="C" * 64, lot="L" * 64)
    picture = label_png(long)
    assert scan_back(picture) == long.payload
    with Image.open(io.BytesIO(picture)) as image:
        margin = image.convert("L").crop((image.width - 25, 0, image.width, image.height))
    assert margin.getextrema() == (255, 255)


@pytest.mark.parametrize("length", [1, 13, 40, 64])
def test_a_module_is_at_least_half_a_millimetre_with_a_quiet_zone(length: int) -> None:
    payload = symbol_text(Symbol(SymbolKind.UNIT, "U" * length, 9_999_999))
    with Image.open(io.BytesIO(symbol_png(payload))) as image:
        modules = len(symbol_matrix(payload))
        dots = image.width / (modules + 4)
        assert dots / DOTS_PER_INCH * 25.4 >= 0.5
        edge = image.convert("L").crop((0, 0, image.width, int(dots * 2)))
        assert edge.getextrema() == (255, 255)
    assert symbols_in(symbol_png(payload)) == (payload,)


def test_the_vector_picture_of_a_symbol_has_the_modules_of_the_symbol() -> None:
    svg = symbol_svg(BAG.payload, title='"><script>')
    dark = sum(cell for row in symbol_matrix(BAG.payload) for cell in row)
    runs = [int(part.split("h")[1].split("v")[0]) for part in svg.split('fill="#000"')[1].split("M")[1:]]
    assert sum(runs) == dark
    assert "<script" not in svg


def test_a_picture_without_exactly_one_symbol_is_refused() -> None:
    blank = io.BytesIO()
    Image.new("L", (200, 200), 255).save(blank, format="PNG")
    for picture in (blank.getvalue(), b"not a picture", b""):
        with pytest.raises(Invalid) as no:
            scan_back(picture)
        assert no.value.errors[0].field == "picture"


def test_times_are_printed_as_read_at_the_site_with_their_offset() -> None:
    midsummer = datetime(2026, 7, 1, 22, 30, tzinfo=UTC)
    assert printed_time(midsummer, "Europe/Berlin") == "02 JUL 2026 00:30 +02:00"
    assert printed_time(midsummer, "America/New_York") == "01 JUL 2026 18:30 -04:00"
