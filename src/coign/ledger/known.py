"""What one locked transaction knows of a ledger: its end, keys used before, subjects and their states."""

from collections.abc import Sequence
from dataclasses import field
from typing import NamedTuple

from coign.kernel.frozen import dataclass
from coign.kernel.subjects import Subject
from coign.kernel.values import Instant
from coign.ledger.states import States
from coign_verify.growing import Frontier


@dataclass(frozen=True, slots=True)
class Head:
    """Where the ledger ends: its size, the tree's frontier, the time of the last entry, and why it is shut if it is.

    `witnessed_age_s`: how long ago enough witnesses signed last; None: they never did.
    """

    size: int
    frontier: Frontier
    last_time: Instant
    read_only: str = ""
    witnessed_age_s: int | None = None


class KnownNonce(NamedTuple):
    """What was answered to a request under this key."""

    digest: bytes
    position: int
    answer: bytes | None


class SubjectHead(NamedTuple):
    """How many entries are about a subject, and where the last one stands."""

    seq: int = 0
    position: int | None = None


class StaleStates(Exception):
    """States were folded by another version of their view: they must be folded anew, outside the lock."""

    def __init__(self, rows: Sequence[tuple[Subject, str]]) -> None:
        super().__init__(f"{len(rows)} states of another version")
        self.rows = rows


@dataclass(slots=True)
class Known:
    """What one locked transaction has read so far; grows with further rounds and with the batch's own entries."""

    head: Head
    nonces: dict[tuple[str, str], KnownNonce] = field(default_factory=dict)
    heads: dict[Subject, SubjectHead] = field(default_factory=dict)
    states: States = field(default_factory=dict)
    read: set[tuple[Subject, str]] = field(default_factory=set)
