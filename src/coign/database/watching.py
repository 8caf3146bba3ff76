"""Ends a temporary server once whoever made it is gone, and removes its home: `python -m coign.database.watching HOME`.

A process of its own, because one that is killed, or whose terminal is closed, cleans up nothing. The kernel closes its
pipes however it ends, and this one waits for that.
"""

import sys
from contextlib import suppress
from pathlib import Path

from coign.database.address import DatabaseUnavailable
from coign.database.supervisor import Supervisor, remove

if __name__ == "__main__":
    sys.stdin.read()
    with suppress(DatabaseUnavailable):  # it went by itself meanwhile
        supervisor = Supervisor(Path(sys.argv[1]))
        supervisor.kill()
        remove(supervisor)
