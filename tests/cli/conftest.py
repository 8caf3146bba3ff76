"""Runs `coign` as a person does: as a process, with a home of its own."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from coign.database import Supervisor

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


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A home of this test's own; what root keeps elsewhere for it is removed as well."""
    folder = tmp_path / "home"
    yield folder
    if folder.exists():
        supervisor = Supervisor(folder)
        supervisor.stop()
        shutil.rmtree(supervisor.places.base, ignore_errors=True)


@pytest.fixture
def coign(home: Path) -> Coign:
    """Run a command in this test's home. No command ever shows a traceback."""
    own = home

    def run(*arguments: str, home: Path = own, **more: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "coign.cli", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env=environment(home, **more),
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
        assert TRACEBACK not in done.stderr + done.stdout, done.stderr
        return Said(done.returncode, done.stdout, done.stderr)

    return run
