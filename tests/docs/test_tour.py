"""The tour does what it says: its commands are run, and what they print is compared with the page."""

import os
import re
from collections.abc import Iterator
from pathlib import Path
from tempfile import mkdtemp

import psycopg
import pytest
from tests.support.nursery import Nursery

from coign.records.reading import journeys
from coign.service import Service

PAGE = Path(__file__).parents[2] / "docs/tutorial/tour.md"
_BLOCK = re.compile(r"```sh\n(.*?)```\s+```text\n(.*?)```", re.DOTALL)


@pytest.fixture(scope="module")
def home() -> Iterator[dict[str, str]]:
    folder = Path(mkdtemp(prefix="coign-tour-"))
    folder.chmod(0o711)  # the database's own account must reach the home when tests run as root
    yield {**os.environ, "COIGN_HOME": str(folder / "home")}


def _run(command: str, environment: dict[str, str], nursery: Nursery) -> str:
    program, *arguments = command.split()
    assert program == "coign"
    done = nursery.run(arguments, env=environment, timeout=600)
    assert done.returncode == 0, done.stderr
    return done.stdout + done.stderr


def _waiting_for(stage: str, environment: dict[str, str]) -> str:
    with (
        Service.open(Path(environment["COIGN_HOME"]), background=False) as service,
        psycopg.connect(service.database.reader_dsn) as connection,
    ):
        found = [j for j in journeys(connection, service.ledger_id) if j.stage == stage]
    return found[0].root


def test_every_command_of_the_tour_prints_what_the_page_says(home: dict[str, str], nursery: Nursery) -> None:
    blocks = _BLOCK.findall(PAGE.read_text())
    assert len(blocks) >= 5
    for commands, expected in blocks:
        for command in commands.strip().splitlines():
            if "CONDITIONING" in command:
                command = command.replace("CONDITIONING", _waiting_for("conditioning", home))
            printed = _run(command, home, nursery)
        for line in expected.strip().splitlines():
            pattern = ".*".join(re.escape(part) for part in line.split("…"))
            assert re.search(pattern, printed, re.DOTALL), f"{command}\n expected {line}\n printed {printed[-2000:]}"
