"""A command of the nursery is a process like any other, and says what a new interpreter says."""

import os
import signal
from pathlib import Path

import pytest
from tests.cli.conftest import Coign, environment
from tests.support.nursery import Nursery


@pytest.mark.parametrize(
    "arguments", [("--version",), ("no-such-command", "--json"), ("id", "check", "4006381333931", "--json")]
)
def test_it_says_and_ends_as_a_new_interpreter_does(coign: Coign, coign_itself: Coign, arguments: tuple[str, ...]):
    assert coign(*arguments) == coign_itself(*arguments)


def test_it_has_the_environment_that_is_given_and_nothing_of_the_command_before(coign: Coign):
    assert coign("serve", "--json", COIGN_PORT="eighty").json["errors"][0]["field"] == "COIGN_PORT"
    assert coign("serve", "--json", COIGN_DEMO="perhaps").json["errors"][0]["field"] == "COIGN_DEMO"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_it_ends_by_the_signal_that_is_sent_to_it(nursery: Nursery, home: Path, number: int):
    read, write = os.pipe()
    with os.fdopen(read, "rb") as stdin, os.fdopen(write, "wb"), Path(os.devnull).open("wb") as nothing:
        waiting = nursery.start(
            ("id", "check", "-"), env=environment(home), stdin=stdin, stdout=nothing, stderr=nothing
        )
        assert waiting.poll() is None
        waiting.send_signal(number)
        assert waiting.wait(60) == -number
    with pytest.raises(ProcessLookupError):
        os.kill(waiting.pid, 0)


def test_what_stands_on_standard_input_reaches_it_whole(coign: Coign):
    assert coign("id", "check", "-", "--json", said=b"9" * 100_000).code == 2
    assert coign("id", "check", "-", "--json", said=b"").code == 1
