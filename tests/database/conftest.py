"""A home of its own for each test, and processes that use it."""

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from coign.database import Supervisor, running

# Says who the server is, then keeps using it until its input ends.
USE_IT = """
import sys
from coign.database import Supervisor, running
from coign.database.server import postmaster
supervisor = Supervisor(__import__("pathlib").Path(sys.argv[1]))
supervisor.start()
print(postmaster(supervisor.places.data).pid, flush=True)
sys.stdin.read()
supervisor.leave()
"""


@pytest.fixture
def empty_home() -> Iterator[Path]:
    """A home in which Coign never ran."""
    with _home() as folder:
        yield folder


@pytest.fixture(scope="session")
def template() -> Iterator[Path]:
    with _home() as folder:
        with running(folder):
            pass
        yield folder


@pytest.fixture
def home_folder(template: Path) -> Iterator[Path]:
    """A home whose database was made before and is down: a copy, because making one takes a while."""
    with _home() as folder:
        subprocess.run(["cp", "-a", f"{template}/.", str(folder)], check=True)
        yield folder


@contextmanager
def _home() -> Iterator[Path]:
    # Not tmp_path: as root that lies in a folder closed to the server's own account.
    folder = Path(tempfile.mkdtemp(prefix="coign-test-")).resolve()
    yield folder
    supervisor = Supervisor(folder)
    supervisor.stop()
    for path in {supervisor.places.base, folder}:
        shutil.rmtree(path)


@pytest.fixture
def another_process() -> Iterator[Callable[[Path], "subprocess.Popen[str]"]]:
    """Starts further Coign processes that use the database of a home."""
    started: list[subprocess.Popen[str]] = []

    def start(home: Path) -> "subprocess.Popen[str]":
        process = subprocess.Popen(
            [sys.executable, "-c", USE_IT, str(home)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()
