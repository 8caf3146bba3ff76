"""`coign db log-key`, `root-key`, `sign-log-key`: change the key that signs for the record, and its offline root."""

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from coign.cli.output import answer

if TYPE_CHECKING:
    from coign.service.log_keys import Care

TWO_ENTER_IT = (
    "Two administrators enter it: Actions → Propose another log key or root, then Agree to another log key or root, "
    "each from a copy of this file."
)


def add(kinds: Any, common: argparse.ArgumentParser) -> None:
    """Add them below `coign db`."""
    key = kinds.add_parser("log-key", parents=[common], help="the key that signs for the record: which, and the next")
    what = key.add_mutually_exclusive_group()
    what.add_argument("--new", action="store_true", help="make the next key, and the statement for two administrators")
    what.add_argument("--root", metavar="KEY", default="", help="a statement that puts this public root key on record")
    what.add_argument("--lost", action="store_true", help="the key is lost: make the next one, for the root to sign")
    what.add_argument("--retire", action="store_true", help="forget the secret halves of the keys before this one")
    key.add_argument("-o", dest="output", metavar="FILE", type=Path, help="where the statement goes")
    key.set_defaults(run=_log_key)
    root = kinds.add_parser("root-key", parents=[common], help="make the root of a log, on a machine without a network")
    root.add_argument("--ledger", metavar="NAME", required=True, help="the log's name: coign db log-key says it")
    root.add_argument("-o", dest="output", metavar="FILE", type=Path, required=True, help="where the secret key goes")
    root.set_defaults(run=_root_key)
    sign = kinds.add_parser("sign-log-key", parents=[common], help="let the root sign a statement, offline")
    sign.add_argument("statement", metavar="STATEMENT", type=Path)
    sign.add_argument("--key", metavar="FILE", type=Path, required=True, help="the root's secret key")
    sign.add_argument("-o", dest="output", metavar="FILE", type=Path, required=True, help="where the signed one goes")
    sign.set_defaults(run=_sign)


def _log_key(given: argparse.Namespace) -> int:
    from coign.database import running
    from coign.kernel.errors import Invalid
    from coign.service import Settings
    from coign.service.log_keys import care_of
    from coign.service.restoring import newest_seen

    writes = bool(given.new or given.root or given.lost)
    if writes != (given.output is not None):
        raise Invalid.at("-o", "where the statement goes: with --new, --root or --lost, and only then")
    settings = Settings.read()
    with running(settings.home) as database, care_of(database, settings) as care:
        if writes:
            return _written(given, care, newest_seen(settings))
        return _retired(given, care) if given.retire else _shown(given, care)


def _written(given: argparse.Namespace, care: "Care", seen: bytes | None) -> int:
    from coign.service.trace_file import write_aside

    if given.new:
        statement, then = care.with_new_key(), TWO_ENTER_IT
    elif given.root:
        statement, then = care.with_root(given.root), f"{_FOR_THE_ROOT} {TWO_ENTER_IT}"
    else:
        statement = care.after_loss(seen)
        then = f"{_FOR_THE_ROOT} Start the server: it records, and signs nothing yet. {TWO_ENTER_IT}"
    write_aside(given.output, statement.encode())
    result = {"ok": True, "file": str(given.output), "statement": statement}
    answer(result, f"{statement}\n{then}", as_json=given.as_json)
    return 0


_FOR_THE_ROOT = "Carry it to the root and let it sign: coign db sign-log-key FILE --key ROOT -o SIGNED."


def _retired(given: argparse.Namespace, care: "Care") -> int:
    ids = care.retire()
    text = f"Only the public half is left here of {', '.join(ids)}." if ids else "No key before this one lies here."
    answer({"ok": True, "retired": ids}, text, as_json=given.as_json)
    return 0


def _shown(given: argparse.Namespace, care: "Care") -> int:
    now = care.standing()
    root, since = now.keys.root, now.keys.keys[-1][0]
    result = {
        "ok": now.can_sign,
        "ledger": now.present.name,
        "key": now.present.text,
        "since": since,
        "signs_here": now.can_sign,
        "root": root.text if root else None,
        "waiting": now.waiting.verifier().text if now.waiting else None,
        "retired": [each.verifier().text for each in now.retired],
        "keys": [{"size": size, "key": key.text} for size, key in now.keys.keys],
    }
    lines = [
        f"{now.present.name} is signed with {now.present.text}"
        + (f", from {since:,} entries on." if since else ", from the beginning."),
        "" if now.can_sign else "Its secret half does NOT lie here: nothing is signed.",
        f"Root on record: {root.text}" if root else "No root is on record: a lost key could not be replaced.",
        f"Made and not on record yet: {result['waiting']}" if result["waiting"] else "",
        "A key before it still signs beside it (--retire ends that)." if now.retired else "",
    ]
    answer(result, "\n".join(filter(None, lines)), as_json=given.as_json)
    return 0 if now.can_sign else 1


def _root_key(given: argparse.Namespace) -> int:
    from coign.service.log_keys import new_root

    key = new_root(given.ledger, given.output).verifier().text
    text = (
        f"The root's public key: {key}\nCarry that to the installation (coign db log-key --root KEY -o FILE). The "
        f"secret key in {given.output} stays where no network reaches it; keep two copies in two safes."
    )
    answer({"ok": True, "file": str(given.output), "root": key}, text, as_json=given.as_json)
    return 0


def _sign(given: argparse.Namespace) -> int:
    from coign.kernel.errors import Invalid
    from coign.key_files import key_from
    from coign.ledger.log_keys import name_in
    from coign.service.log_keys import signed_offline
    from coign.service.trace_file import write_aside

    try:
        text = given.statement.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Invalid.at("STATEMENT", f"{given.statement} cannot be read") from error
    key = key_from(given.key, name_in(given.key), "root key")
    try:
        signed = signed_offline(text, key)
    except ValueError as error:
        raise Invalid.at("STATEMENT", str(error)) from error
    write_aside(given.output, signed.encode())
    answer(
        {"ok": True, "file": str(given.output), "statement": signed}, f"{signed}\n{TWO_ENTER_IT}", as_json=given.as_json
    )
    return 0
