"""The server of `coign serve`, and of whoever measures what it does. Nothing else of the pages is loaded with it."""

from granian.constants import Interfaces
from granian.log import LogLevels
from granian.server.mp import MPServer

#: Callers wait for the writer, not for the processor: many may wait at once, and then share a commit.
THREADS = 64
STOP_SECONDS_MAX = 20


def server(address: str, port: int, *, debug: bool = False) -> MPServer:
    """One process besides this one answers; who serves gives the application by `target_loader`."""
    return MPServer(
        "coign.web.wsgi:application",
        address=address,
        port=port,
        interface=Interfaces.WSGI,
        workers=1,
        blocking_threads=THREADS,
        backpressure=2 * THREADS,
        workers_kill_timeout=STOP_SECONDS_MAX,
        websockets=False,
        log_level=LogLevels.debug if debug else LogLevels.error,
    )
