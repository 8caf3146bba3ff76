"""Ends a temporary server once whoever made it is gone, and removes its home: `python watching.py HOME`.

A process of its own, because one that is killed, or whose terminal is closed, cleans up nothing. The kernel closes its
pipes however it ends, and this one waits for that. Nearly always it is ended before, and has imported nothing by then.
"""

import sys

if __name__ == "__main__":
    sys.stdin.read()

    from contextlib import suppress
    from pathlib import Path

    from coign.database.address import DatabaseUnavailable
    from coign.database.supervisor import Supervisor, remove

    with suppress(DatabaseUnavailable):  # it went by itself meanwhile
        supervisor = Supervisor(Path(sys.argv[1]))
        supervisor.kill()
        remove(supervisor)
