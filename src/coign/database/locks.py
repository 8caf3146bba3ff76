"""File locks between Coign's processes: the kernel drops them when a process ends, however it ends."""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from coign.database.address import DatabaseUnavailable
from coign.database.passwords import give_to_owner_of

TURN_SECONDS_MAX = 300
LOOK_SECONDS = 0.02


@contextmanager
def turn(file: Path) -> Iterator[None]:
    """Hold the right to start or stop the server; waits for whoever has it."""
    descriptor = _open(file)
    try:
        deadline = time.monotonic() + TURN_SECONDS_MAX
        while not _locked(descriptor, fcntl.LOCK_EX):
            if time.monotonic() > deadline:
                raise DatabaseUnavailable(
                    f"Another Coign process has been starting or stopping the database for {TURN_SECONDS_MAX} s: "
                    "end it and try again."
                )
            time.sleep(LOOK_SECONDS)
        yield
    finally:
        os.close(descriptor)


class Presence:
    """That this process uses the server; shared, so any number may. Entered and left only while holding the turn."""

    def __init__(self, file: Path) -> None:
        self._descriptor = _open(file)
        _locked(self._descriptor, fcntl.LOCK_SH)

    def leave(self) -> bool:
        """Leave; the answer is whether nobody else remains."""
        try:
            # Changing the lock gives up the shared one first; holding the turn, nobody can come in between.
            return _locked(self._descriptor, fcntl.LOCK_EX)
        finally:
            os.close(self._descriptor)


def in_use(file: Path) -> bool:
    """Whether any process uses the server of this lock."""
    return not Presence(file).leave()


def _locked(descriptor: int, kind: int) -> bool:
    try:
        fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open(file: Path) -> int:
    try:
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DatabaseUnavailable(
            f"{file} cannot be opened ({error.strerror}): set COIGN_HOME to a folder you may write to."
        ) from error
    give_to_owner_of(file.parent, file)
    return descriptor
