"""`kill -9` at a random moment, again and again: of the process, the database, both; then count."""

import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from coign.database import Supervisor
from coign.drill import findings, journal, load
from coign.drill.journal import Answered, Journal
from coign.perform.request import Request
from coign.service import LEDGER_ID, Service, Settings, rehearsal

CALLERS = 16
KINDS = ("process", "database", "both")
READY_SECONDS_MAX = 120
PROGRESS_SECONDS_MAX = 10
#: A round kills after up to so many answers, at random; often while the process is still settling the round before.
ANSWERS_BEFORE_MAX = 600


@dataclass(slots=True)
class Result:
    """What a drill showed."""

    rounds: int = 0
    kills: dict[str, int] = field(default_factory=dict)
    entries: int = 0
    acknowledged: int = 0
    found: int = 0
    repeated: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        """Nothing lost, nothing twice, and the ledger verifies."""
        return not (self.lost or self.doubled or self.problems)

    def to_json(self) -> dict[str, Any]:
        """The contract's object."""
        return {
            "ok": self.ok,
            "rounds": self.rounds,
            "kills": self.kills,
            "entries": self.entries,
            "acknowledged": self.acknowledged,
            "found": self.found,
            "repeated": self.repeated,
            "lost": self.lost,
            "doubled": self.doubled,
            "verified": not self.problems,
            "problems": self.problems,
        }


def drill(
    rounds: int, seed: int | None = None, *, callers: int = CALLERS, progress: Callable[[str], None] = lambda line: None
) -> Result:
    """So many rounds of load and `kill -9`; the same seed kills in the same ways (not at the same instants)."""
    chance, result = random.Random(seed), Result()  # noqa: S311 - chooses when to kill, protects nothing
    answered: list[Answered] = []
    still_open: list[Request] = []
    with rehearsal.installation(callers) as (home, supervisor):
        for number in range(rounds):
            kind, file = chance.choice(KINDS), home / f"journal-{number}"
            journal.carry(still_open, file)
            _round(home, file, supervisor, f"r{number}", kind, chance, callers)
            still_open = take_in(file, answered, result)
            result.rounds += 1
            result.repeated += len(still_open)
            result.kills[kind] = result.kills.get(kind, 0) + 1
            look(supervisor.start().reader_dsn, answered, result)
            progress(
                f"round {number + 1} of {rounds}: killed {kind}; {result.acknowledged} acknowledged, {_verdict(result)}"
            )
            if not result.ok:
                return result
        file = home / "journal-last"
        journal.carry(still_open, file)
        settle(home, file, answered, result)
        look(supervisor.start().reader_dsn, answered, result)
    return result


def _verdict(result: Result) -> str:
    return "all there" if result.ok else "; ".join((result.lost + result.doubled + result.problems)[:3])


def _round(
    home: Path, file: Path, supervisor: Supervisor, name: str, kind: str, chance: random.Random, callers: int
) -> None:
    """One process under load, killed at a random moment; afterwards the database runs again."""
    supervisor.start()
    child = _start(home, file, name, callers)
    try:
        _wait_for(file, chance.choice((0, 1, chance.randint(2, ANSWERS_BEFORE_MAX))))
        time.sleep(chance.uniform(0.0, 0.05))
        if kind == "process":
            child.kill()
        elif kind == "both":
            first, second = chance.sample((child.kill, supervisor.kill), 2)
            first()
            second()
        else:
            supervisor.kill()
            time.sleep(chance.uniform(0.0, 0.5))
            supervisor.start()
            _wait_for(file, len(journal.read(file).answered) + chance.randint(1, ANSWERS_BEFORE_MAX))
            child.kill()
    finally:
        child.kill()
        child.wait()
        assert child.stdin and child.stdout
        child.stdin.close()
        child.stdout.close()
    supervisor.start()


def _start(home: Path, file: Path, name: str, callers: int) -> "subprocess.Popen[str]":
    command = [
        sys.executable,
        "-m",
        "coign.drill.load",
        str(home),
        str(file),
        "--callers",
        str(callers),
        "--name",
        name,
    ]
    with (home / "load.log").open("ab") as log:
        child = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
        )
    assert child.stdout
    watch = threading.Timer(READY_SECONDS_MAX, child.kill)
    watch.start()
    try:
        if child.stdout.readline().strip() != "ready":
            child.kill()
            words = (home / "load.log").read_text(errors="replace").strip().splitlines()[-3:]
            raise RuntimeError(f"the process under load did not start: {' / '.join(words)}")
    finally:
        watch.cancel()
    return child


def _wait_for(file: Path, answers: int) -> None:
    """Until so many callers were answered, or a while has passed; a slow machine is not a reason to wait for ever."""
    deadline = time.monotonic() + PROGRESS_SECONDS_MAX
    while len(journal.read(file).answered) < answers and time.monotonic() < deadline:
        time.sleep(0.02)


def settle(home: Path, file: Path, answered: list[Answered], result: Result) -> None:
    """What the last process left open is asked again too."""
    notes = Journal(file)
    with Service.open(settings=Settings(home=home, demonstration=False)) as service:
        load.settle(service.door, file, notes, threading.Event())
    notes.close()
    if left := take_in(file, answered, result):
        result.problems.append(f"{len(left)} requests have no answer even when repeated")


def take_in(file: Path, answered: list[Answered], result: Result) -> list[Request]:
    """What a journal says was answered, and what nobody has expected; gives what is still open."""
    memory = journal.read(file)
    answered += memory.answered
    result.problems += [f"an answer that no drill provokes: {each}" for each in memory.failed]
    return memory.unanswered


def look(dsn: str, answered: Sequence[Answered], result: Result) -> None:
    """Compare the ledger with everything that was ever answered."""
    found = findings.look(dsn, LEDGER_ID, answered)
    result.entries, result.acknowledged, result.found = found.entries, found.acknowledged, found.found
    result.lost, result.doubled = found.lost, found.doubled
    result.problems += found.problems
