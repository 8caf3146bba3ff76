"""Grading and signal statistics against published data; three expectations turned round are three failures."""

import csv
import json
import shutil
from pathlib import Path

import pytest

from coign.conformance import run
from coign.conformance.adverse_event_grading import NO_GRADE, _answer, _expected

VECTORS = Path(__file__).parents[3] / "shared" / "vectors"
needs_vectors = pytest.mark.skipif(not VECTORS.is_dir(), reason="the conformance data are not beside this repository")


@pytest.fixture
def copy(tmp_path):
    """Takes one standard's folder into a place where it may be edited."""

    def take(standard: str) -> Path:
        target = tmp_path / standard
        shutil.copytree(VECTORS / standard, target)
        for path in (target, *target.rglob("*")):
            path.chmod(0o755 if path.is_dir() else 0o644)
        return target

    return take


@needs_vectors
@pytest.mark.requirement("PAT-15", "PAT-16", "PAT-17", "PAT-21")
@pytest.mark.parametrize(("standard", "cases"), [("adverse-event-grading", 880), ("pharmacovigilance", 1174)])
def test_published_cases_pass(standard, cases):
    report = run(VECTORS, standard)
    (tally,) = report.standards
    assert report.exit_code == 0
    assert tally.passed == tally.cases == cases
    assert not tally.not_covered


def _rewrite(path: Path, change) -> None:
    with path.open(encoding="utf-8", newline="") as lines:
        reader = csv.DictReader(lines)
        names, rows = reader.fieldnames, list(reader)
    change(rows)
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, names)
        writer.writeheader()
        writer.writerows(rows)


@needs_vectors
def test_three_grades_turned_round_are_three_failures(copy):
    root = copy("adverse-event-grading")

    def change(rows):
        next(r for r in rows if r["case"] == "exp_acido-3")["expected_grade"] = "4"
        next(r for r in rows if r["case"] == "exp_acido-9")["expected_grade"] = "0"

    _rewrite(root / "ctcae-laboratory-cases.csv", change)
    cases = root / "astct-cases.json"
    cases.write_text(cases.read_text().replace('"expected": "not CRS"', '"expected": "1"'))
    (tally,) = run(root).standards
    assert [each.case for each in tally.failures] == ["crs-6", "exp_acido-3, version 6", "exp_acido-9, version 6"]


@needs_vectors
def test_three_statistics_turned_round_are_three_failures(copy):
    root = copy("pharmacovigilance")

    def change(rows):
        rows[0]["prr"] = "0.811450"
        rows[1]["signal"] = "yes"

    _rewrite(root / "cart-disproportionality.csv", change)
    reading = root / "event.preannotation.json"
    reading.write_text(reading.read_text().replace('"patientsex": "2"', '"patientsex": "1"'))
    (tally,) = run(root).standards
    assert [each.case.rpartition(", ")[2] for each in tally.failures] == ["prr", "signal", "patient.patientsex"]


@needs_vectors
def test_a_reading_without_its_source_and_a_field_too_many_are_failures(copy):
    root = copy("pharmacovigilance")
    manifest = root / "MANIFEST.csv"
    manifest.write_text(
        manifest.read_text().replace("expected JSON reading of event.sgm", "expected JSON reading of x")
    )
    (tally,) = run(root).standards
    assert [(each.case, "no x" in each.got) for each in tally.failures] == [("file", True)]


@pytest.mark.parametrize(
    ("case", "expected"),
    [
        ({"temperature_c": 36.9, "vasopressors": ["a"], "tocilizumab": True}, "3"),
        ({"temperature_c": 36.9, "vasopressors": ["a"], "steroids": True, "prior_fever": False}, "0"),
        ({"temperature_c": 39, "oxygen": "CPAP"}, "4"),
        ({"temperature_c": 39, "oxygen": "intubation for airway protection"}, "1"),
        ({"temperature_c": 39, "oxygen": "Venturi mask"}, "3"),
        ({"temperature_c": 39, "hypotension": "none", "other_cause": True}, "0"),
        ({"temperature_c": 39, "death": True}, "5"),
        ({"temperature_c": 39, "oxygen": "a tent"}, "not understood: oxygen “a tent”"),
        ({"temperature_c": 39, "rash": True}, "not understood: rash"),
        ({"ice": 10}, "0"),
        ({"ice": "unarousable"}, "4"),
        ({"ice": 0, "consciousness": "awakens only to touch"}, "3"),
        ({"capd": 9}, "3"),
        ({"capd": 8, "consciousness": "awakens to voice"}, "2"),
        ({"ice": 9, "raised_icp_or_oedema": "papilloedema"}, "4"),
        ({"ice": 9, "seizure": "longer than 5 minutes"}, "4"),
        ({"ice": 9, "seizure": "non-convulsive on EEG, resolves with treatment"}, "3"),
        ({"ice": 5, "sedated": True}, NO_GRADE),
        ({"ice": 5, "died": True}, "5"),
        ({"motor": "a limp"}, "not understood: motor “a limp”"),
    ],
)
def test_cases_told_in_words_are_understood_or_named(case, expected):
    assert _answer({"case": "x", "expected": "?", "note": "y", **case}) == expected


@pytest.mark.parametrize(
    ("text", "expected"), [("3", "3"), ("not CRS", "0"), ("not ICANS", "0"), ("not gradable", NO_GRADE)]
)
def test_an_expected_grade_is_read_from_its_words(text, expected):
    assert _expected(text) == expected


@needs_vectors
def test_a_reference_table_with_a_term_that_is_not_ours_is_a_failure(copy):
    root = copy("adverse-event-grading")
    table = root / "ctcae-v6-laboratory.json"
    content = json.loads(table.read_text())
    content["terms"][0]["TERM"] = "Blue blood"
    table.write_text(json.dumps(content))
    (tally,) = run(root).standards
    assert [each.case for each in tally.failures] == ["Blue blood"]
