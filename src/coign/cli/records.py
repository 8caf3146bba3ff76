"""`coign verify` and `coign conformance`: does the record verify, do we read what the standards publish."""

import argparse
from typing import Any


def add(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Both commands."""
    verify = commands.add_parser(
        "verify", parents=[common], help="check the whole record", description="Check every entry, hash and checkpoint."
    )
    verify.add_argument("--database", action="store_true", required=True, help="the record of this installation")
    verify.set_defaults(run=_verify)

    conformance = commands.add_parser("conformance", parents=[common], help="run published conformance data")
    conformance.add_argument("directory", metavar="DIR", help="folder with the data, one folder a standard")
    conformance.add_argument("--standard", metavar="S", help="only this standard")
    conformance.set_defaults(run=_conformance)


def _verify(given: argparse.Namespace) -> int:
    from coign.cli.installation import verify_database

    return verify_database(as_json=given.as_json)


def _conformance(given: argparse.Namespace) -> int:
    from coign.conformance import command

    return command(given.directory, given.standard, given.as_json)
