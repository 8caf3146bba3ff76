"""Which witnesses an installation relies on, and what they show of the record before anything is written."""

import threading
import time
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from pathlib import Path

import structlog

from coign.database import home
from coign.kernel.frozen import dataclass
from coign.settings import Settings
from coign.witness import asking
from coign.witness.policy import Named, Policy, read_policy
from coign_verify.keys import VerifierKey

#: Where a demonstration keeps witnesses of its own, and the file there that names them.
FOLDER, POLICY = "witnesses", "policy"
_START_S_MAX = 5.0

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Relied:
    """The witnesses that are asked, and the newest checkpoint that each shows now, by name."""

    policy: Policy
    shown: Mapping[str, bytes]


def asked(settings: Settings, log_keys: Sequence[VerifierKey]) -> Relied | None:
    """Those of COIGN_WITNESSES; None: there are none. One that does not answer stops nothing and is told."""
    if settings.witnesses is None:
        return None
    policy = read_policy(settings.witnesses)
    return Relied(policy, _shown(policy.witnesses, log_keys[0].name))


def shown_now(settings: Settings, log_keys: Sequence[VerifierKey]) -> Mapping[str, bytes]:
    """What those of COIGN_WITNESSES show of the record of one of these logs, by name; nothing where there are none."""
    relied = asked(settings, log_keys) if log_keys else None
    return {} if relied is None else relied.shown


def relied_on(settings: Settings) -> Policy | None:
    """Whose stored signatures count: those of COIGN_WITNESSES, or the demonstration's own."""
    if settings.witnesses is not None:
        return read_policy(settings.witnesses)
    own = own_folder(settings) / POLICY
    return read_policy(own, str(own)) if own.exists() else None


def own_folder(settings: Settings) -> Path:
    """Where a demonstration's own witnesses live."""
    return (settings.home or home()) / FOLDER


def _shown(witnesses: Sequence[Named], origin: str) -> dict[str, bytes]:
    """All are asked at once, and nobody is waited for longer than a start may take."""
    found: dict[str, bytes] = {}
    threads = []
    for each in witnesses:
        if each.url:
            threads.append(threading.Thread(target=_ask, args=(each, origin, found), daemon=True))
            threads[-1].start()
    until = time.monotonic() + _START_S_MAX
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
    return dict(found)


def _ask(witness: Named, origin: str, found: dict[str, bytes]) -> None:
    answered = asking.newest(witness.url, origin)
    if answered.status == HTTPStatus.OK:
        found[witness.name] = answered.body
    elif answered.status != HTTPStatus.NOT_FOUND:  # one that has seen nothing yet
        log.warning("witness.not_asked_at_start", witness=witness.name, reason=answered.body.decode("utf-8", "replace"))
