"""What `coign verify --database` prints and how it ends; `cli` gives it address, ledger, trusted keys and views."""

import sys
import time
from collections.abc import Mapping

import orjson
import psycopg

from coign.kernel.errors import Invalid, NotFound
from coign.ledger.check import NONE_SHOWN
from coign.ledger.log_keys import known_keys
from coign.ledger.seen import check_seen, check_witnessed
from coign.ledger.states import Folding
from coign.ledger.store import connect
from coign.ledger.verdict import Verification
from coign.ledger.verification import read_log_keys, verify_database
from coign.timestamps.policy import StampPolicy
from coign.witness.policy import Policy
from coign_verify.invariants import Terms

_TELL_EVERY_S = 1.0


def command(
    as_json: bool,
    dsn: str,
    ledger_id: int,
    log_key_text: str,
    folding: Folding,
    seen: bytes | None = None,
    *,
    policy: Policy | None = None,
    stamp_policy: StampPolicy | None = None,
    terms: Terms | None = None,
    witnessed: Mapping[str, bytes] = NONE_SHOWN,
) -> int:
    """Verify, print, and give the exit code: 0 yes, 1 no, 2 unusable keys, 3 of unknown origin, 4 no database.

    `seen`: the newest checkpoint that lies outside the database. `policy`: whose cosignatures count, `stamp_policy`:
    whose time stamps. `terms`: what the invariants hold programmes to. `witnessed`: what witnesses show now.
    """
    try:
        log_keys = read_log_keys(log_key_text)
    except Invalid as error:
        return _fail(as_json, f"the trusted key cannot be read: {error}", 2)
    try:
        with connect(dsn) as connection:
            result = verify_database(
                connection,
                ledger_id,
                log_keys=log_keys,
                folding=folding,
                terms=terms,
                policy=policy,
                stamp_policy=stamp_policy,
                progress=_Telling(),
            )
            keys, _ = known_keys(connection, ledger_id, log_keys)
            outside = check_seen(connection, ledger_id, result.entries, seen, keys)
            result.hold_against(outside + check_witnessed(connection, ledger_id, result.entries, witnessed, keys))
    except NotFound as error:
        return _fail(as_json, str(error), 1)
    except psycopg.OperationalError as error:
        return _fail(as_json, f"the database does not answer: {str(error).splitlines()[0]}", 4)
    _print(result, as_json)
    return result.exit_code


class _Telling:
    """Progress on standard error: how far, and how many a second; once a second, and at the end of each walk."""

    def __init__(self) -> None:
        self._what, self._start, self._told, self._last = "", 0.0, 0.0, time.monotonic()

    def __call__(self, what: str, done: int, total: int) -> None:
        now = time.monotonic()
        if what != self._what:
            self._what, self._start, self._told = what, self._last, now  # a walk begins where the one before ended
        self._last = now
        if done < total and now - self._told < _TELL_EVERY_S:
            return
        self._told = now
        rate = done / max(now - self._start, 1e-6)
        print(f"{done} of {total} {what}, {rate:,.0f} a second", file=sys.stderr)


def _print(result: Verification, as_json: bool) -> None:
    if as_json:
        print(orjson.dumps(result.as_json(), option=orjson.OPT_INDENT_2).decode())
        return
    for title, lines in (("Proved", result.proved), ("Not proved", result.not_proved)):
        for line in lines:
            print(f"{title}: {line}")
    for problem in result.problems:
        print(f"Problem: {problem}")
    print(result.pace)
    print(result.verdict)


def _fail(as_json: bool, message: str, code: int) -> int:
    print(orjson.dumps({"ok": False, "error": message}).decode() if as_json else message)
    return code
