"""What was asked and what was answered, written as it happens and outside the database: the drill's own memory."""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from coign.kernel.subjects import Organisation, Person
from coign.kernel.values import Actor
from coign.perform.request import Done, Request, Source


@dataclass(frozen=True, slots=True)
class Answered:
    """What a caller was told: the request under this key stands at this position with this leaf hash."""

    person: str
    nonce: str
    position: int
    leaf: str


class Journal:
    """Lines appended to one file by one write each, so that a killed process leaves whole lines."""

    def __init__(self, file: Path) -> None:
        self._descriptor = os.open(file, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def asked(self, request: Request) -> None:
        """Before the door is asked."""
        line = {"action": request.action, "actor": asdict(request.actor), "command": dict(request.command)}
        self._write({"asked": request.nonce, **line})

    def answered(self, request: Request, done: Done) -> None:
        """After the caller has the answer, never before."""
        entry = done.entries[0]
        line = {"person": request.actor.person, "position": entry.position, "leaf": entry.leaf_hash.hex()}
        self._write({"answered": request.nonce, **line})

    def unavailable(self, request: Request) -> None:
        """The caller was told to try again later."""
        self._write({"unavailable": request.nonce})

    def failed(self, request: Request, error: BaseException) -> None:
        """The caller got an answer that no drill provokes: a finding."""
        self._write({"failed": request.nonce, "error": f"{type(error).__name__}: {error}"})

    def close(self) -> None:
        """Nothing is buffered here; only the descriptor is given back."""
        os.close(self._descriptor)

    def _write(self, line: dict[str, object]) -> None:
        os.write(self._descriptor, json.dumps(line).encode() + b"\n")


@dataclass(slots=True)
class Memory:
    """A journal read back."""

    asked: dict[tuple[str, str], Request] = field(default_factory=dict)
    answered: list[Answered] = field(default_factory=list)
    unavailable: int = 0
    failed: list[str] = field(default_factory=list)

    @property
    def unanswered(self) -> list[Request]:
        """Asked, and nobody knows what became of it: to be asked again under the same key."""
        known = {(each.person, each.nonce) for each in self.answered}
        return [request for key, request in self.asked.items() if key not in known]


def carry(requests: Iterable[Request], file: Path) -> None:
    """Begin a new journal with what is still open from the one before."""
    journal = Journal(file)
    for request in requests:
        journal.asked(request)
    journal.close()


def read(file: Path) -> Memory:
    """What a journal holds; a last line that was cut off counts as not written."""
    memory = Memory()
    if not file.exists():
        return memory
    for text in file.read_bytes().split(b"\n")[:-1]:
        line = json.loads(text)
        if "asked" in line:
            actor = line["actor"]
            who = Actor(Person(actor["person"]), actor["role"], Organisation(actor["organisation"]), actor["station"])
            memory.asked[who.person, line["asked"]] = Request(
                line["action"], who, line["asked"], line["command"], source=Source.INSIDE
            )
        elif "answered" in line:
            memory.answered.append(Answered(line["person"], line["answered"], line["position"], line["leaf"]))
        elif "unavailable" in line:
            memory.unavailable += 1
        else:
            memory.failed.append(f"{line['failed']}: {line['error']}")
    return memory
