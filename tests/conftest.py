"""What all tests share: a real database, the conformance data, golden files, and that nothing is skipped quietly."""

import atexit
import gc
import os
import shutil
import sys
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings
from tests.support import memory
from xdist.scheduler import LoadScopeScheduling

from coign.database import Database, scratch

if TYPE_CHECKING:
    from playwright.sync_api import Browser
    from tests.support.nursery import Nursery

# No test asserts a duration: a busy machine must not fail a rule.
settings.register_profile("coign", deadline=None)
settings.load_profile("coign")

# Commands are started hundreds of times: what they import is compiled once, whatever the machine is set to.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# The default of 700 new objects is less than one test makes; see coign.memory.
gc.set_threshold(50_000, 20, 50)

SHARED = Path(__file__).parents[2] / "shared"
#: Folders whose files take longest, after those with a browser. Begun first, so that no core waits for another's last.
LONG_FIRST = ("demo", "docs", "cli", "drill", "checker", "web", "bench", "service", "database", "ledger", "conformance")
#: Folders whose files begin with the same long story: one worker takes all of them, and tells it once.
TOGETHER = ("browser", "checker", "demo")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("coign")
    group.addoption("--no-skips", action="store_true", help="fail if any test was skipped")
    group.addoption("--golden", action="store_true", help="write golden files anew instead of comparing with them")


def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: whoever waits for a server, a browser or a disk leaves its core to another."""
    return (os.cpu_count() or 1) + 1


class Together(LoadScopeScheduling):
    """What a worker is given at once: a file, or all files of a folder."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        folder = Path(file).parent
        return str(folder) if folder.name in TOGETHER else file


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Together | None:
    """In place of xdist's own groups; walks take minutes each, and are shared out file by file."""
    return Together(config, log) if config.getoption("dist") == "loadgroup" else None


def pytest_configure(config: pytest.Config) -> None:
    """Temporary folders lie in memory, if there is room; those of workers in the one of who started them."""
    if not hasattr(config, "workerinput") and (used := memory.use()):
        folder, lock = used

        def leave() -> None:
            shutil.rmtree(folder, ignore_errors=True)
            lock.leave()

        config.add_cleanup(leave)


def pytest_itemcollected(item: pytest.Item) -> None:
    """Walks lie where `make walks` looks for them."""
    if item.get_closest_marker("walk") and item.path.parent.name != "browser":
        raise pytest.UsageError(f"{item.nodeid} is a walk: it belongs into tests/browser, or nobody goes it")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order is random, but for stories: modules whose tests tell one after the other what happens in one place.

    Those of the folders that take longest come first.
    """
    stories = defaultdict[Path, list[int]](list)
    for n, item in enumerate(items):
        if item.get_closest_marker("story"):
            stories[item.path].append(n)
    for places in stories.values():
        told = sorted((items[n] for n in places), key=lambda item: item.reportinfo()[1] or 0)
        for n, item in zip(places, told, strict=True):
            items[n] = item
    items.sort(key=_how_late)


def _how_late(item: pytest.Item) -> int:
    folder = item.path.parent.name
    if item.get_closest_marker("browser"):
        return -1
    return LONG_FIRST.index(folder) if folder in LONG_FIRST else len(LONG_FIRST)


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Eleven thousand tests live to the end: the garbage collector need not look at them again and again."""
    gc.collect()
    gc.freeze()
    atexit.register(gc.unfreeze)  # or libraries would report at the end what nobody freed


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    skipped = _skipped(session.config)
    if skipped and session.config.getoption("--no-skips") and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    if config.getoption("--no-skips") and _skipped(config):
        terminalreporter.write_line(
            f"{len(_skipped(config))} skipped: here nothing may be skipped (--no-skips)", red=True
        )


def _skipped(config: pytest.Config) -> list[object]:
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    return list(reporter.stats.get("skipped", [])) if reporter else []


@pytest.fixture(scope="session")
def shared() -> Path:
    """The conformance data beside the checkout; tests that need it are skipped where it is absent."""
    if not SHARED.is_dir():
        pytest.skip("the conformance data is not beside this checkout (../shared)")
    return SHARED


@pytest.fixture(scope="session")
def database() -> Iterator[Database]:
    """One real PostgreSQL for the whole run; each test uses a ledger of its own in it."""
    # Without fsync: only a power cut would show the difference, and no test causes one.
    with scratch(durable=False) as running:
        yield running


@pytest.fixture(scope="session")
def nursery() -> "Iterator[Nursery]":
    """Starts `coign` commands that need not be imported anew; tests/support/nursery.py says when not to use it."""
    from tests.support.nursery import nursery

    with nursery() as warm:
        yield warm


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """One browser; each person gets a context of their own in it. Not longer: while it runs, Django takes this thread
    for one that must not wait."""
    from playwright.sync_api import sync_playwright
    from tests.browsing import launch

    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser
        browser.close()


@pytest.fixture
def golden(request: pytest.FixtureRequest) -> Callable[[Path, bytes], None]:
    """Compare what leaves the product with a golden file; `make golden` writes the files anew."""

    def compare(file: Path, produced: bytes) -> None:
        if request.config.getoption("--golden"):
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(produced)
        assert file.exists(), f"{file} is missing: make it with 'make golden' and read it"
        assert produced == file.read_bytes(), f"differs from {file}: if intended, 'make golden' and read the diff"

    return compare
