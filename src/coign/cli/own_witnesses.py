"""Three witnesses that a demonstration brings along, so that one sees how it works with witnesses of others."""

import socket
import subprocess
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from hashlib import sha256
from pathlib import Path

from coign.files import write_whole
from coign.service.witnesses import POLICY, Relied, own_folder
from coign.settings import Settings
from coign.witness.keeping import Witness
from coign.witness.policy import majority, parse_policy
from coign_verify.keys import VerifierKey

HOW_MANY = 3
SAID = (
    f"{HOW_MANY} witnesses sign what was recorded. On one machine they prove the mechanism, not independence: "
    "real ones are run by others, elsewhere (COIGN_WITNESSES)."
)
_HEAD = "# Written at every start: the demonstration's own witnesses. Others are named in a file of yours.\n"
_STOP_S_MAX = 5


class OwnWitnesses:
    """Started when the record is found to be a demonstration that has no others; stopped with the server."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def said(self) -> str:
        """What to tell whoever starts the demonstration; empty: there are none."""
        return SAID if self._process is not None else ""

    def start(self, settings: Settings, log_keys: Sequence[VerifierKey]) -> Relied:
        """Keys and folders where there are none yet, addresses for this time, and the processes."""
        folder = own_folder(settings)
        named = [(folder / str(n), f"witness-{n}.example") for n in range(1, HOW_MANY + 1)]
        witnesses = [Witness(place, name) for place, name in named]
        for witness in witnesses:
            for key in log_keys:
                witness.trust(key)
        with ExitStack() as stack:
            sockets = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in named]
            self._process = _house(named, sockets)
            urls = [f"http://127.0.0.1:{each.getsockname()[1]}" for each in sockets]
        text = _HEAD + majority([(url, each.keys) for url, each in zip(urls, witnesses, strict=True)])
        write_whole(folder / POLICY, text.encode())
        # Their folders are here: nobody need be asked.
        origin = sha256(log_keys[0].name.encode()).hexdigest()
        shown = {name: each.newest(origin) for (_, name), each in zip(named, witnesses, strict=True)}
        return Relied(parse_policy(text), {name: note for name, note in shown.items() if note is not None})

    def stop(self) -> None:
        """They end when nobody listens to them any more."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            self._process.wait(_STOP_S_MAX)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _house(named: Sequence[tuple[Path, str]], sockets: Sequence[socket.socket]) -> "subprocess.Popen[bytes]":
    descriptors = [each.fileno() for each in sockets]
    told = [
        part
        for (place, name), fd in zip(named, descriptors, strict=True)
        for part in (str(place.absolute()), name, str(fd))
    ]
    return subprocess.Popen(  # noqa: S603 - our own program
        [sys.executable, "-m", "coign.witness.house", *told],
        stdin=subprocess.PIPE,
        pass_fds=descriptors,
        start_new_session=True,  # a Ctrl-C at the terminal is for the server alone
    )
