"""Public reports in the older element names: every element kept, follow-ups counted once, nothing resolved."""

import pytest

from coign.safety.signals.disproportion import Reports
from coign.safety.signals.public_reports import Question, count, read


def _report(case: str, drugs: list[tuple[str, str]], *terms: str, day: str = "20030407") -> str:
    taken = "".join(
        f"<drug><drugcharacterization>{role}</drugcharacterization><medicinalproduct>{name}</medicinalproduct></drug>"
        for role, name in drugs
    )
    seen = "".join(f"<reaction><reactionmeddrapt>{term}</reactionmeddrapt></reaction>" for term in terms)
    return (
        f"<safetyreport><safetyreportid>{case}</safetyreportid><receiptdate>{day}</receiptdate>"
        f"<receiver></receiver><patient>{seen}{taken}</patient></safetyreport>"
    )


def _file(*reports: str) -> str:
    return f'<ichicsr lang="en">{"".join(reports)}</ichicsr>'


def test_elements_keep_their_names_and_repeated_ones_become_lists() -> None:
    (report,) = read(_file(_report("77-2", [("1", "OS-CAL &amp; D")], "PYREXIA", "CHILLS")))
    assert report["@case_number"] == "77" and report["@timestamp"] == "2003-04-07"
    assert report["receiver"] is None
    assert [r["reactionmeddrapt"] for r in report["patient"]["reaction"]] == ["PYREXIA", "CHILLS"]
    assert report["patient"]["drug"] == [{"drugcharacterization": "1", "medicinalproduct": "OS-CAL & D"}]
    assert read(_file(_report("77", [])))[0]["@case_number"] == "77"
    assert read("<ichicsr></ichicsr>") == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "not nothing"),
        ("<report></report>", "not report"),
        ("<ichicsr>", "is not closed"),
        ("<ichicsr></safetyreport>", "closes <ichicsr>"),
        ("</ichicsr>", "closes <nothing>"),
        ('<!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/passwd">]><ichicsr></ichicsr>', "no element begins"),
        ("<ichicsr><safetyreport><serious>1</serious><serious>2</serious></safetyreport></ichicsr>", "stands twice"),
    ],
)
def test_what_is_no_such_file_is_named(text: str, why: str) -> None:
    with pytest.raises((ValueError, IndexError), match=why):
        read(text)


@pytest.mark.requirement("PAT-21")
def test_reports_are_counted_once_by_their_newest_version() -> None:
    cart = Question(frozenset({"demolucel"}), frozenset({"cytokine release syndrome", "cytokine storm"}))
    reports = read(
        _file(
            _report("1-1", [("1", "Demolucel")], "PYREXIA"),
            _report("1-2", [("1", "Demolucel")], "CYTOKINE STORM"),  # the follow-up knows better
            _report("1-0", [("1", "Demolucel")], "NAUSEA"),
            _report("2-1", [("1", "DEMOLUCEL")], "NAUSEA"),
            _report("3", [("2", "Demolucel"), ("1", "Other")], "Cytokine release syndrome"),  # taken besides
            _report("4-1", [("1", "Other")], "NAUSEA"),
        )
    )
    assert count(reports, cart) == Reports(1, 1, 1, 1)
