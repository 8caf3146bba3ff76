"""`coign verify` and `coign conformance`: does the record verify, do we read what the standards publish."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coign.cli.output import answer

if TYPE_CHECKING:
    from coign.witness.policy import Policy
    from coign_verify.trust import Trust


def add(commands: "argparse._SubParsersAction[Any]", common: argparse.ArgumentParser) -> None:
    """Both commands."""
    verify = commands.add_parser(
        "verify",
        parents=[common],
        help="check the whole record, or a file of it",
        description="Check every entry, hash and checkpoint of the record, or what a file says of it.",
    )
    what = verify.add_mutually_exclusive_group(required=True)
    what.add_argument("--database", action="store_true", help="the record of this installation")
    what.add_argument(
        "file", metavar="FILE", type=Path, nargs="?", help="a file of `coign pack`, `coign export` or `coign trace -o`"
    )
    verify.add_argument(
        "--trust", metavar="FILE", type=Path, help="keys of logs, or a policy with witnesses (this installation's)"
    )
    verify.set_defaults(run=_verify)

    conformance = commands.add_parser("conformance", parents=[common], help="run published conformance data")
    conformance.add_argument("directory", metavar="DIR", help="folder with the data, one folder a standard")
    conformance.add_argument("--standard", metavar="S", help="only this standard")
    conformance.set_defaults(run=_conformance)


def _verify(given: argparse.Namespace) -> int:
    return _verify_file(given) if given.file is not None else _verify_database(given)


def _verify_file(given: argparse.Namespace) -> int:
    from coign.kernel.errors import Invalid
    from coign.service import Settings
    from coign.service.export_check import is_export, verify_export
    from coign.service.stamped_files import judge_stamps, stamp_policy
    from coign.service.trace_file import is_trace, read_trace, verify_trace
    from coign_verify.pack import is_pack
    from coign_verify.pack_check import verify_pack
    from coign_verify.proof_file import is_proof_file, verify_proof_file

    content = _bytes(given.file, "FILE")
    try:
        trust = _trust(given.trust)
    except ValueError as error:
        raise Invalid.at("--trust", str(error)) from error
    if is_export(content):
        found = verify_export(content, trust)
    elif is_pack(content):
        found = judge_stamps(verify_pack(content, trust), content, stamp_policy(Settings.read()))
    elif is_proof_file(content):
        found = judge_stamps(verify_proof_file(content, trust), content, stamp_policy(Settings.read()))
    elif is_trace(content):
        found = verify_trace(read_trace(content), trust.logs)
    else:
        raise Invalid.at("FILE", f"{given.file} is of none of `coign pack`, `coign export`, `coign trace -o`")
    answer(found.as_json(), found.text(), as_json=given.as_json)
    return found.exit_code


def _trust(file: Path | None) -> "Trust":
    """Whom a file names, or this installation: its own log, and the witnesses it relies on.

    How many witnesses are enough is for the receiver of a file to say: without a file none is asked for.
    """
    from coign.service import Settings
    from coign.service.reading import trusted_keys
    from coign.service.witnesses import relied_on
    from coign_verify.trust import Trust, read_trust

    if file is not None:
        return read_trust(_text(file))
    settings = Settings.read()
    policy, logs = relied_on(settings), read_trust(trusted_keys(settings)).logs
    return Trust(logs) if policy is None else Trust(logs, tuple(policy.keys))


def _verify_database(given: argparse.Namespace) -> int:
    from coign.database import home, running
    from coign.ledger.verification import read_log_keys
    from coign.ledger.verify_command import command
    from coign.perform.assemble import folding
    from coign.service import LEDGER_ID, Settings, seen_file
    from coign.service.house_rules import terms_at
    from coign.service.reading import opened, trusted_keys
    from coign.service.stamped_files import stamp_policy
    from coign.service.witnesses import relied_on, shown_now

    settings = Settings.read()
    with running(settings.home) as database:
        opened(database)
        trusted = _trusted(given.trust) if given.trust else (trusted_keys(settings), relied_on(settings))
        # As owner, whose rights also cover what the reader may not see; nothing is written.
        seen = seen_file(settings).read()
        return command(
            given.as_json, database.owner_dsn, LEDGER_ID, trusted[0], folding(), seen,
            policy=trusted[1], stamp_policy=stamp_policy(settings), terms=terms_at(settings.home or home()),
            witnessed=shown_now(settings, read_log_keys(trusted[0])),
        )  # fmt: skip


def _trusted(file: Path) -> "tuple[str, Policy | None]":
    """The log keys of a file, one a line, and the witnesses that it names if it is a policy: no others count then."""
    from coign.witness.policy import read_trust

    text = _text(file)
    policy = read_trust(text, "--trust")
    return (text, None) if policy is None else ("\n".join(key.text for key in policy.logs), policy)


def _bytes(file: Path, field: str) -> bytes:
    from coign.kernel.errors import Invalid

    try:
        return file.read_bytes()
    except OSError as error:
        raise Invalid.at(field, f"{file} cannot be read: {error.strerror}") from error


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
