"""Runs `coign` as a person does: as a process, with a home of its own."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from tests.support.nursery import Nursery

from coign.database import Supervisor

TIMEOUT_SECONDS = 120
TRACEBACK = "Traceback (most recent call last)"


@dataclass(frozen=True)
class Said:
    """What a command said, and how it ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        """Standard output as the one object it must be."""
        said = json.loads(self.out)
        assert isinstance(said, dict)
        return said


Coign = Callable[..., Said]


def environment(home: Path, **more: str) -> dict[str, str]:
    """The environment of this process with no `COIGN_…` variable but those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COIGN_")}
    return {**kept, "COIGN_HOME": str(home), **more}


@contextmanager
def home_for_tests() -> Iterator[Path]:
    """A home for as long as the block lasts; its database is then stopped, whoever left it running."""
    # Not tmp_path: as root that lies in a folder closed to the server's own account.
    outside = Path(tempfile.mkdtemp(prefix="coign-test-")).resolve()
    outside.chmod(0o711)
    folder = outside / "home"
    try:
        yield folder
        if folder.exists():
            Supervisor(folder).stop()
    finally:
        shutil.rmtree(outside, ignore_errors=True)


@pytest.fixture
def home() -> Iterator[Path]:
    """A home of this test's own, in which Coign never ran."""
    with home_for_tests() as folder:
        yield folder


@pytest.fixture
def coign(home: Path, nursery: Nursery) -> Coign:
    """Run a command in this test's home. No command ever shows a traceback."""
    own = home

    def run(*arguments: str, home: Path = own, said: bytes = b"", **more: str) -> Said:
        done = nursery.run(arguments, env=environment(home, **more), said=said, timeout=TIMEOUT_SECONDS)
        return _without_traceback(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def coign_itself(home: Path) -> Coign:
    """The same as a new interpreter: for the few tests of what only that shows (see tests/support/nursery.py)."""
    own = home

    def run(*arguments: str, home: Path = own, said: bytes = b"", **more: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "coign.cli", *arguments],
            capture_output=True,
            check=False,
            env=environment(home, **more),
            input=said,
            timeout=TIMEOUT_SECONDS,
        )
        return _without_traceback(done.returncode, done.stdout.decode(), done.stderr.decode())

    return run


def _without_traceback(code: int, out: str, err: str) -> Said:
    assert TRACEBACK not in err + out, err
    return Said(code, out, err)
