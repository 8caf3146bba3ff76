"""Generated reference pages are current, and tell what they promise."""

from pathlib import Path

import pytest

from coign import catalogue
from coign.web.reference import aspects, tracing, writing


def test_the_generated_pages_are_current(request: pytest.FixtureRequest) -> None:
    root = request.config.rootpath
    stale = writing.out_of_date(root, root.parent / "shared" / "requirements.md")
    assert [f.name for f in stale] == [], "write them anew: python -m coign.web.reference"


def test_every_action_and_gate_stands_in_the_reference(request: pytest.FixtureRequest) -> None:
    page = (request.config.rootpath / "docs" / "reference" / "actions.md").read_text(encoding="utf-8")
    assert [a for a in catalogue.ACTIONS if f"(`{a}.v" not in page] == []
    own = {g.id for a in catalogue.ACTIONS.values() for g in a.gates}
    assert [g for g in own if f"`{g}`" not in page] == []


def test_markers_are_found_without_running_tests(tmp_path: Path) -> None:
    folder = tmp_path / "tests"
    folder.mkdir()
    (folder / "test_a.py").write_text(
        'import pytest\n@pytest.mark.requirement("TRC-01", "TRC-02")\ndef test_x(): ...\ndef test_y(): ...\n'
    )
    (folder / "test_b.py").write_text(
        'import pytest\npytestmark = pytest.mark.requirement("TRC-03")\nclass TestZ:\n    def test_z(self): ...\n'
    )
    assert list(tracing.marked_tests(folder)) == [
        ("TRC-01", "tests/test_a.py::test_x"),
        ("TRC-02", "tests/test_a.py::test_x"),
        ("TRC-03", "tests/test_b.py::test_z"),
    ]


@pytest.mark.requirement("CSV-26")
def test_a_requirement_without_a_test_is_open_never_hidden(tmp_path: Path) -> None:
    rows = {r.requirement: r for r in tracing.trace(tmp_path, ["XYZ-01", "CSV-15"])}
    assert rows["XYZ-01"] == tracing.Row("XYZ-01") and "people.identifier_is_new" in rows["CSV-15"].gates
    page = tracing.markdown(list(rows.values()))
    assert "| XYZ-01 |  |  | **open** |" in page


def test_ids_are_read_from_the_requirements_document() -> None:
    assert tracing.requirement_ids("| TRC-01 | a |\n| TRC-S2 lost | b |\n| TRC-01 | again |\nTRC-03") == [
        "TRC-01",
        "TRC-S2",
    ]


def test_every_aspect_has_its_actions_gates_screens_and_scenarios() -> None:
    page = aspects.markdown(tracing.shipped())
    assert page.count("\n## ") == 6 and page.count("\n### ") == 24
    with pytest.raises(ValueError, match="has no scenario tests"):
        aspects.markdown([])


def test_a_domain_without_an_aspect_is_noticed() -> None:
    fewer = [a for a in aspects.ASPECTS if "training" not in a.domains]
    with pytest.raises(ValueError, match="of no aspect: people, training"):
        aspects.markdown(tracing.shipped(), fewer)
