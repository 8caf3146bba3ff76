"""What callers give the door and what they get."""

from collections.abc import Mapping, Sequence
from dataclasses import field
from enum import Enum
from typing import Any, NamedTuple

from coign.kernel.frozen import dataclass
from coign.kernel.values import Actor, Instant


class Source(Enum):
    """Where a request comes from; says at which rate it is counted, and nothing about what is allowed."""

    #: A person or device: page, REST, another system.
    OUTSIDE = "outside"
    #: This installation itself: its first entries, the demonstration's story, a command at the machine, a drill.
    INSIDE = "inside"


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature over an intent: how it was made, with which credential, and the method's bytes."""

    method: str
    credential: str
    value: bytes


@dataclass(frozen=True, slots=True)
class Request:
    """One action asked for. `nonce` is the caller's key: repeating a request under its key is safe.

    For a signed action `intent_hash` and `signature` stand for what `prepare` gave; `command` is then not needed.
    """

    action: str
    actor: Actor
    nonce: str
    command: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    claimed_time: Instant | None = None
    intent_hash: bytes | None = None
    signature: Signature | None = None
    source: Source = Source.OUTSIDE


class EntryReference(NamedTuple):
    """Where one entry stands."""

    position: int
    action: str
    subjects: Sequence[str]
    leaf_hash: bytes


class Done(NamedTuple):
    """The answer to a performed action. `replayed`: it had been performed before under the same key."""

    entries: tuple[EntryReference, ...]
    replayed: bool = False

    @property
    def position(self) -> int:
        """Position of the (first) entry."""
        return self.entries[0].position


@dataclass(frozen=True, slots=True)
class Prepared:
    """An intent ready to be signed: its bytes, their hash, what the signer is shown, and until when it stands."""

    intent: bytes
    intent_hash: bytes
    shown: Mapping[str, Any]
    meaning: str
    methods: tuple[str, ...]
    expires: Instant
