"""The list of commands, the parser, and the one place where errors become sentences and exit codes."""

import argparse
import errno
import importlib
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, NoReturn

from coign.cli import databases, drills, measuring, records, serve
from coign.cli.output import answer, say

OK, NO, UNUSABLE, INCOMPLETE, ENVIRONMENT, DEFECT = 0, 1, 2, 3, 4, 70
INTERRUPTED = 130

#: Commands that are loaded only where they are asked for, or all of them listed: the name and the module that adds it.
ELSEWHERE = (
    ("demo", "coign.cli.demonstration"),
    ("import", "coign.cli.importing"),
    ("token", "coign.cli.tokens"),
    ("id", "coign.cli.identifiers"),
    ("trace", "coign.cli.tracing"),
    ("pack", "coign.cli.packing"),
    ("programme", "coign.cli.programmes"),
    ("witness", "coign.cli.witnessing"),
    ("check", "coign.cli.checking"),
)


class UnusableRequest(Exception):
    """The command line cannot be understood."""


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one sentence, so that `--json` can say it too."""

    def error(self, message: str) -> NoReturn:
        raise UnusableRequest(f"{message}; `{self.prog} --help` shows what can be said")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        _quiet_output()
        parsed = parser(given).parse_args(given)
        return int(parsed.run(parsed))
    except SystemExit as leaving:  # argparse after --help
        return leaving.code if isinstance(leaving.code, int) else OK
    except KeyboardInterrupt:
        say("interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone; keep the interpreter from complaining about it at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return NO
    except Exception as error:
        return explained(error, debug="--debug" in given, as_json="--json" in given)


def parser(given: Sequence[str] = ()) -> argparse.ArgumentParser:
    """The parser of all commands; some are loaded when they are asked for, or when what is asked for is none."""
    top = _Parser(prog="coign", description="The security of cell and gene therapies, on the record.")
    top.add_argument("--version", action="version", version=f"coign {_version()}")
    common = argparse.ArgumentParser(add_help=False)
    common.add_argument("--json", action="store_true", dest="as_json", help="print one JSON object")
    common.add_argument("--debug", action="store_true", help="show where a defect comes from")
    commands = top.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for module in (serve, records, drills, measuring, databases):
        module.add(commands, common)
    asked = next((word for word in given if not word.startswith("-")), None)
    for name, path in ELSEWHERE:
        if asked == name or asked not in (*commands.choices, *dict(ELSEWHERE)):
            importlib.import_module(path).add_commands(commands)
    return top


def _quiet_output() -> None:
    """Log lines go to standard error: standard output belongs to the answer."""
    from coign import logs

    logs.to_stderr()


def _version() -> str:
    from coign import __version__

    return __version__


def explained(error: Exception, *, debug: bool, as_json: bool = False) -> int:
    """Say in one sentence what is wrong; the exit code."""
    if debug:
        traceback.print_exception(error)
    code, result, sentence = _explained(error)
    say(f"coign: {sentence}")
    if as_json:
        answer({"ok": False, **result}, "", as_json=True)
    return code


def _explained(error: Exception) -> tuple[int, Mapping[str, Any], str]:
    """Exit code, what `--json` says, and the sentence for a person."""
    import psycopg

    from coign.database import DatabaseUnavailable
    from coign.kernel.errors import CoignError, Invalid

    if isinstance(error, UnusableRequest):
        return UNUSABLE, {"error": str(error), "code": "unusable"}, str(error)
    if isinstance(error, Invalid):
        fields = [{"field": each.field, "message": each.message} for each in error.errors]
        return UNUSABLE, {"error": error.message, "code": error.code, "errors": fields}, error.message
    if isinstance(error, CoignError):
        code = ENVIRONMENT if error.status == 503 else NO
        return code, {"error": error.message, "code": error.code}, error.message
    if isinstance(error, DatabaseUnavailable):
        return ENVIRONMENT, {"error": str(error), "code": "unavailable"}, str(error)
    if isinstance(error, psycopg.OperationalError):
        words = (str(error).strip() or type(error).__name__).splitlines()[0]
        sentence = f"the database does not answer ({words}): look into its log, make room on the disk, try again"
        return ENVIRONMENT, {"error": sentence, "code": "unavailable"}, sentence
    if isinstance(error, OSError):
        return _environment(error)
    where = "run it again with --debug to see where"
    sentence = f"{type(error).__name__}: {_first_line(error)}. This is a defect of Coign; {where}, and report it"
    return DEFECT, {"error": sentence, "code": "defect"}, sentence


def _environment(error: OSError) -> tuple[int, Mapping[str, Any], str]:
    what = error.strerror or _first_line(error)
    of = f" ({error.filename})" if error.filename else ""
    hint = ": make room on the disk" if error.errno in (errno.ENOSPC, errno.EDQUOT) else ""
    sentence = f"{what}{of}{hint}"
    return ENVIRONMENT, {"error": sentence, "code": "environment"}, sentence


def _first_line(error: Exception) -> str:
    return (str(error).strip() or "no reason given").splitlines()[0]
