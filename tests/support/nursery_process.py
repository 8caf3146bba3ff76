"""The process behind `nursery`: imports `coign` once, then forks a child for every command it is asked for.

Run as `python nursery_process.py N`, where N is the descriptor of the socket to whoever asks. It has no thread besides
this one, or a fork could copy a lock that somebody holds; and it reads nothing that belongs to a command: arguments,
environment, working folder and streams come with each request, before anything of Coign runs.
"""

import atexit
import gc
import importlib
import json
import os
import pkgutil
import runpy
import select
import signal
import socket
import sys
import threading
from contextlib import suppress
from typing import NoReturn

import psutil

#: What commands import only when they need it, besides the modules of `coign.cli` itself.
LATER = (
    "coign.bench", "coign.conformance", "coign.demo.accounts", "coign.demo.player", "coign.demo.resetting",
    "coign.demo.story", "coign.demo.welcome", "coign.drill.restore", "coign.gateways.identifying",
    "coign.service.backing_up", "coign.service.importing", "coign.service.repairing", "coign.service.restoring",
    "coign.service.tracing", "coign.web.tables",
)  # fmt: skip


def load() -> None:
    """Everything that commands import, as far as it can be imported without a service; and what each would work out
    anew from the files of the program alone."""
    import coign.cli
    from coign import rulesets
    from coign.perform import assemble
    from coign.service import therapies

    for found in pkgutil.iter_modules(coign.cli.__path__, "coign.cli."):
        if not found.name.endswith("__main__"):  # that runs a command
            importlib.import_module(found.name)
    for name in LATER:
        importlib.import_module(name)
    for known in (rulesets.load, assemble.folding, therapies.released):
        known()
    threads = psutil.Process().num_threads()
    assert threads == 1, f"an import has started {threads - 1} threads: a fork would copy the locks that they hold"
    gc.collect()
    gc.freeze()  # or every child would copy all of it, only to look whether it is still used


def commands(control: socket.socket) -> list[str]:
    """Fork for every request until whoever asks is gone. Returns in the children: the arguments of their command."""
    awake, waker = os.pipe()
    for descriptor in (awake, waker):
        os.set_blocking(descriptor, False)
    signal.signal(signal.SIGCHLD, lambda number, frame: None)
    signal.set_wakeup_fd(waker)
    reports: dict[int, int] = {}
    while True:
        ready = select.select([control, awake], [], [])[0]
        if awake in ready:
            os.read(awake, 1024)
            _report_ended(reports)
        if control in ready:
            asked, descriptors, *_ = socket.recv_fds(control, 1, 5)
            if not asked:
                os._exit(0)
            request, report, *streams = descriptors
            pid = os.fork()
            if pid == 0:
                signal.set_wakeup_fd(-1)
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                control.close()
                for descriptor in (awake, waker, report, *reports.values()):
                    os.close(descriptor)
                return _born(request, streams)
            os.write(report, f"{pid}\n".encode())
            reports[pid] = report
            for descriptor in (request, *streams):
                os.close(descriptor)


def _report_ended(reports: dict[int, int]) -> None:
    while reports:
        pid, status = os.waitpid(-1, os.WNOHANG)
        if pid == 0:
            return
        report = reports.pop(pid)
        with suppress(BrokenPipeError):  # nobody waits for it any more
            os.write(report, f"{os.waitstatus_to_exitcode(status)}\n".encode())
        os.close(report)


def _born(request: int, streams: list[int]) -> list[str]:
    """Become what the request says: a process of a session, an environment, a folder and streams of its own."""
    os.setsid()
    for descriptor, stream in enumerate(streams):
        os.dup2(stream, descriptor)
        os.close(stream)
    with os.fdopen(request, "rb") as file:
        file.seek(0)
        asked = json.load(file)
    os.chdir(asked["folder"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    return list(asked["arguments"])


def _end(code: int) -> NoReturn:
    """As an interpreter ends, but that nothing is taken apart first: for what all commands share that takes longest."""
    threading._shutdown()  # waits for every thread that is no daemon
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        stream.flush()
    os._exit(code)


if __name__ == "__main__":
    load()
    sys.argv[1:] = commands(socket.socket(fileno=int(sys.argv[1])))
    try:
        runpy.run_module("coign.cli", run_name="__main__", alter_sys=True)  # what `python -m coign.cli` does
    except SystemExit as ended:
        assert isinstance(ended.code, int)
        _end(ended.code)
