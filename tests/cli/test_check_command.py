"""`coign check` as others script it."""

import json

import pytest

from coign.cli.program import main

KEYS = {"ok", "states", "transitions", "depth", "complete", "transitions_per_second", "invariants", "violations"}


def test_the_answer_is_one_object_and_says_what_was_asked_of_the_rules(capsys: pytest.CaptureFixture[str]) -> None:
    main(["check", "--depth", "1", "--seconds", "4", "--json"])
    out, err = capsys.readouterr()
    found = json.loads(out)
    assert found.keys() >= KEYS and found["transitions"] > 0 and found["violations"] == []
    assert all(each["name"] and each["requirement"] for each in found["invariants"])
    assert "in memory" in err


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
