"""Every command keeps its word: exit codes, one JSON object, sentences instead of tracebacks."""

import json
import socket
from pathlib import Path

import pytest

from coign.cli import program
from coign.cli.serve import hold_port
from coign.database import DatabaseUnavailable
from coign.kernel.errors import Conflict, Forbidden, IntegrityFailure, Invalid, NotFound, Refused, Unavailable

VARIABLES = {
    "COIGN_HOME", "COIGN_PORT", "COIGN_BIND", "COIGN_DATABASE_URL", "COIGN_DEMO", "COIGN_VAULT_KEY_FILE",
    "COIGN_LOG_KEY_FILE", "COIGN_WITNESSES",
}  # fmt: skip
COMMANDS = (
    "serve", "verify", "conformance", "drill", "bench", "db", "demo", "import", "id", "trace", "programme", "pack",
    "export",
)  # fmt: skip


@pytest.mark.parametrize(
    "arguments",
    [
        ("--json", "no-such-command"),
        ("verify", "--json"),
        ("verify", "no-such-file", "--json"),
        ("drill", "--json"),
        ("drill", "crash", "--times", "none", "--json"),
        ("drill", "crash", "--times", "0", "--json"),
        ("bench", "no-such-bench", "--json"),
        ("conformance", "no-such-folder", "--json"),
        ("db", "--json"),
        ("db", "restore", "--json"),
        ("db", "restore", "no-such-file", "--json"),
        ("db", "repair", "--json"),
        ("trace", "nonsense", "--json"),
        ("pack", "nonsense:X", "-o", "no-such-folder/file", "--json"),
        ("export", "nonsense:X", "-o", "no-such-folder/file", "--json"),
        ("drill", "mutate", "no-such-file", "--json"),
        ("trace", "lot:L1", "--since", "yesterday", "--json"),
    ],
)
def test_what_cannot_be_understood_ends_with_2_and_one_object_that_says_why(coign, arguments):
    said = coign(*arguments)

    assert said.code == 2, said
    assert said.json["ok"] is False
    assert said.json["error"]


def test_a_variable_that_cannot_be_understood_is_named(coign):
    for name, value in (("COIGN_PORT", "eighty"), ("COIGN_PORT", "70000"), ("COIGN_DEMO", "yes")):
        said = coign("serve", "--json", **{name: value})

        assert said.code == 2
        assert said.json["errors"][0]["field"] == name
        assert name in said.err


@pytest.mark.parametrize(
    ("text", "named"),
    [
        (None, "cannot be read"),
        ("witness north no-key https://north.example\nquorum north\n", "COIGN_WITNESSES line 1: a key is written"),
        ("quorum none\nquorum none\n", "COIGN_WITNESSES line 2: expected one"),
    ],
)
def test_a_file_of_witnesses_that_cannot_be_understood_is_named_by_line(coign, tmp_path, text, named):
    file = tmp_path / "witnesses"
    if text is not None:
        file.write_text(text)

    said = coign("serve", "--json", COIGN_WITNESSES=str(file))

    assert said.code == 2
    assert said.json["errors"][0]["field"].startswith("COIGN_WITNESSES")
    assert named in said.err


def test_a_home_without_a_record_is_a_no_with_a_remedy(coign, tmp_path):
    for key in ((), ("--trust", str(tmp_path / "no-such-file"))):  # that there is no record comes before the key
        said = coign("verify", "--database", *key, "--json")

        assert said.code == 1
        assert said.json["code"] == "not_found"
        assert "coign serve" in said.json["error"]


def test_a_home_that_cannot_be_written_is_the_environments_fault(coign, tmp_path):
    (tmp_path / "file").write_text("not a folder")

    said = coign("db", "prepare", "--json", home=tmp_path / "file" / "home")

    assert said.code == 4
    assert "COIGN_HOME" in said.json["error"]


def test_a_database_that_is_not_there_is_the_environments_fault(coign):
    said = coign("db", "prepare", "--json", COIGN_DATABASE_URL="postgresql://nobody@127.0.0.1:1/none")

    assert said.code == 4
    assert "COIGN_DATABASE_URL" in said.json["error"]


def test_a_taken_port_is_said_in_one_sentence_before_anything_is_started(coign, home):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]

        said = coign("serve", COIGN_PORT=str(port))

    assert said.code == 4
    assert said.err.count("\n") == 1
    assert str(port) in said.err
    assert "COIGN_PORT" in said.err
    assert not home.exists()


def test_a_port_is_held_from_the_first_moment_so_that_no_two_starts_share_it():
    with hold_port("127.0.0.1", 0) as held:
        port = held.getsockname()[1]
        with pytest.raises(OSError, match="COIGN_PORT"):
            hold_port("127.0.0.1", port)

    with socket.create_server(("127.0.0.1", port), reuse_port=True), pytest.raises(OSError, match="COIGN_PORT"):
        hold_port("127.0.0.1", port)


def test_help_needs_no_installation_and_names_every_command(coign_itself, home):
    said = coign_itself("--help")

    assert said.code == 0
    for command in COMMANDS:
        assert command in said.out
    assert not home.exists()


def test_an_unknown_command_is_answered_with_every_one_that_there_is(coign):
    said = coign("no-such-command")

    assert said.code == 2
    for command in COMMANDS:
        assert f"'{command}'" in said.err


def test_preparing_twice_is_harmless_and_rebuilding_changes_nothing(coign, coign_itself):
    first, second = coign_itself("db", "prepare", "--json"), coign("db", "prepare", "--json")

    assert (first.code, second.code) == (0, 0)
    assert first.json["made"]["tables"] and not second.json["made"]["tables"]
    assert {**first.json, "made": {}} == {**second.json, "made": {}}
    assert first.json["ok"] is True


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (Refused("custody.offer", ()), 1),
        (Forbidden("no"), 1),
        (NotFound("no"), 1),
        (Conflict("no"), 1),
        (IntegrityFailure("no"), 1),
        (Invalid.at("field", "expected something else"), 2),
        (Unavailable("later"), 4),
        (DatabaseUnavailable("The database is away: start it."), 4),
        (OSError(28, "No space left on device"), 4),
        (ZeroDivisionError("division by zero"), 70),
    ],
)
def test_each_kind_of_error_has_its_exit_code_and_a_sentence(monkeypatch, capsys, error, code):
    def failing(*_: object) -> int:
        raise error

    # Not a patch of what is under test: a command that fails, put among the others.
    monkeypatch.setattr(program, "ELSEWHERE", ())
    monkeypatch.setattr("coign.cli.records._conformance", failing)

    assert program.main(["conformance", "somewhere", "--json"]) == code

    said = capsys.readouterr()
    assert json.loads(said.out)["ok"] is False
    assert said.err.startswith("coign: ")
    assert "Traceback" not in said.err


def test_debug_shows_where_a_defect_comes_from(monkeypatch, capsys):
    def failing(*_: object) -> int:
        raise ZeroDivisionError("division by zero")

    monkeypatch.setattr("coign.cli.records._conformance", failing)

    assert program.main(["conformance", "somewhere", "--debug"]) == 70

    assert "Traceback" in capsys.readouterr().err


def test_the_reference_names_every_command_and_variable():
    page = (Path(__file__).parents[2] / "docs/reference/commands.md").read_text()

    for command in COMMANDS:
        assert f"\n| `{command} " in page
    for variable in VARIABLES:
        assert f"\n| `{variable}` |" in page


def test_the_environment_variables_are_those_of_the_contract():
    source = Path(program.__file__).parents[1]
    found = set()
    for file in source.rglob("*.py"):
        found |= {
            word.strip("\"'`,.:;)(") for word in file.read_text().split() if word.startswith(('"COIGN_', "'COIGN_"))
        }
    names = {each.partition('"')[0].partition("'")[0].partition("=")[0].partition("]")[0] for each in found}

    assert {name for name in names if name.removeprefix("COIGN_").replace("_", "").isalpha()} <= VARIABLES
