"""`coign check` as others script it."""

import json
from typing import Any

import pytest

from coign.cli.checking import in_words
from coign.cli.program import main

KEYS = {"ok", "states", "transitions", "depth", "complete", "transitions_per_second", "invariants", "violations"}


def test_the_answer_is_one_object_and_says_what_was_asked_of_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--depth", "1", "--seconds", "4", "--json"])
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found.keys() >= KEYS and found["transitions"] > 0 and found["violations"] == []
    assert all(each["name"] and each["requirement"] for each in found["invariants"])
    assert "in memory" in err
    _told_in_words(found)


def _told_in_words(found: dict[str, Any]) -> None:
    """In seconds not everything is tried: a gate that refused nothing yet is none that never will."""
    gate = found["never_refused"][0]
    assert not found["followed"] and gate not in found["vacuous"]
    words = in_words(found)
    assert "Not everything was tried" in words and "BEHIND  clinical.patient_is_enrolled refuses nothing: " in words
    assert gate not in words
    tried = in_words({**found, "followed": True, "vacuous": [gate, "clinical.order", found["invariants"][0]["name"]]})
    assert f"NEVER   {gate}: this gate refused nothing" in tried and "Not everything was tried" not in tried
    assert "NEVER   clinical.order: this act" in tried and ": this invariant had nothing to say" in tried


def test_gates_are_told_with_their_verdict_and_what_was_not_shown_is_a_no(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "--knock-out", "--seconds", "2", "--json"]) == 1  # in two seconds nobody finds nine in ten
    found = json.loads(capsys.readouterr().out)
    assert {"gate", "risk", "requirement", "verdict", "with", "invariant", "story", "reason"} == found["gates"][
        0
    ].keys()
    assert not found["ok"] and 0 <= found["share_shown"] < 0.9
    told = {gate["verdict"] for gate in found["gates"]}
    assert told <= {"necessary", "paired", "not patient safety", "not shown"} and "not patient safety" in told


@pytest.mark.parametrize("wrong", [["--depth", "0"], ["--depth", "far"], ["--seconds", "-1"], ["--seconds", "soon"]])
def test_a_limit_that_is_none_is_named(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", *wrong]) == 2
    assert wrong[0] in capsys.readouterr().err
