"""Witnesses of a ledger at addresses of this machine, and waiting for what another thread does."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from coign.witness.keeping import Witness
from coign.witness.policy import majority
from coign.witness.serving import Server
from coign_verify.keys import VerifierKey


@contextmanager
def witnesses(folder: Path, log_key: VerifierKey, how_many: int = 3) -> Iterator[str]:
    """While they answer: the text of the policy by which most of them are enough."""
    with ExitStack() as stack:
        named = []
        for number in range(1, how_many + 1):
            witness = Witness(folder / str(number), f"witness-{number}.example")
            witness.trust(log_key)
            server = stack.enter_context(Server(("127.0.0.1", 0), witness))
            threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
            stack.callback(server.shutdown)
            named.append((f"http://127.0.0.1:{server.server_port}", witness.keys))
        yield majority(named)


def wait_for(what: Callable[[], object]) -> None:
    """Wait for another thread; gives up after a time no healthy run needs."""
    deadline = time.monotonic() + 60
    while not what():
        assert time.monotonic() < deadline, "nothing came"
        time.sleep(0.02)
