"""`coign verify` and `coign conformance`: does the record verify, do we read what the standards publish."""

import argparse
from pathlib import Path
from typing import Any


def add(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Both commands."""
    verify = commands.add_parser(
        "verify", parents=[common], help="check the whole record", description="Check every entry, hash and checkpoint."
    )
    verify.add_argument("--database", action="store_true", required=True, help="the record of this installation")
    verify.add_argument("--trust", metavar="FILE", type=Path, help="file with the log's key (of this installation)")
    verify.set_defaults(run=_verify)

    conformance = commands.add_parser("conformance", parents=[common], help="run published conformance data")
    conformance.add_argument("directory", metavar="DIR", help="folder with the data, one folder a standard")
    conformance.add_argument("--standard", metavar="S", help="only this standard")
    conformance.set_defaults(run=_conformance)


def _verify(given: argparse.Namespace) -> int:
    from coign.database import running
    from coign.ledger.verify_command import command
    from coign.perform.assemble import folding
    from coign.service import LEDGER_ID, Settings, seen_file
    from coign.service.reading import opened, trusted_keys

    settings = Settings.read()
    with running(settings.home) as database:
        opened(database)
        keys = _text(given.trust) if given.trust else trusted_keys(settings)
        # As owner, whose rights also cover what the reader may not see; nothing is written.
        seen = seen_file(settings).read()
        return command(given.as_json, database.owner_dsn, LEDGER_ID, keys, folding(), seen)


def _text(file: Path) -> str:
    from coign.kernel.errors import Invalid

    try:
        return file.read_text("ascii")
    except FileNotFoundError:
        raise Invalid.at("--trust", f"there is no file {file}") from None
    except UnicodeDecodeError:
        raise Invalid.at("--trust", f"{file} holds no key: keys are plain text") from None


def _conformance(given: argparse.Namespace) -> int:
    from coign.conformance import command

    return command(given.directory, given.standard, given.as_json)
