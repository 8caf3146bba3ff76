"""One entry: one performed, refused or observed action with its facts, as canonical bytes."""

from collections.abc import Sequence, Set
from typing import Any, Literal, NamedTuple

import orjson

from coign.kernel.errors import GateAnswer
from coign.kernel.facts import Fact
from coign.kernel.subjects import Subject, parse_subject
from coign.kernel.values import Actor, Instant
from coign.ledger.encoding import ENTRY_BYTES_MAX, fact_from, from_record
from coign_verify.intent import read_commitment

VERSION = 1
SALT_BYTES = 16

Outcome = Literal["done", "refused", "observed"]


class About(NamedTuple):
    """One subject whose state an entry changes: its own count, and where the previous entry about it stands."""

    subject: Subject
    seq: int
    prev: int | None


def entry_bytes(
    *,
    ledger: str,
    position: int,
    time: Instant,
    salt: bytes,
    outcome: Outcome,
    intent: bytes,
    signature: dict[str, Any] | None,
    about: Sequence[About],
    refs: Sequence[Subject],
    read: Sequence[tuple[Subject, int]],
    unmet: Sequence[str],
    asked: Set[Subject] = frozenset(),
) -> bytes:
    """The canonical bytes; the intent's own bytes stand in them as one run, so that a verifier can cut them out.

    `asked`: the subjects of `read` that the command alone names. What a rule looked up besides, and the entry does not
    name, may be of others than those who may read the entry: it stands as a commitment.
    """
    body = orjson.dumps(
        {
            "about": [{"prev": a.prev, "seq": a.seq, "subject": a.subject} for a in about],
            "intent": orjson.Fragment(intent),
            "ledger": ledger,
            "outcome": outcome,
            "position": position,
            "read": [
                {"seq": seq, "subject": subject}
                if subject.public or subject in asked or subject in refs or any(a.subject == subject for a in about)
                else {"commitment": read_commitment(salt, subject).hex(), "seq": seq}
                for subject, seq in read
            ],
            "refs": refs,
            "salt": salt.hex(),
            "signature": signature,
            "time": time,
            "unmet": unmet,
            "v": VERSION,
        },
        option=orjson.OPT_SORT_KEYS,
    )
    assert len(body) <= ENTRY_BYTES_MAX, "larger matter is a document with its hash"
    return body


class Entry:
    """An entry read back; parts are decoded when asked for."""

    __slots__ = ("_plain", "body", "position")

    def __init__(self, position: int, body: bytes) -> None:
        self.position = position
        self.body = body
        self._plain: dict[str, Any] = orjson.loads(body)

    @property
    def plain(self) -> dict[str, Any]:
        """The entry as plain values."""
        return self._plain

    @property
    def time(self) -> Instant:
        """When it was entered."""
        return Instant(self._plain["time"])

    @property
    def outcome(self) -> Outcome:
        """done, refused or observed."""
        found: Outcome = self._plain["outcome"]
        return found

    @property
    def action(self) -> str:
        """Name and version of the action."""
        return str(self._plain["intent"]["action"])

    @property
    def actor(self) -> Actor:
        """Who acted."""
        return from_record(Actor, self._plain["intent"]["actor"])

    @property
    def facts(self) -> list[Fact]:
        """What happened, each fact in its newest version."""
        return [fact_from(f) for f in self._plain["intent"]["facts"]]

    @property
    def about(self) -> list[Subject]:
        """The subjects whose states it changes."""
        return [parse_subject(a["subject"]) for a in self._plain["about"]]

    @property
    def unmet(self) -> list[str]:
        """The gates that did not hold."""
        return list(self._plain["unmet"])


def stored_answer(gates: Sequence[GateAnswer]) -> bytes:
    """A refusal's sentences as they were given, kept beside the nonce for a retry."""
    return orjson.dumps([{f: getattr(g, f) for f in GateAnswer.__slots__} for g in gates])


def answer_from(stored: bytes) -> list[GateAnswer]:
    """The sentences of an earlier refusal."""
    return [
        GateAnswer(**{**g, "requirement": tuple(g["requirement"]), "resolvers": tuple(g["resolvers"])})
        for g in orjson.loads(stored)
    ]
