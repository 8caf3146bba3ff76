"""`coign serve` as `make run` starts it: without a terminal, ready in one line, ended in order."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeAlias

import pytest
from tests.cli.conftest import environment, home_for_tests
from tests.support.nursery import Command, Nursery

from coign.database import Supervisor

READY_SECONDS_MAX = 120


Process: TypeAlias = "subprocess.Popen[bytes] | Command"
SERVE = ("serve", "--journeys", "1")


@contextmanager
def _serving(home: Path, output: Path, nursery: Nursery | None, **more: str) -> Iterator[tuple[Process, int]]:
    """A server and its port. Without a nursery it is a new interpreter, as `make run` starts one."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    env = environment(home, COIGN_PORT=str(port), **more)
    with output.open("wb") as out, Path(os.devnull).open("rb") as nothing:
        process = (
            nursery.start(SERVE, env=env, stdin=nothing, stdout=out, stderr=out)
            if nursery
            else subprocess.Popen(
                [sys.executable, "-m", "coign.cli", *SERVE],
                stdin=nothing,
                stdout=out,
                stderr=out,
                env=env,
                start_new_session=True,
            )
        )
    try:
        _wait(lambda: f"COIGN READY http://127.0.0.1:{port}/" in output.read_text() or process.poll() is not None)
        assert process.poll() is None, output.read_text()
        yield process, port
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(ready) -> None:
    deadline = time.monotonic() + READY_SECONDS_MAX
    while not ready():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _get(port: int, path: str) -> tuple[int, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    return answer.status, body


def test_serve_answers_beside_other_commands_and_ends_in_order_when_told(coign, home, nursery, tmp_path):
    output = tmp_path / "said"

    with _serving(home, output, nursery, COIGN_DEMO="1") as (process, port):
        status, body = _get(port, "/health")
        assert status == 200
        assert json.loads(body)["demonstration"] is True
        _wait(lambda: _get(port, "/log/checkpoint")[0] == 200)  # signed within a second of the first entry
        _, note = _get(port, "/log/checkpoint")
        beside = coign("verify", "--database", "--json")
        assert beside.code == 0, beside
        assert beside.json["ledger"].encode() == note.splitlines()[0]
        _wait(lambda: json.loads(_get(port, "/health")[1])["witnesses"]["state"] == "fresh")
        assert _get(port, "/log/checkpoint")[1].count(b"\xe2\x80\x94 witness-") >= 2
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=60) == 0

    assert "Traceback" not in output.read_text()
    assert "they prove the mechanism, not independence" in output.read_text()
    after = coign("verify", "--database", "--json")
    assert after.code == 0, after
    assert after.json["checkpoint"]["size"] == after.json["entries"] >= 1
    assert sum(witness["valid"] for witness in after.json["witnesses"]) >= 2
    assert any("enough witnesses" in proved for proved in after.json["proved"])
    again = coign("db", "rebuild", "--json")
    assert again.json["changed"] == 0


@pytest.fixture(scope="module")
def empty() -> Iterator[Path]:
    """The home of an installation that nobody has set up; these tests start it and leave it as it was."""
    with home_for_tests() as folder:
        yield folder


def test_an_empty_installation_ends_in_order_at_ctrl_c_and_prints_the_same_link_at_every_start(
    empty, nursery, tmp_path
):
    printed = []
    for start in range(2):
        output = tmp_path / f"said-{start}"
        with _serving(empty, output, nursery if start else None, COIGN_DEMO="0") as (process, port):
            assert json.loads(_get(port, "/health")[1])["demonstration"] is False
            _wait(lambda output=output: "/setup/" in output.read_text())
            path = "/setup/" + output.read_text().split("/setup/")[1].split("\n")[0]
            status, page = _get(port, path)
            assert status == 200 and b"Set up this installation" in page
            printed.append(path)
            process.send_signal(signal.SIGINT)
            assert process.wait(timeout=60) == 0

    assert printed[0] == printed[1]


def test_a_database_that_dies_under_the_server_is_started_again(empty, nursery, tmp_path):
    with _serving(empty, tmp_path / "said", nursery, COIGN_DEMO="0") as (_, port):
        Supervisor(empty).kill()

        _wait(lambda: Supervisor(empty).is_alive() and _get(port, "/health")[0] == 200)
