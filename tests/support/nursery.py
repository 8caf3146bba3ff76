"""Starts `coign` commands without the seconds that importing it takes: every command is a fork of one warm process.

A command from here is a process of its own, with its own arguments, environment, working folder, streams, session, exit
code and signals: it can be killed, may leave a database behind, and is what a person would run, but for two things. Its
modules were imported before it began; and when it has said everything, waited for its threads and done what is due at
exit, it ends, without freeing what all commands share first. So do not use it

- where starting is the subject: that the entry point is there, what is imported and when, how the interpreter is set
  (`PYTHON…` variables are read once, by the warm process);
- where a module would have to be imported anew, because the test changes code or reads the environment at import.

Such tests run `sys.executable -m coign.cli` (`coign_itself` in tests/cli). At least one test of each kind does: a
command without a database, one with a database, `serve`, and a value from standard input; and tests/cli/test_nursery.py
holds that both say the same.
"""

import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Ended:
    """A command that has ended: how, and what it said."""

    returncode: int
    stdout: str
    stderr: str


class Command:
    """A running command; used like `subprocess.Popen`."""

    def __init__(self, report: int) -> None:
        self._report = os.fdopen(report, "rb", buffering=0)
        self.returncode: int | None = None
        self.pid = self._told()

    def poll(self) -> int | None:
        """The exit code once there is one; below 0: the signal that ended it."""
        return self._code(0)

    def wait(self, timeout: float) -> int:
        """The exit code; TimeoutExpired when there is none in time."""
        code = self._code(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("coign", timeout)
        return code

    def _code(self, timeout: float) -> int | None:
        if self.returncode is None and select.select([self._report], [], [], timeout)[0]:
            self.returncode = self._told()
            self._report.close()
        return self.returncode

    def _told(self) -> int:
        line = self._report.readline()
        assert line, "the warm process has ended: standard error says why"
        return int(line)

    def send_signal(self, number: int) -> None:
        """To the command alone, and only while it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """As a service manager would end it."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """At once."""
        self.send_signal(signal.SIGKILL)


class Nursery:
    """One warm process, and the commands that it was asked for."""

    def __init__(self, control: socket.socket) -> None:
        self._control = control

    def start(
        self,
        arguments: Sequence[str],
        *,
        env: Mapping[str, str],
        stdin: IO[bytes],
        stdout: IO[bytes],
        stderr: IO[bytes],
        folder: Path = ROOT,
    ) -> Command:
        """A command that begins now; whoever starts it waits for its end."""
        report, reported = os.pipe()
        with TemporaryFile() as request:
            asked = {"arguments": list(arguments), "environment": dict(env), "folder": str(folder)}
            request.write(json.dumps(asked).encode())
            request.flush()
            streams = [request.fileno(), reported, stdin.fileno(), stdout.fileno(), stderr.fileno()]
            socket.send_fds(self._control, [b"!"], streams)
        os.close(reported)
        return Command(report)

    def run(self, arguments: Sequence[str], *, env: Mapping[str, str], said: bytes = b"", timeout: float) -> Ended:
        """A command from its begin to its end; `said` is what it gets on standard input."""
        with TemporaryFile() as stdin, TemporaryFile() as stdout, TemporaryFile() as stderr:
            stdin.write(said)
            stdin.seek(0)
            command = self.start(arguments, env=env, stdin=stdin, stdout=stdout, stderr=stderr)
            try:
                code = command.wait(timeout)
            finally:
                command.kill()
                command.wait(timeout)
            texts = [_all_of(stream).decode() for stream in (stdout, stderr)]
        return Ended(code, *texts)


def _all_of(stream: IO[bytes]) -> bytes:
    stream.seek(0)
    return stream.read()


@contextmanager
def nursery() -> Iterator[Nursery]:
    """The warm process, for as long as the block lasts."""
    ours, its = socket.socketpair()
    program = Path(__file__).with_name("nursery_process.py")
    with ours, ExitStack() as stack:
        with its:
            process = subprocess.Popen(
                [sys.executable, "-P", str(program), str(its.fileno())],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                pass_fds=[its.fileno()],
                start_new_session=True,
            )
        stack.callback(process.wait, 60)
        stack.callback(ours.close)  # which ends it
        yield Nursery(ours)
