"""The building blocks of the pages: every one renders, escapes, and says in words what it says in colour."""

import json
import multiprocessing
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from tests.web import gallery_site

ROOT = Path(__file__).parents[2]
WEB = ROOT / "src" / "coign" / "web"
STATIC = WEB / "static"
TEMPLATES = sorted((WEB / "templates").rglob("*.html"))
OURS = [
    WEB / "templates" / "base.html",
    WEB / "templates" / "gallery.html",
    *(WEB / "templates/components").glob("*.html"),
]
NOW = datetime(2026, 3, 12, 8, 42, tzinfo=UTC)
Render = Callable[..., str]


@pytest.fixture(scope="module")
def site() -> Iterator[ProcessPoolExecutor]:
    """A process with the design system and nothing else."""
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(max_workers=1, mp_context=spawn, initializer=gallery_site.configure) as pool:
        yield pool


@pytest.fixture(scope="module")
def render(site: ProcessPoolExecutor) -> Render:
    def run(source: str, **context: Any) -> str:
        return site.submit(gallery_site.render, source, context).result()

    return run


@pytest.fixture(scope="module")
def values(site: ProcessPoolExecutor) -> dict[str, Any]:
    return site.submit(gallery_site.gallery_values).result()


class Words(HTMLParser):
    """The text of a page, and the tags that stayed open."""

    VOID = frozenset(["meta", "link", "input", "br", "img", "hr"])

    def __init__(self, html: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.open: list[str] = []
        self.wrong: list[str] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        return

    def handle_endtag(self, tag: str) -> None:
        if tag in self.VOID:
            return
        if not self.open or self.open.pop() != tag:
            self.wrong.append(tag)

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.words.append(data.strip())


def text(html: str) -> str:
    return re.sub(r"\s+", " ", " ".join(Words(html).words)).replace("\u00a0", " ")


MINIMAL = {
    "status_chip": '{% status_chip "look" %}',
    "identity_band": "{% identity_band nothing %}",
    "scan_box": "{% scan_box %}",
    "scan_target": "{% scan_target row %}",
    "stage_track": "{% stage_track nothings %}",
    "gate_list": "{% gate_list nothings %}",
    "refusal": "{% refusal row %}",
    "next_action": "{% next_action row %}",
    "button": '{% button "Go" %}',
    "work_list": "{% work_list rows %}",
    "state_panel": "{% state_panel row %}",
    "facts": "{% facts nothings %}",
    "verdict": '{% verdict "stop" "No." %}',
    "match_table": '{% match_table nothings "Left" "Right" %}',
    "hold_timer": "{% hold_timer hold %}",
    "custody_line": "{% custody_line row %}",
    "temperature_chart": "{% temperature_chart row %}",
    "measurement": "{% measurement value %}",
    "trend_chart": "{% trend_chart row %}",
    "day_line": "{% day_line today %}",
    "stage_strip": "{% stage_strip row %}",
    "genealogy": "{% genealogy row %}",
    "seal_of_proof": "{% seal_of_proof row %}",
    "intent_panel": "{% intent_panel row %}",
    "tray": "{% tray row %}",
    "header_clock": "{% header_clock nothing %}",
    "read_only_bar": "{% read_only_bar nothing %}",
    "freshness_line": "{% freshness_line nothing %}",
    "lock_dialog": "{% lock_dialog nothing %}",
}


@pytest.mark.parametrize("name", MINIMAL)
def test_a_building_block_renders_with_the_least_it_can_be_given(name: str, render: Render) -> None:
    html = render(
        MINIMAL[name],
        nothing=None,
        nothings=[],
        row={},
        rows=[{}],
        hold={"start": NOW, "end": NOW + timedelta(minutes=1), "now": NOW},
        value={"name": "Viability", "status": "not_yet"},
        today={"now": NOW},
    )
    page = Words(html)
    assert (page.open, page.wrong) == ([], [])
    assert "None" not in page.words


def test_the_gallery_shows_every_building_block_and_closes_every_tag(site: ProcessPoolExecutor) -> None:
    page = Words(site.submit(gallery_site.gallery, {}).result())
    assert (page.open, page.wrong) == ([], [])
    source = "".join(page.read_text() for page in OURS)
    assert [name for name in MINIMAL if f"{{% {name} " not in source and f"{{% {name} %}}" not in source] == []


KEPT = frozenset(
    ("status", "kind", "icon", "batch_colour", "shape", "state", "url", "key", "made_from", "symbol", "stages")
)
ATTACK = "<script>alert(1)</script>\"'><b onload=x>"


def poisoned(value: Any, key: str = "") -> Any:
    """The same values with an attack in every text that is not one of a fixed set of words."""
    if isinstance(value, dict):
        return {k: poisoned(v, k) for k, v in value.items()}
    if isinstance(value, list):
        return [poisoned(v, key) for v in value]
    if isinstance(value, str) and key not in KEPT and not re.fullmatch(r"[\d.]+", value):
        return ATTACK
    return value


def test_no_value_becomes_markup_on_any_building_block(site: ProcessPoolExecutor, values: dict[str, Any]) -> None:
    html = site.submit(gallery_site.gallery, poisoned(values)).result()
    assert html.count("&lt;script&gt;alert(1)") > 200
    assert "<script>alert" not in html
    assert "<b onload" not in html
    assert not re.search(r"=\"[^\"]*<b ", html)


STATUSES = {
    "in_order": ("circle", "In order"),
    "running": ("diamond", "Running"),
    "look": ("triangle", "Look"),
    "stop": ("octagon", "Stop"),
    "not_yet": ("dashed-square", "Not yet"),
}


@pytest.mark.parametrize("status", STATUSES)
def test_a_status_has_a_shape_and_a_word_of_its_own(status: str, render: Render) -> None:
    shape, word = STATUSES[status]
    html = render('{% status_chip status "" %}', status=status)
    assert re.findall(r'data-shape="([a-z-]+)"', html) == [shape]
    assert text(html) == word
    assert text(render('{% status_chip status "Released" %}', status=status)) == "Released"


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ('{% status_chip "green" %}', "green"),
        ('{% icon "no-such-icon" %}', "no-such-icon"),
        ('{% button "Go" kind="huge" %}', "huge"),
        ('{% verdict "maybe" "Well." %}', "maybe"),
    ],
)
def test_a_word_that_is_not_in_the_set_is_refused_by_name(source: str, named: str, render: Render) -> None:
    with pytest.raises(ValueError, match=named):
        render(source)


def test_the_band_leaves_out_what_the_reader_may_not_see(render: Render) -> None:
    maker = {"initials": "E.T.", "coi": "952-26-00398-F", "batch": "B-26-0131", "batch_colour": "purple"}
    html = render("{% identity_band identity %}", identity=maker)
    assert text(html) == "E.T. Chain of identity 952-26-00398-F Batch, purple B-26-0131"
    assert "batch-purple" in html
    assert text(render("{% identity_band identity %}", identity={})) == ""


def test_a_refusal_names_protection_remedy_and_who_can_resolve_it(render: Render, values: dict[str, Any]) -> None:
    said = text(render("{% refusal refusal %}", refusal=values["refusal"]))
    for gate in values["refusal"]["gates"]:
        assert gate["message"] in said
        assert gate["protects"] in said
        assert gate["remedy"] in said
    assert "Rosa Keller, QA" in said
    assert "You, or anyone in the cell lab" in said
    assert "This refusal is entry 48,214 in the record." in said


def test_a_shut_button_says_what_it_waits_for_and_cannot_be_sent(render: Render) -> None:
    html = render('{% button "Finish step" kind="shut" waits_for="scan of V1" url="/x/" post=True name="go" %}')
    assert text(html) == "Finish step Waits for: scan of V1"
    assert "<form" not in html
    assert 'type="button"' in html
    assert 'aria-disabled="true"' in html


def test_a_wrong_scan_shows_what_was_expected_and_what_came(render: Render) -> None:
    target = {"label": "Seal", "state": "wrong", "expected": "77410", "value": "77401"}
    assert text(render("{% scan_target target %}", target=target)) == "Seal wrong one Expected 77410 Scanned 77401"


def test_a_scan_target_is_never_done_by_default(render: Render) -> None:
    assert "not yet" in text(render("{% scan_target target %}", target={"label": "Seal", "value": "77401"}))


def test_the_box_of_an_intent_holds_the_signed_fields_and_nothing_else(render: Render) -> None:
    html = render("{% intent_panel intent %}", intent={"fields": [("b", "1"), ("a", "2")], "fingerprint": "4be1"})
    box = re.search(r"<dl.*</dl>", html, re.DOTALL)
    assert box is not None
    assert text(box[0]) == "b 1 a 2"


def test_a_gap_in_custody_is_a_visible_break_and_a_single_signature_is_said(
    render: Render, values: dict[str, Any]
) -> None:
    html = render("{% custody_line custody %}", custody=values["custody_broken"])
    assert "c-custody-gap" in html
    said = text(html)
    assert "Nobody held it for 2 h 10 min" in said
    assert "one side only" in said


def test_a_chart_without_readings_says_unknown_and_draws_no_curve(render: Render) -> None:
    html = render("{% temperature_chart chart %}", chart={"title": "Shipper", "readings": [], "high": -150})
    assert "the temperature is not known" in text(html)
    assert "c-chart-curve" not in html


def test_a_chart_says_the_same_in_words_picture_and_table(render: Render, values: dict[str, Any]) -> None:
    html = render("{% temperature_chart chart %}", chart=values["charts"][0])
    said = text(html)
    assert re.search(r"Outside the limit: (−[\d.]+ °C) for (\d+ min) from (11 MAR \d\d:\d\d)", said)
    peak, long, _when = re.search(r"Outside the limit: (−[\d.]+ °C) for (\d+ min) from (.{12})", said).groups()  # type: ignore[union-attr]
    assert f"{peak}, {long}" in said
    assert f"outside the limit, {long}" in said
    assert "limit −150 °C" in said
    assert "alarm −130 °C" in said


def test_a_trend_says_where_this_batch_lies_and_that_it_misses_its_limit(
    render: Render, values: dict[str, Any]
) -> None:
    few, many, none = (render("{% trend_chart chart %}", chart=chart) for chart in values["trends"])
    assert "This one: 84.6 %; the 3 others lie between 86 and 91.4." in text(few)
    assert few.count("c-trend-dot") == 3
    assert re.search(
        r"This one: 5\.2 copies/cell, outside the specification; [\d.]+ standard deviations above", text(many)
    )
    assert "c-trend-this t-stop" in many
    assert text(many).count("Does not") == 1
    assert "No result yet" in text(none)
    assert '<svg class="c-trend-plot' not in none


def test_a_day_says_in_its_list_what_it_draws(render: Render, values: dict[str, Any]) -> None:
    html = render("{% day_line today %}", today=values["today"])
    words = [span.words for lane in values["today"]["lanes"] for span in lane.spans]
    drawn, listed = html.split('<ul class="c-day-list">')
    for each in words:
        assert each in drawn and each in listed
    assert listed.count('data-shape="octagon"') == 1
    assert "Later: collection 13 MAR 08:00" in text(html)


def test_a_number_that_is_read_carries_its_limits_and_both_verdicts(site: ProcessPoolExecutor) -> None:
    html = site.submit(gallery_site.gallery, {}).result()
    asked = html.split('id="read"')[1].split("</form>")[0]
    assert 'data-low="60" data-high="80"' in asked
    assert "≥ 60 mL" in asked and "≤ 80 mL" in asked and "last: 68" in asked
    assert asked.count("<template data-measure-chip-of=") == 2
    assert 'value="64.5"' in asked


def test_instants_of_the_rules_are_read_in_the_zone_of_the_place(render: Render) -> None:
    said = render("{{ sentence|instants_in_words }}", sentence="thawed 2026-05-04T06:32:21.021186Z, longer than 2.5 h")
    assert text(said) == "thawed 04 MAY 2026 08:32 CEST, longer than 2.5 h"


def test_the_clock_names_the_zone_and_utc(render: Render) -> None:
    said = text(render("{% header_clock clock %}", clock={"now": NOW, "factor": 60}))
    assert said == "09:42 CET Thu 12 MAR 2026 · 08:42 UTC"


def test_in_summer_the_clock_names_the_summer_zone(render: Render) -> None:
    said = text(render("{% header_clock clock %}", clock={"now": NOW + timedelta(days=120)}))
    assert said.startswith("10:42 CEST")


def test_unknown_freshness_is_said_and_not_hidden(render: Render) -> None:
    assert "Freshness of the record not known" in text(render("{% freshness_line nothing %}", nothing=None))


def test_a_page_without_a_frame_still_renders(site: ProcessPoolExecutor) -> None:
    said = text(site.submit(gallery_site.render_file, "base.html", {}).result())
    assert "DEMONSTRATION" not in said
    assert "Sign out" not in said


def test_a_demonstration_is_marked_on_the_page(site: ProcessPoolExecutor) -> None:
    html = site.submit(gallery_site.render_file, "base.html", {"frame": {"demonstration": True}}).result()
    assert "DEMONSTRATION: invented people and identifiers, not for patient care" in text(html)


@pytest.mark.parametrize("template", OURS, ids=lambda p: p.name)
def test_no_template_holds_a_script_or_a_style_of_its_own(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\ssrc=)", source)
    assert not re.search(r"<style|\sstyle\s*=|\son[a-z]+\s*=|javascript:|hx-on", source)


@pytest.mark.parametrize("template", OURS, ids=lambda p: p.name)
def test_every_file_a_template_asks_for_is_served_by_us(template: Path) -> None:
    source = template.read_text(encoding="utf-8")
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", source)
    for name in re.findall(r"{% static \"([^\"]+)\" %}", source):
        if not name.startswith("vendor/"):
            assert (STATIC / name).is_file(), name


def test_every_icon_a_template_or_the_gallery_names_is_in_the_list() -> None:
    listed = set((STATIC / "coign" / "icons.txt").read_text().split())
    named = {name for page in TEMPLATES for name in re.findall(r"{% icon \"([^\"]+)\"", page.read_text("utf-8"))}
    named |= {name for page in TEMPLATES for name in re.findall(r" icon=\"([^\"]+)\"", page.read_text("utf-8"))}
    named |= set(re.findall(r"\"icon\": \"([^\"]+)\"", (WEB / "gallery.json").read_text("utf-8")))
    assert named - listed == set()


# Colours


def tokens() -> dict[str, dict[str, str]]:
    """Light and the two dark blocks of tokens.css."""
    source = (STATIC / "coign" / "tokens.css").read_text(encoding="utf-8")
    blocks = {
        "light": re.search(r"^:root \{(.*?)^\}", source, re.DOTALL | re.MULTILINE),
        "dark by hand": re.search(r"\[data-bs-theme=\"dark\"\] \{(.*?)\}", source, re.DOTALL),
        "dark by device": re.search(r":root:not\(\[data-bs-theme\]\) \{(.*?)\}", source, re.DOTALL),
    }
    return {
        name: dict(re.findall(r"--([a-z-]+): (#[0-9A-F]{6});", block[1])) for name, block in blocks.items() if block
    }


def contrast(one: str, other: str) -> float:
    """WCAG 2.2 contrast ratio of two colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[n : n + 2], 16) / 255 for n in (1, 3, 5)]
        red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


TEXT = [
    ("ink", "paper"), ("ink", "card"), ("ink", "sunk"), ("muted", "paper"), ("muted", "card"), ("muted", "sunk"),
    ("brand", "card"), ("brand", "paper"), ("brand", "sunk"), ("on-brand", "brand"), ("paper", "ink"),
    ("ok", "ok-wash"), ("now", "now-wash"), ("look", "look-wash"), ("stop", "stop-wash"), ("off", "off-wash"),
    ("ok", "card"), ("now", "card"), ("look", "card"), ("stop", "card"), ("off", "card"), ("look", "paper"),
    ("ink", "ok-wash"), ("ink", "now-wash"), ("ink", "look-wash"), ("ink", "stop-wash"), ("ink", "brand-wash"),
    ("ink", "allowed"), ("bar-ink", "bar"), ("bar-muted", "bar"), ("on-accent", "accent"),
    ("demo-ink", "demo"), ("demo-ink", "demo-stripe"), ("on-full", "full-stop"), ("on-full", "full-go"),
    ("on-holder", "holder"), ("on-holder", "holder-other"),
]  # fmt: skip
MARKS = [
    ("line-strong", "card"), ("line-strong", "paper"), ("look-mark", "card"), ("brand", "card"), ("now", "card"),
    ("stop", "card"), ("ok", "card"), ("accent", "bar"), ("ink", "card"), ("ink", "paper"), ("bar-ink", "bar"),
]  # fmt: skip


@pytest.mark.parametrize("theme", ["light", "dark by hand"])
@pytest.mark.parametrize(("words", "ground"), TEXT)
def test_words_stand_out_from_their_ground(theme: str, words: str, ground: str) -> None:
    colours = tokens()[theme]
    assert contrast(colours[words], colours[ground]) >= 4.5


@pytest.mark.parametrize("theme", ["light", "dark by hand"])
@pytest.mark.parametrize(("mark", "ground"), MARKS)
def test_controls_and_marks_stand_out_from_their_ground(theme: str, mark: str, ground: str) -> None:
    colours = tokens()[theme]
    assert contrast(colours[mark], colours[ground]) >= 3


def test_dark_is_the_same_whether_chosen_by_hand_or_by_the_device() -> None:
    found = tokens()
    assert found["dark by hand"] == found["dark by device"]
    assert found["dark by hand"].keys() == found["light"].keys()


def test_every_colour_a_style_sheet_uses_is_a_token_that_exists() -> None:
    sheets = {
        name: (STATIC / "coign" / name).read_text("utf-8")
        for name in ("tokens.css", "frame.css", "controls.css", "components.css", "charts.css")
    }
    defined = set(re.findall(r"(--[a-z0-9-]+):", "".join(sheets.values())))
    used = set(re.findall(r"var\((--[a-z0-9-]+)", "".join(sheets.values())))
    assert used - defined == set()


def test_no_words_are_smaller_than_promised() -> None:
    for name in ("frame.css", "controls.css", "components.css", "charts.css"):
        sheet = (STATIC / "coign" / name).read_text("utf-8")
        sizes = [float(n) for n in re.findall(r"font(?:-size)?: (?:\d+ )?(\d*\.?\d+)rem", sheet)]
        assert all(size >= 0.8125 for size in sizes), (name, sorted(sizes)[:3])


# What is fetched at build time


def test_the_lock_names_versions_and_hashes_and_no_address_of_a_registry() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    packages = {name: entry for name, entry in lock["packages"].items() if name}
    assert packages
    for name, entry in packages.items():
        assert "resolved" not in entry, name
        assert entry["integrity"].startswith("sha512-"), name
    assert "registry" not in (ROOT / "frontend" / ".npmrc").read_text().replace("omit-lockfile-registry-resolved", "")


def test_every_package_of_the_lock_stands_in_the_table_of_licences() -> None:
    lock = json.loads((ROOT / "frontend" / "package-lock.json").read_text())
    table = (ROOT / "frontend" / "LICENCES.md").read_text()
    for name, entry in lock["packages"].items():
        if name:
            row = f"| {name.removeprefix('node_modules/')} | {entry['version']} | {entry['license']} |"
            assert row in table


@pytest.fixture
def vendor() -> Path:
    folder = STATIC / "vendor"
    if not (folder / "stamp.txt").is_file():
        pytest.skip("the front end is not built: run python tools/setup/frontend.py")
    return folder


def test_what_was_built_loads_nothing_from_another_server(vendor: Path) -> None:
    sheets = list(vendor.rglob("*.css"))
    assert len(sheets) == 2
    for sheet in sheets:
        source = sheet.read_text("utf-8")
        assert not re.search(r"(?:url\(|@import)\s*[\"']?(?:https?:)?//", source), sheet.name
        assert "sourceMappingURL" not in source
        for local in re.findall(r"url\(\./([^)]+)\)", source):
            assert (sheet.parent / local).is_file(), local


def test_what_was_built_has_every_file_and_icon_the_pages_ask_for(vendor: Path) -> None:
    asked = set(re.findall(r"{% static \"vendor/([^\"]+)\" %}", (WEB / "templates" / "base.html").read_text()))
    assert asked
    assert [name for name in asked if not (vendor / name).is_file()] == []
    sprite = (vendor / "icons" / "icons.svg").read_text()
    assert set(re.findall(r'id="([^"]+)"', sprite)) == set((STATIC / "coign" / "icons.txt").read_text().split())


def test_headings_of_the_gallery_never_skip_a_level(site: ProcessPoolExecutor) -> None:
    html = site.submit(gallery_site.gallery, {}).result()
    levels = [int(n) for n in re.findall(r"<h([1-6])[ >]", html)]
    assert all(after <= before + 1 for before, after in pairwise(levels))
