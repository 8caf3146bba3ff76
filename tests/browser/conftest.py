"""A demonstration in a process of its own, and a browser for each person who takes part."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.browsing import UNPAINTED, launch

ROOT = Path(__file__).parents[2]


class Demonstration:
    """The running site: its address, and the few things a test asks it directly."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process
        self.base = str(self._line()["base"])

    def ask(self, *words: str) -> Any:
        """One question, one answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(" ".join(words) + "\n")
        self._process.stdin.flush()
        return self._line()

    def _line(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        assert line, "the site ended: what it said stands above"
        return json.loads(line)


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Demonstration]:
    """A seeded demonstration on a port of its own."""
    command = [sys.executable, "-m", "tests.browser.demonstration_site", str(tmp_path_factory.mktemp("home"))]
    with subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Demonstration(process)
        assert process.stdin is not None
        process.stdin.close()
        process.wait(timeout=60)


@pytest.fixture(scope="module")
def unpainted() -> Iterator[Browser]:
    """A browser for long walks in which what counts is keys and layout."""
    with sync_playwright() as playwright:
        browser = launch(playwright, *UNPAINTED)
        yield browser
        browser.close()
