"""Temporary folders in memory: tests make databases by the hundred, and a disk is slow to make what is thrown away.

No test causes a power cut, so none can tell the difference; what must reach the disk is asked of the settings of the
database, and what happens on a full disk of a small file system of its own. Where memory is scarce, or nothing in it
may be run, all stays on the disk.
"""

import os
import shutil
import tempfile
from pathlib import Path

import psutil

MEMORY = Path("/dev/shm")
#: Above what the databases of one core's tests ever hold at once.
BYTES_MIN_PER_CORE = 4 << 30
_PREFIX = "coign-tests-"


def use() -> Path | None:
    """Put temporary folders, of this process and of those it starts, into memory; where, or None: they stay."""
    if not _has_room():
        return None
    for left in MEMORY.glob(f"{_PREFIX}*"):
        if not psutil.pid_exists(int(left.name.removeprefix(_PREFIX))):
            shutil.rmtree(left, ignore_errors=True)  # of a run that was killed
    # What tests themselves keep stays where a person can look at it after a failure.
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", tempfile.gettempdir())
    folder = MEMORY / f"{_PREFIX}{os.getpid()}"
    folder.mkdir(mode=0o700)
    folder.chmod(0o711)  # the database's own account must be able to pass
    os.environ["TMPDIR"] = str(folder)
    tempfile.tempdir = None
    return folder


def _has_room() -> bool:
    if not MEMORY.is_dir() or not os.access(MEMORY, os.W_OK) or os.statvfs(MEMORY).f_flag & os.ST_NOEXEC:
        return False
    room = min(shutil.disk_usage(MEMORY).free, psutil.virtual_memory().available)
    return room >= BYTES_MIN_PER_CORE * (os.cpu_count() or 1)
