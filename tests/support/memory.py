"""Temporary folders in memory: tests make databases by the hundred, and a disk is slow to make what is thrown away.

No test causes a power cut, so none can tell the difference; what must reach the disk is asked of the settings of the
database, and what happens on a full disk of a small file system of its own. Where memory is scarce, or nothing in it
may be run, all stays on the disk.
"""

import os
import secrets
import shutil
import tempfile
from contextlib import suppress
from pathlib import Path

import psutil

from coign.database import DatabaseUnavailable
from coign.database.locks import Presence, in_use

MEMORY, GROUP = Path("/dev/shm"), Path("/sys/fs/cgroup")
#: Above what the databases of one core's tests ever hold at once.
BYTES_MIN_PER_CORE = 4 << 30
_PREFIX, _LOCK = "coign-tests-", "users.lock"


def use() -> tuple[Path, Presence] | None:
    """Put temporary folders, of this process and of those it starts, into memory; None: they stay on the disk.

    The folder is in use for as long as somebody holds its lock; one that a killed run left is removed by a later one.
    """
    if not MEMORY.is_dir() or not _has_room():
        return None
    for left in MEMORY.glob(f"{_PREFIX}*"):
        with suppress(OSError, DatabaseUnavailable):  # somebody else's
            if not in_use(left / _LOCK):
                shutil.rmtree(left, ignore_errors=True)
    folder = Path(tempfile.mkdtemp(prefix="coign-making-", dir=MEMORY))
    folder.chmod(0o711)  # the database's own account must be able to pass
    lock = Presence(folder / _LOCK)
    folder = folder.rename(MEMORY / f"{_PREFIX}{secrets.token_hex(4)}")
    # What tests themselves keep stays where a person can look at it after a failure.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None
    return folder, lock


def _has_room() -> bool:
    if not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return False
    room = min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available, _left_in_container())
    return room >= BYTES_MIN_PER_CORE * (os.cpu_count() or 1)


def _left_in_container() -> float:
    """What the machine has free says nothing about what a container may take of it."""
    try:
        most, taken = ((GROUP / f"memory.{name}").read_text().strip() for name in ("max", "current"))
    except OSError:
        return float("inf")
    return float("inf") if most == "max" else int(most) - int(taken)
