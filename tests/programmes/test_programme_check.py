"""`coign programme check FILE`: what a script gets."""

import json
from importlib.resources import files
from pathlib import Path

import pytest

from coign.cli import main

RELEASED = str(files("coign.programmes").joinpath("autologous-car-t.yaml"))


def asked(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, dict[str, object]]:
    code = main(["programme", "check", *arguments, "--json"])
    answer: dict[str, object] = json.loads(capsys.readouterr().out)
    return code, answer


def test_a_file_without_problems_is_answered_with_yes(capsys: pytest.CaptureFixture[str]) -> None:
    assert asked(capsys, RELEASED) == (0, {"ok": True, "problems": []})


def test_problems_are_listed_with_line_rule_and_message(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text(Path(RELEASED).read_text().replace("clinical.enrol,", "clinical.enroll,"))
    code, answer = asked(capsys, str(file))
    assert code == 1 and answer["ok"] is False
    (problem,) = answer["problems"]  # type: ignore[misc]
    assert problem["rule"] == "unknown_action" and problem["line"] > 100 and "clinical.enroll" in problem["message"]


def test_bytes_that_are_no_text_are_a_problem_not_a_defect(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.yaml"
    file.write_bytes(b"a: b\n\xff")
    code, answer = asked(capsys, str(file))
    assert code == 1 and answer["problems"] == [{"line": 2, "rule": "encoding", "message": "is not UTF-8 text"}]


def test_a_file_that_is_not_there_is_unusable(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, answer = asked(capsys, str(tmp_path / "absent.yaml"))
    assert code == 2 and answer["ok"] is False and "absent.yaml" in str(answer["error"])


def test_people_get_one_line_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.yaml"
    file.write_text("programme: x\n")
    assert main(["programme", "check", str(file)]) == 1
    assert capsys.readouterr().out.splitlines()[0].startswith(f"{file}:1: missing_key: ")
    assert main(["programme", "check", RELEASED]) == 0
    assert "no problems" in capsys.readouterr().out
