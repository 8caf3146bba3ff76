"""A command on its way through the door: parsed, sealed, with its reads named."""

from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field
from typing import Any

from coign.kernel.actions import Action, Read
from coign.kernel.errors import GateAnswer
from coign.kernel.subjects import Subject
from coign.kernel.values import Actor, Instant
from coign.ledger.encoding import plain
from coign.perform.answer import Answer
from coign.perform.protocols import SealedRow
from coign.perform.request import Done, Signature


@dataclass(frozen=True, slots=True)
class SignedIntent:
    """An intent that was prepared and signed: its bytes, and what in it must still be true at commit."""

    intent: bytes
    facts: Sequence[dict[str, Any]]
    pins: Sequence[tuple[Subject, int]]
    expires: Instant
    signature: Signature
    public_key: str


@dataclass(slots=True)
class Job:
    """One command waiting for the writer."""

    action: Action[Any]
    command: Any
    actor: Actor
    nonce: str
    digest: bytes
    prepared: Instant
    seen: Sequence[Subject]  # subjects that must be visible to the actor
    reads: Sequence[Read]
    sealed: Sequence[SealedRow] = ()
    reason: str = ""  # commitment of the reason, hexadecimal; empty: none given
    claimed_time: Instant | None = None
    signed: SignedIntent | None = None
    #: Gates that refused it as part of a bulk: entered as said there, since alone it might be allowed.
    refused: Sequence[GateAnswer] = ()
    #: Where somebody waits for it; None: nobody waits for one command of a bulk.
    answer: Answer | None = None

    @property
    def plain_command(self) -> Any:
        """The command as it stands in the record."""
        return plain(self.command)


@dataclass(slots=True)
class Group:
    """Commands that are appended together: all of them or none, or each by itself."""

    jobs: Sequence[Job]
    all_or_nothing: bool
    answer: Future[list[Done]] = field(default_factory=Future)
