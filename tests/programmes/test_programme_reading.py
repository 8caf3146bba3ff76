"""A programme file is understood whole or refused with every problem and its line."""

import hashlib
from importlib.resources import files
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from coign import catalogue
from coign.kernel.errors import Invalid
from coign.programmes.model import Range
from coign.programmes.reading import REQUIRED_LIMITS, load_all, problems, read

FILE = files("coign.programmes").joinpath("autologous-car-t.yaml")
CONTENT = FILE.read_bytes()
TEXT = CONTENT.decode()
LINES = TEXT.splitlines(keepends=True)
ACTIONS = {action.name: action.roles for action in catalogue.ACTIONS.values()}


def line_of(fragment: str) -> int:
    return TEXT[: TEXT.index(fragment)].count("\n") + 1


@pytest.mark.requirement("GMP-06")
def test_the_released_programme_has_no_problems_and_its_name_is_the_hash_of_its_bytes() -> None:
    assert problems(TEXT, ACTIONS) == []
    version = read(CONTENT, ACTIONS)
    assert version.digest == hashlib.sha256(CONTENT).hexdigest()
    assert version.programme == "programme:autologous-car-t"
    assert version.product == "product:demolucel"


def test_the_released_programme_is_marked_as_an_example_and_names_a_source_for_every_number() -> None:
    version = read(CONTENT, ACTIONS)
    assert "TEACHING EXAMPLE" in LINES[0]
    assert set(REQUIRED_LIMITS) <= set(version.limits)
    assert all(limit.source for limit in version.limits.values())
    assert all(test.source for test in (*version.panel, *(m for s in version.steps for m in s.measurements)))
    assert version.minutes("thaw_to_infusion_max") == 150


def test_the_released_journey_goes_through_ten_stages_and_names_each_act_once() -> None:
    version = read(CONTENT, ACTIONS)
    assert len(version.stages) == 10
    assert {step.stage for step in version.journey} == {stage.id for stage in version.stages}
    assert version.task_of("manufacturing.fill") == "filling"
    assert version.task_of("custody.offer") == ""


DEFECTS = [
    ("title: Auto", "titel: Auto", "unknown_key", "titel"),
    ('version: "1"\n', "", "missing_key", "version is missing"),
    ('version: "1"', "version: 1", "type", "expected text"),
    ('version: "1"', 'version: "1"\nversion: "2"', "duplicate_key", "stands here twice"),
    ("programme: autologous-car-t", "programme: Autologous", "id", "small letters"),
    ("consent_purposes: [treatment, ", "consent_purposes: [", "purpose", "treatment"),
    ("consent_purposes: [treatment", "consent_purposes: [[treatment]", "type", "expected text"),
    ("storage: Store", "storage: [Store]\n#", "type", "expected text"),
    ("product:\n  id: demolucel\n  name: Demolucel", "product: demolucel", "type", "expected fields"),
    ("fhir_codes:\n  https://example.org/coign/products: demolucel", "fhir_codes: [a]", "type", "names with values"),
    ("fhir_codes:\n", "fhir_codes:\n  ? [a]\n  : b\n", "type", "a name is text"),
    ("statements:\n  - FOR AUTOLOGOUS USE ONLY\n", "statements: one\n", "type", "expected a list"),
    ("where_it_applies: [pregnancy_test]", "where_it_applies: [luck]", "unknown_value", "luck is not among the items"),
    ("materials: [beads, medium]", "materials: beads", "type", "expected a list"),
    ("tasks:\n  identity_check:", "tasks:\n  Identity:", "id", "small letters"),
    ("  thaw: Issue and thaw", "  thaw: Issue and thaw\n  thaw: Again", "duplicate_key", "stands here twice"),
    ("value: 14, unit: d", "value: 14, unit: fortnight", "unit", "fortnight"),
    ("value: 14, unit: d", "value: 14, unit: Cel", "unit", "expected is one of"),
    ("value: 14, unit: d", 'value: "14", unit: d', "type", "decimal number"),
    ("value: 14, unit: d", "value: .inf, unit: d", "type", "decimal number"),
    ("value: 14, unit: d", "value: 1e2, unit: d", "type", "decimal number"),
    ("value: 14, unit: d", "value: -14, unit: d", "bounds", "greater than nothing"),
    ("value: 30, unit: d, source:", "value: 30, unit: d, sauce:", "missing_key", "source is missing"),
    ('source: "chosen; ISO 21973: longest route with a margin"', 'source: ""', "type", "expected text"),
    ("name: shelf_life", "name: shelf", "limit_missing", "shelf_life"),
    ("name: storage_temperature_max", "name: shelf_life", "double_id", "shelf_life"),
    ("_alarm, value: -130", "_alarm, value: -160", "bounds", "below"),
    ("  - id: transduce", "  - id: activate", "double_id", "activate"),
    ("materials: [beads, medium]", "materials: [glue, medium]", "unknown_material", "glue"),
    ("    task: aseptic_processing\n", "    task: juggling\n", "unknown_task", "juggling"),
    ("{kind: cell_processor, clean: true}", "{kind: cauldron, clean: true}", "device", "cauldron"),
    ("{kind: incubator}", "{kind: cell_counter}", "double_id", "cell_counter"),
    ("clean: true", "clean: perhaps", "type", "true or false"),
    ("{id: glucose,", "{id: cells_in_culture,", "double_id", "cells_in_culture"),
    ("low: 4, high: 25", "low: 40, high: 25", "bounds", "lies above"),
    ("low: 4, high: 25", "low: 4, above: 3", "bounds", "one lower"),
    ("low: 4, high: 25, ", "", "bounds", "expected low"),
    ("label: Glucose, unit: mmol/L, ", "label: Glucose, ", "missing_key", "unit is missing"),
    ("label: Glucose, unit: mmol/L, low: 4, high: 25", "label: Glucose, equals: sweet", "bounds", "not a word"),
    ("label: Sterility, equals: negative", "label: Sterility, equals: negative, low: 1", "bounds", "neither bounds"),
    ("  - {id: collection, title: Collection}", "  - {id: order, title: Again}", "double_id", "order"),
    ("action: clinical.enrol,", "action: clinical.enroll,", "unknown_action", "clinical.enroll"),
    ("roles: [coordinator], side: centre}", "roles: [wizard], side: centre}", "unknown_role", "wizard"),
    ("roles: [coordinator], side: centre}", "roles: [courier], side: centre}", "role_may_not", "courier"),
    ("roles: [coordinator], side: centre}", "roles: [], side: centre}", "empty", "somebody"),
    ("roles: [coordinator], side: centre}", "roles: [coordinator], side: moon}", "unknown_side", "moon"),
    ("stage: order, title: Enrol", "stage: orders, title: Enrol", "unknown_stage", "orders"),
    ("after: [slot], task: identity_check", "after: [slots], task: identity_check", "unknown_step", "slots"),
    ("after: [slot], task: identity_check", "after: [slot], task: juggling", "unknown_task", "juggling"),
    ("hold: {value: 8, unit: h,", "hold: {value: 8, unit: mL,", "unit", "not given in mL"),
    ("hold: {value: 8, unit: h,", "hold: {value: 0, unit: h,", "bounds", "longer than nothing"),
    ("hold: {value: 8, unit: h,", "hold: {unit: h,", "missing_key", "value is missing"),
    ("timepoint: month_3", "timepoint: month_9", "unknown_timepoint", "month_9"),
    ("after: [slot], task: identity_check", "after: [confirm-identity]", "cycle", "check-identity, confirm-identity"),
    ("{id: consent, action", "{id: enrol, action", "double_id", "enrol"),
    ("optional: true}", "optional: perhaps}", "type", "true or false"),
]  # fmt: skip


@pytest.mark.parametrize(("old", "new", "rule", "said"), DEFECTS, ids=[f"{d[2]}-{n}" for n, d in enumerate(DEFECTS)])
def test_a_defect_is_named_with_its_rule(old: str, new: str, rule: str, said: str) -> None:
    assert old in TEXT
    found = problems(TEXT.replace(old, new, 1), ACTIONS)
    assert rule in {p.rule for p in found if said in p.message}, found


def test_a_file_with_a_defect_is_not_read_and_the_refusal_names_file_line_and_rule() -> None:
    with pytest.raises(Invalid) as no:
        read(TEXT.replace("low: 4, high: 25", "low: 40, high: 25", 1).encode(), ACTIONS, name="mine.yaml")
    assert no.value.errors[0].field == f"mine.yaml, line {line_of('low: 4, high: 25')}, bounds"


@pytest.mark.parametrize(
    ("old", "new", "rule"),
    [
        ("value: 14, unit: d", "value: 14, unit: fortnight", "unit"),
        ("low: 4, high: 25", "low: 40, high: 25", "bounds"),
        ("action: clinical.enrol,", "action: clinical.enroll,", "unknown_action"),
        ("  - id: transduce", "  - id: activate", "double_id"),
    ],
)
def test_the_line_is_the_line_of_the_defect(old: str, new: str, rule: str) -> None:
    changed = TEXT.replace(old, new, 1)
    assert {p.line for p in problems(changed, ACTIONS) if p.rule == rule} == {line_of(old)}


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "yaml"),
        ("- a\n- b\n", "type"),
        ("a: [1\n", "yaml"),
        ("a: &x [*x]\n", "unknown_key"),
        ("? [a, b]\n: 1\n", "unknown_key"),
        ("a: " + "[" * 5000, "yaml"),
        ("a: *nothing\n", "yaml"),
        ("a: \x00\n", "yaml"),
        ("- " * 5000, "yaml"),
        ("a" * 200_001, "size"),
        ("--- {}\n--- {}\n", "yaml"),
    ],
)
def test_what_is_no_programme_at_all_is_said_in_one_sentence(text: str, rule: str) -> None:
    assert rule in {p.rule for p in problems(text, ACTIONS)}


def test_every_empty_section_is_named() -> None:
    for section in ("steps", "panel", "stages", "journey"):
        start = TEXT.index(f"\n{section}:")
        end = TEXT.find("\n\n", start) if section != "journey" else len(TEXT)
        found = problems(TEXT[:start] + f"\n{section}: []\n" + TEXT[end:], ACTIONS)
        assert any(p.rule == "empty" and section in p.message for p in found), section


def test_without_knowledge_of_actions_their_names_are_not_judged() -> None:
    assert problems(TEXT.replace("clinical.enrol,", "clinical.enroll,"), None) == []


def test_a_file_that_is_no_text_is_refused_with_its_line() -> None:
    with pytest.raises(Invalid) as no:
        read(b"programme: a\n\xff\n")
    assert "line 2" in no.value.errors[0].field


@settings(max_examples=25, deadline=None)
@given(st.data())
def test_no_mutilated_file_ends_in_anything_but_a_list_of_problems(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(LINES) - 1))
    how = data.draw(st.sampled_from(["drop", "double", "cut", "indent", "swap", "junk"]))
    lines = list(LINES)
    match how:
        case "drop":
            del lines[at]
        case "double":
            lines.insert(at, lines[at])
        case "cut":
            lines = [*lines[:at], lines[at][: data.draw(st.integers(0, len(lines[at])))]]
        case "indent":
            lines[at] = " " * data.draw(st.integers(1, 5)) + lines[at]
        case "swap":
            lines[at], lines[-1] = lines[-1], lines[at]
        case _:
            lines[at] = data.draw(st.text(max_size=30)) + "\n"
    text = "".join(lines)
    found = problems(text, ACTIONS)
    assert found == sorted(found)
    assert all(p.line >= 1 and p.rule and p.message for p in found)
    try:
        read(text.encode("utf-8", "surrogatepass"), ACTIONS)
        assert found == []
    except Invalid:
        assert found


def test_all_files_of_the_folders_are_loaded_and_known_by_their_hash(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_bytes(CONTENT)
    (tmp_path / "two.yaml").write_bytes(CONTENT.replace(b'version: "1"', b'version: "2"'))
    (tmp_path / "notes.txt").write_text("not a programme")
    programmes = load_all([tmp_path, tmp_path / "absent"], ACTIONS)
    assert sorted(v.version for v in programmes.all()) == ["1", "2"]
    assert all(programmes.known(v.digest) and programmes.version(v.digest) is v for v in programmes.all())
    assert programmes.digest != load_all([], ACTIONS).digest


def test_one_unusable_file_stops_the_start_and_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text("programme: x\n")
    with pytest.raises(Invalid, match="missing"):
        load_all([tmp_path], ACTIONS)


@pytest.mark.parametrize(
    ("bounds", "inside", "outside", "words"),
    [
        ({"low": "70"}, ["70", "70.0", "99"], ["69.99"], "≥ 70 %"),
        ({"high": "60"}, ["60", "-1"], ["60.01"], "≤ 60 %"),
        ({"low": "4", "high": "25"}, ["4", "25"], ["3.9", "25.1"], "4 – 25 %"),
        ({"below": "5"}, ["4.99"], ["5", "5.0"], "< 5 %"),
        ({"above": "50", "high": "60"}, ["50.1", "60"], ["50", "61"], "≤ 60 % and > 50 %"),
    ],
)
def test_a_bound_is_met_or_not_to_the_last_digit(
    bounds: dict[str, str], inside: list[str], outside: list[str], words: str
) -> None:
    from decimal import Decimal

    given = Range("x", "X", "%", **{name: Decimal(value) for name, value in bounds.items()})
    assert all(given.holds(v) for v in inside)
    assert not any(given.holds(v) for v in outside)
    assert given.words == words
    assert Range("y", "Y", "", equals="negative").words == "negative"
