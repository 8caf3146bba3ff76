"""How long `coign serve` takes until it answers: a new demonstration, and the same started again."""

import os
import socket
import subprocess
import sys
import tempfile
import time

from coign.bench.figures import Figure
from coign.bench.place import Place
from coign.kernel.errors import Unavailable

THERAPIES, THERAPIES_QUICK = 40, 3
AGAIN_AIM_S = 5.0
AGAIN_TIMES = 3


def measure(place: Place) -> list[Figure]:
    """Seconds to the line that says it is ready, of the command itself in a folder of its own."""
    therapies = THERAPIES_QUICK if place.quick else THERAPIES
    with tempfile.TemporaryDirectory(prefix="coign-start-") as home:
        new_s = _started_s(home, therapies)
        again_s = sorted(_started_s(home, therapies) for _ in range(AGAIN_TIMES))
    place.progress(f"start: new {new_s:.1f} s, again {again_s[1]:.1f} s")
    note = f"a demonstration of {therapies} therapies"
    return [
        Figure("start.new", new_s, "s", note=f"{note}: database, tables, story"),
        Figure("start.again", again_s[1], "s", aim=AGAIN_AIM_S, at_most=True, samples=again_s, note=note),
    ]


def _started_s(home: str, therapies: int) -> float:
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    environment = {**os.environ, "COIGN_HOME": home, "COIGN_PORT": str(port), "COIGN_DEMO": "1"}
    environment.pop("COIGN_DATABASE_URL", None)  # never into a database that is there already
    command = [sys.executable, "-c", "from coign.cli import main; main()", "serve", "--journeys", str(therapies)]
    start = time.perf_counter()
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None
        try:
            for line in process.stdout:
                if line.startswith("COIGN READY"):
                    return time.perf_counter() - start
            raise Unavailable("what was started for the bench ended before it answered")
        finally:
            process.terminate()
            process.stdout.read()
