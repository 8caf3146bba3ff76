"""Several witnesses beside one log, each a process with a folder and keys of its own: `python -m coign.witness.house`.

The program is loaded once and then forked. All of them end when whoever started them closes their standard input, or
is gone.
"""

import os
import socket
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from coign.witness.keeping import Witness
from coign.witness.serving import Server


def main(arguments: Sequence[str]) -> None:
    """`FOLDER NAME DESCRIPTOR` for each, the last one of a socket that listens already."""
    children = []
    for folder, name, descriptor in zip(arguments[::3], arguments[1::3], arguments[2::3], strict=True):
        listening = socket.socket(fileno=int(descriptor))
        if (child := os.fork()) == 0:
            _run(Witness(Path(folder), name), listening)
            return
        children.append(child)
        listening.close()
    for child in children:
        os.waitpid(child, 0)


def _run(witness: Witness, listening: socket.socket) -> None:
    with Server(("", 0), witness, listening) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        while os.read(sys.stdin.fileno(), 1024):
            pass
        server.shutdown()


if __name__ == "__main__":
    main(sys.argv[1:])
